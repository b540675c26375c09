// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace fedefm {

class ActionRegistry;

/// Re-binds keys. A conflict is shown on both rows and never resolved silently.
class ShortcutEditor : public QDialog
{
    Q_OBJECT
public:
    explicit ShortcutEditor(ActionRegistry* actions, QWidget* parent = nullptr);

    void select(const QString& id);
    void assign(const QKeySequence& sequence); ///< to the selected action, replacing its keys
    QString conflictText() const;

private:
    void fill();
    void refresh();
    void filter(const QString& text);
    QString selectedId() const;

    ActionRegistry* m_actions;
    QLineEdit* m_search;
    QTreeWidget* m_tree;
    QKeySequenceEdit* m_edit;
    QPushButton* m_default;
    QPushButton* m_clear;
    QLabel* m_conflicts;
};

} // namespace fedefm
