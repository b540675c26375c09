// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/event_table.h"

#include "ui/common/theme.h"

#include <QHeaderView>

namespace fedefm {

namespace {
constexpr int kRowHeightPx = 24;
constexpr int kTimeWidthPx = 176;
constexpr int kLevelWidthPx = 90;
} // namespace

EventTable::EventTable(QWidget* parent) : QTableWidget(0, 3, parent)
{
    setHorizontalHeaderLabels({tr("Time (UTC)"), tr("Level"), tr("Event")});
    setAccessibleName(tr("Events of the session"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setWordWrap(false);
    setIconSize({16, 16});
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(kRowHeightPx);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    setColumnWidth(0, kTimeWidthPx);
    setColumnWidth(1, kLevelWidthPx);
}

void EventTable::setEvents(const std::vector<RunReader::Event>& events)
{
    const QString mark = events.empty() ? QString()
                                        : QStringLiteral("%1 %2 %3 %4")
                                              .arg(events.size())
                                              .arg(QString::fromStdString(events.back().utc),
                                                   QString::fromStdString(events.back().text),
                                                   QString::fromStdString(events.front().text));
    if (mark == m_mark)
        return;
    m_mark = mark;
    setRowCount(static_cast<int>(events.size()));
    for (int row = 0; row < rowCount(); ++row) {
        const RunReader::Event& event = events[events.size() - 1 - static_cast<std::size_t>(row)];
        auto* time = new QTableWidgetItem(
            QString::fromStdString(event.utc).replace(QLatin1Char('T'), QLatin1Char(' ')));
        auto* level = new QTableWidgetItem(QString::fromStdString(event.level));
        auto* text = new QTableWidgetItem(QString::fromStdString(event.text).simplified());
        level->setIcon(themedIcon(event.level == "info" ? QStringLiteral("info") : QStringLiteral("issues")));
        text->setToolTip(text->text());
        setItem(row, 0, time);
        setItem(row, 1, level);
        setItem(row, 2, text);
    }
}

} // namespace fedefm
