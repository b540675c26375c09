// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QStringList>

#include <functional>
#include <vector>

class QAction;
class QWidget;

namespace fedefm {

/// Every command of the application in one place: menus, tool buttons, the search box (Ctrl+/), the key sheet
/// (F1) and the shortcut editor all read from here. Shortcuts are remembered; conflicts are reported, never
/// silently resolved.
class ActionRegistry : public QObject
{
    Q_OBJECT
public:
    explicit ActionRegistry(QObject* parent = nullptr);

    /// `id` as "cine.play"; `group` is the heading in the key sheet. The action is owned by the registry.
    QAction* add(const QString& id, const QString& group, const QString& text,
                 const QList<QKeySequence>& defaults, const QString& iconName = {}, bool checkable = false);
    QAction* action(const QString& id) const; ///< nullptr when unknown
    QStringList ids() const;                  ///< in order of addition
    QString group(const QString& id) const;
    QList<QKeySequence> defaultShortcuts(const QString& id) const;

    void setShortcuts(const QString& id, const QList<QKeySequence>& shortcuts); ///< remembered
    void resetShortcuts();
    /// Ids that share a shortcut, as pairs.
    std::vector<std::pair<QString, QString>> conflicts() const;
    /// Actions whose text matches all words of `query`, best first.
    QList<QAction*> search(const QString& query) const;
    /// Makes shortcuts work in `window`.
    void attachTo(QWidget* window);

private:
    struct Entry
    {
        QString id;
        QString group;
        QList<QKeySequence> defaults;
        QAction* action;
    };
    std::vector<Entry> m_entries;
    QHash<QString, std::size_t> m_index;
};

} // namespace fedefm
