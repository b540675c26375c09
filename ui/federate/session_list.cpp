// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_list.h"

#include "ui/viewer/panel_parts.h"

#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace fedefm {

namespace {
constexpr int kRowHeightPx = 26;
constexpr std::pair<int, int> kColumns[] = {{RunTableModel::Name, 94},
                                            {RunTableModel::State, 90},
                                            {RunTableModel::Epochs, 58},
                                            {RunTableModel::Started, 126}};
} // namespace

QVariant SessionTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole) {
        if (section == Name)
            return tr("Session");
        if (section == Epochs)
            return tr("Rounds");
    }
    return RunTableModel::headerData(section, orientation, role);
}

SessionList::SessionList(QWidget* parent)
    : QWidget(parent), m_model(new SessionTableModel(this)), m_sorted(new RunFilter(m_model, this)),
      m_table(new QTableView(this)), m_empty(emptyState({}, this)), m_stack(new QStackedWidget(this))
{
    m_table->setModel(m_sorted);
    m_table->setAccessibleName(tr("Sessions"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setIconSize({16, 16});
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunTableModel::Started, Qt::DescendingOrder);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeightPx);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    for (int column = 0; column < RunTableModel::ColumnCount; ++column)
        m_table->hideColumn(column);
    for (const auto& [column, width] : kColumns) {
        m_table->showColumn(column);
        m_table->setColumnWidth(column, width);
    }
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    m_stack->setCurrentIndex(1);
    connect(
        m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        [this] { Q_EMIT currentChanged(); }, Qt::QueuedConnection);
}

void SessionList::setRuns(const std::vector<RunSummary>& runs, const QString& folder)
{
    std::vector<RunSummary> sessions;
    for (const RunSummary& run : runs)
        if (run.kind == "federate")
            sessions.push_back(run);
    const bool wasEmpty = m_model->rowCount() == 0;
    m_model->setRuns(sessions);
    m_empty->setText(tr("No session yet. Press New session.\n\nSessions that other windows or the command "
                        "line start appear here too:\n%1")
                         .arg(folder));
    m_stack->setCurrentIndex(sessions.empty() ? 1 : 0);
    if (wasEmpty && !sessions.empty() && !current())
        chooseFirst();
}

/// What goes on now is what the user comes for, else the newest.
void SessionList::chooseFirst()
{
    QModelIndex best = m_sorted->index(0, 0);
    for (int row = m_sorted->rowCount() - 1; row >= 0; --row)
        if (const RunSummary* run =
                m_model->find(m_sorted->index(row, 0).data(RunTableModel::IdRole).toString());
            run && run->state == RunState::Running)
            best = m_sorted->index(row, 0);
    choose(best.data(RunTableModel::IdRole).toString());
}

const RunSummary* SessionList::current() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : m_model->find(rows.first().data(RunTableModel::IdRole).toString());
}

void SessionList::choose(const QString& id)
{
    const int row = m_model->rowOf(id);
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(row, RunTableModel::Name));
    if (row >= 0 && index.isValid())
        m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect |
                                                              QItemSelectionModel::Rows);
}

} // namespace fedefm
