// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/key_sheet.h"

#include "ui/common/action_registry.h"

#include <QAction>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

namespace fedefm {

namespace {

constexpr int kColumns = 3;

struct KeyGroup
{
    QString title;
    std::vector<std::pair<QString, QString>> rows; ///< keys, what they do
};

QString groupHtml(const KeyGroup& group)
{
    QString html =
        QStringLiteral("<tr><td colspan=\"2\"><br/><b>%1</b></td></tr>").arg(group.title.toHtmlEscaped());
    for (const auto& [keys, text] : group.rows)
        html += QStringLiteral("<tr><td style=\"padding:1px 14px 1px 0\"><code>%1</code></td><td "
                               "style=\"padding:1px 24px 1px 0\">%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), text.toHtmlEscaped());
    return html;
}

std::vector<KeyGroup> groupsOf(const ActionRegistry& actions)
{
    std::vector<KeyGroup> groups;
    for (const QString& id : actions.ids()) {
        const QAction* action = actions.action(id);
        if (action->shortcuts().isEmpty())
            continue;
        const QString title = actions.group(id);
        auto it =
            std::find_if(groups.begin(), groups.end(), [&](const KeyGroup& g) { return g.title == title; });
        if (it == groups.end())
            it = groups.insert(groups.end(), KeyGroup{title, {}});
        QStringList keys;
        for (const QKeySequence& sequence : action->shortcuts())
            keys.append(sequence.toString(QKeySequence::NativeText));
        QString text = action->text();
        it->rows.emplace_back(keys.join(QStringLiteral("  ")), text.remove(QLatin1Char('&')));
    }
    return groups;
}

} // namespace

KeySheet::KeySheet(const ActionRegistry* actions, QWidget* parent)
    : QDialog(parent), m_actions(actions), m_browser(new QTextBrowser(this))
{
    setWindowTitle(tr("Keys and mouse"));
    m_browser->setAccessibleName(tr("Keys and mouse"));
    m_browser->setOpenLinks(false);
    m_browser->setHtml(html());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_browser);
    resize(1180, 780);
}

QString KeySheet::html() const
{
    std::vector<KeyGroup> groups = groupsOf(*m_actions);
    groups.push_back({tr("Mouse"),
                      {{tr("Left drag"), tr("Active tool")},
                       {tr("Middle drag, Space + left"), tr("Pan")},
                       {tr("Right drag"), tr("Zoom")},
                       {tr("Right click"), tr("Menu")},
                       {tr("Wheel"), tr("Frame")},
                       {tr("Ctrl + wheel"), tr("Zoom at pointer")},
                       {tr("Shift + wheel"), tr("Ten frames")},
                       {tr("Double click"), tr("Maximise tile")}}});
    std::size_t total = 0;
    for (const KeyGroup& group : groups)
        total += group.rows.size() + 2;
    const std::size_t perColumn = (total + kColumns - 1) / kColumns;
    QString columns;
    QString current;
    std::size_t used = 0;
    for (const KeyGroup& group : groups) {
        const std::size_t size = group.rows.size() + 2;
        if (used > 0 && used + size / 2 > perColumn) {
            columns += QStringLiteral("<td valign=\"top\"><table>%1</table></td>").arg(current);
            current.clear();
            used = 0;
        }
        current += groupHtml(group);
        used += size;
    }
    columns += QStringLiteral("<td valign=\"top\"><table>%1</table></td>").arg(current);
    return QStringLiteral("<table cellpadding=\"6\"><tr>%1</tr></table>").arg(columns);
}

} // namespace fedefm
