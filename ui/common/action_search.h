// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QAction;
class QLineEdit;
class QListWidget;

namespace fedefm {

class ActionRegistry;

/// Ctrl+/: type a few letters of what you want, Enter does it.
class ActionSearch : public QFrame
{
    Q_OBJECT
public:
    explicit ActionSearch(const ActionRegistry* actions, QWidget* parent);

    void popUp(); ///< centred at the top of the parent window

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh(const QString& query);
    void runCurrent();

    const ActionRegistry* m_actions;
    QLineEdit* m_query;
    QListWidget* m_hits;
    QList<QAction*> m_found;
};

} // namespace fedefm
