// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/action_registry.h"

#include "ui/common/theme.h"

#include <QAction>
#include <QSettings>
#include <QWidget>

#include <algorithm>

namespace fedefm {

namespace {

QString settingsKey(const QString& id)
{
    return QStringLiteral("shortcuts/") + id;
}

QString plainText(const QAction& action)
{
    QString text = action.text();
    text.remove(QLatin1Char('&'));
    return text;
}

/// The tool tip names the key, because single keys are how a reading station is worked.
void updateToolTip(QAction& action)
{
    QString tip = plainText(action);
    tip.remove(QStringLiteral("…"));
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    action.setToolTip(keys.isEmpty() ? tip : QStringLiteral("%1  (%2)").arg(tip, keys));
}

/// 0 when a word is missing, else higher for earlier hits.
int matchScore(const QString& text, const QStringList& words)
{
    int score = 1;
    for (const QString& word : words) {
        const qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive);
        if (at < 0)
            return 0;
        if (at == 0)
            score += 4;
        else if (text.at(at - 1).isSpace())
            score += 2;
    }
    return score;
}

} // namespace

ActionRegistry::ActionRegistry(QObject* parent) : QObject(parent) {}

QAction* ActionRegistry::add(const QString& id, const QString& group, const QString& text,
                             const QList<QKeySequence>& defaults, const QString& iconName, bool checkable)
{
    if (QAction* known = action(id))
        return known;
    auto* created = new QAction(text, this);
    created->setObjectName(id);
    created->setCheckable(checkable);
    if (!iconName.isEmpty())
        created->setIcon(themedIcon(iconName));
    QList<QKeySequence> shortcuts = defaults;
    const QSettings settings;
    if (settings.contains(settingsKey(id)))
        shortcuts = QKeySequence::listFromString(settings.value(settingsKey(id)).toString());
    created->setShortcuts(shortcuts);
    updateToolTip(*created);
    m_index.insert(id, m_entries.size());
    m_entries.push_back({id, group, defaults, created});
    return created;
}

QAction* ActionRegistry::action(const QString& id) const
{
    const auto it = m_index.find(id);
    return it == m_index.end() ? nullptr : m_entries[it.value()].action;
}

QStringList ActionRegistry::ids() const
{
    QStringList list;
    for (const Entry& entry : m_entries)
        list.append(entry.id);
    return list;
}

QString ActionRegistry::group(const QString& id) const
{
    const auto it = m_index.find(id);
    return it == m_index.end() ? QString() : m_entries[it.value()].group;
}

QList<QKeySequence> ActionRegistry::defaultShortcuts(const QString& id) const
{
    const auto it = m_index.find(id);
    return it == m_index.end() ? QList<QKeySequence>() : m_entries[it.value()].defaults;
}

void ActionRegistry::setShortcuts(const QString& id, const QList<QKeySequence>& shortcuts)
{
    QAction* target = action(id);
    if (!target)
        return;
    target->setShortcuts(shortcuts);
    updateToolTip(*target);
    QSettings settings;
    if (shortcuts == defaultShortcuts(id))
        settings.remove(settingsKey(id));
    else
        settings.setValue(settingsKey(id), QKeySequence::listToString(shortcuts));
}

void ActionRegistry::resetShortcuts()
{
    for (const Entry& entry : m_entries)
        setShortcuts(entry.id, entry.defaults);
}

std::vector<std::pair<QString, QString>> ActionRegistry::conflicts() const
{
    std::vector<std::pair<QString, QString>> found;
    QHash<QString, QString> owner;
    for (const Entry& entry : m_entries) {
        for (const QKeySequence& sequence : entry.action->shortcuts()) {
            const QString key = sequence.toString(QKeySequence::PortableText);
            if (key.isEmpty())
                continue;
            const QString first = owner.value(key);
            if (first.isEmpty())
                owner.insert(key, entry.id);
            else if (first != entry.id)
                found.emplace_back(first, entry.id);
        }
    }
    return found;
}

QList<QAction*> ActionRegistry::search(const QString& query) const
{
    const QStringList words = query.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::vector<std::pair<int, QAction*>> hits;
    for (const Entry& entry : m_entries) {
        const QString own = plainText(*entry.action);
        int score = 2 * matchScore(own, words);
        if (score == 0)
            score = matchScore(own + QLatin1Char(' ') + entry.group, words);
        if (score > 0)
            hits.emplace_back(score, entry.action);
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    QList<QAction*> actions;
    for (const auto& [score, hit] : hits)
        actions.append(hit);
    return actions;
}

void ActionRegistry::attachTo(QWidget* window)
{
    for (const Entry& entry : m_entries)
        window->addAction(entry.action);
}

} // namespace fedefm
