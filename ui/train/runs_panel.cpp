// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/runs_panel.h"

#include "ui/common/settings.h"
#include "ui/viewer/elided_label.h"
#include "ui/viewer/panel_parts.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QStyle>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fedefm {

namespace {
constexpr int kRowHeightPx = 26;
constexpr int kWidths[RunTableModel::ColumnCount] = {112, 88, 58, 64, 122, 92, 56, 110};
constexpr int kParameterWidthPx = 96;
} // namespace

RunsPanel::RunsPanel(QWidget* parent)
    : QWidget(parent), m_model(new RunTableModel(this)), m_filter(new RunFilter(m_model, this))
{
    m_model->showParameters();
    buildTable();
    m_empty = emptyState({}, this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(m_stack, 1);
    column->addWidget(buildButtons());
    refreshEmptyState();
    refreshButtons();
}

QWidget* RunsPanel::buildHead()
{
    auto* head = new QWidget(this);
    auto* title = new QLabel(tr("Runs"), head);
    title->setObjectName(QStringLiteral("dockTitle"));
    m_words = new QLineEdit(head);
    m_words->setPlaceholderText(tr("Filter…"));
    m_words->setAccessibleName(tr("Filter runs"));
    m_words->setToolTip(tr("Words that must occur in name, state, network, seed or a value of the "
                           "configuration; or key=value, for example batch_size=4"));
    m_words->setClearButtonEnabled(true);
    auto* columns = iconButton(QStringLiteral("settings"), tr("Columns of the runs"),
                               tr("Choose the columns; also by right click on a heading"), head);
    columns->setMenu(m_columns);
    columns->setPopupMode(QToolButton::InstantPopup);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(6, 4, 6, 4);
    row->addWidget(title);
    row->addWidget(m_words, 1);
    row->addWidget(columns);
    connect(m_words, &QLineEdit::textChanged, this, [this](const QString& words) {
        m_filter->setWords(words);
        refreshEmptyState();
    });
    return head;
}

void RunsPanel::buildTable()
{
    m_table = new QTableView(this);
    m_table->setModel(m_filter);
    m_table->setAccessibleName(tr("Runs"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setIconSize({22, 16});
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunTableModel::Started, Qt::DescendingOrder);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeightPx);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultSectionSize(kParameterWidthPx);
    for (int column = 0; column < RunTableModel::ColumnCount; ++column)
        m_table->setColumnWidth(column, std::max(kWidths[column], headingWidth(column)));
    buildColumnMenu();
    // Queued: the answer changes the model, which a filter that is just removing rows does not survive.
    connect(
        m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        [this] {
            refreshButtons();
            Q_EMIT chosenChanged();
        },
        Qt::QueuedConnection);
    connect(m_model, &RunTableModel::dataChanged, this, &RunsPanel::refreshButtons);
}

/// Heading with the arrow of the sorting, which may come to any column.
int RunsPanel::headingWidth(int column) const
{
    const QHeaderView* header = m_table->horizontalHeader();
    return header->sectionSizeHint(column) + style()->pixelMetric(QStyle::PM_HeaderMarkSize, nullptr, header);
}

void RunsPanel::buildColumnMenu()
{
    m_columns = new QMenu(tr("Columns"), this);
    connect(m_columns, &QMenu::aboutToShow, this, &RunsPanel::fillColumnMenu);
    QHeaderView* header = m_table->horizontalHeader();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this,
            [this, header](const QPoint& at) { m_columns->popup(header->viewport()->mapToGlobal(at)); });
    // Behind the header's own answer, which shows new columns.
    connect(m_filter, &QAbstractItemModel::columnsInserted, this,
            [this](const QModelIndex&, int first, int last) {
                for (int column = first; column <= last; ++column)
                    m_table->setColumnWidth(column, std::max(kParameterWidthPx, headingWidth(column)));
                refreshColumns();
                // A row counts as chosen only while all of its columns are, and a new one is not.
                QItemSelectionModel* selection = m_table->selectionModel();
                selection->select(selection->selection(),
                                  QItemSelectionModel::Select | QItemSelectionModel::Rows);
            });
    connect(m_filter, &QAbstractItemModel::columnsRemoved, this, &RunsPanel::refreshColumns);
    refreshColumns();
}

void RunsPanel::fillColumnMenu()
{
    m_columns->clear();
    for (int column = RunTableModel::Name + 1; column < m_model->columnCount(); ++column) {
        QAction* action =
            m_columns->addAction(m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!m_table->isColumnHidden(column));
        connect(action, &QAction::toggled, this,
                [this, key = m_model->columnKey(column)](bool isOn) { showColumn(key, isOn); });
    }
}

void RunsPanel::showColumn(const QString& key, bool shown)
{
    Settings settings;
    QStringList hidden = settings.hiddenRunColumns();
    hidden.removeAll(key);
    if (!shown)
        hidden << key;
    settings.setHiddenRunColumns(hidden);
    refreshColumns();
}

void RunsPanel::refreshColumns()
{
    const QStringList hidden = Settings().hiddenRunColumns();
    for (int column = 0; column < m_model->columnCount(); ++column)
        m_table->setColumnHidden(column, hidden.contains(m_model->columnKey(column)));
}

QWidget* RunsPanel::buildButtons()
{
    auto* bar = new QWidget(this);
    m_pause = iconButton(QStringLiteral("pause"), tr("Pause the run"),
                         tr("Pause at the next step; the process waits"), bar);
    m_resume =
        iconButton(QStringLiteral("play"), tr("Go on with the run"),
                   tr("Go on: a paused run continues, a lost or stopped one resumes at its checkpoint"), bar);
    m_stop = iconButton(QStringLiteral("stop"), tr("Stop the run"),
                        tr("Stop after the running step, with a checkpoint"), bar);
    m_state = new ElidedLabel(bar); // a failed run says more than fits
    m_state->setTextFormat(Qt::PlainText);
    m_state->setAccessibleName(tr("State of the chosen run"));
    makeSecondary(m_state);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 2, 6, 2);
    row->addWidget(m_pause);
    row->addWidget(m_resume);
    row->addWidget(m_stop);
    row->addWidget(m_state, 1);
    connect(m_pause, &QToolButton::clicked, this, [this] { Q_EMIT commandWanted(QStringLiteral("pause")); });
    connect(m_stop, &QToolButton::clicked, this, [this] { Q_EMIT commandWanted(QStringLiteral("stop")); });
    connect(m_resume, &QToolButton::clicked, this, [this] {
        const RunSummary* run = current();
        const bool isPaused = run && run->state == RunState::Paused;
        Q_EMIT commandWanted(isPaused ? QStringLiteral("resume") : QStringLiteral("goOn"));
    });
    return bar;
}

void RunsPanel::setRuns(const std::vector<RunSummary>& runs, const QString& folder)
{
    m_folder = folder;
    const bool wasEmpty = m_model->rowCount() == 0;
    m_model->setRuns(runs);
    refreshEmptyState();
    if (wasEmpty && m_filter->rowCount() > 0 && chosen().empty()) {
        // What is going on now is what the user comes for, else the newest.
        QModelIndex best = m_filter->index(0, 0);
        for (int row = m_filter->rowCount() - 1; row >= 0; --row)
            if (const RunSummary* run =
                    m_model->find(m_filter->index(row, 0).data(RunTableModel::IdRole).toString());
                run && run->state == RunState::Running)
                best = m_filter->index(row, 0);
        m_table->setCurrentIndex(best);
    }
    refreshButtons();
}

void RunsPanel::refreshEmptyState()
{
    m_stack->setCurrentIndex(m_filter->rowCount() == 0 ? 1 : 0);
    m_empty->setText(m_model->rowCount() == 0
                         ? tr("No run yet. Choose a preset on the right, look at its data and press Start "
                              "training.\n\nRuns of the command line appear here too:\n%1")
                               .arg(m_folder)
                         : tr("No run has these words. Clear the filter to see all."));
}

std::vector<RunSummary> RunsPanel::chosen() const
{
    std::vector<RunSummary> runs;
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    for (const QModelIndex& row : rows)
        if (const RunSummary* run = m_model->find(row.data(RunTableModel::IdRole).toString()))
            runs.push_back(*run);
    return runs;
}

const RunSummary* RunsPanel::current() const
{
    const QModelIndex index = m_table->currentIndex();
    if (index.isValid() && m_table->selectionModel()->isRowSelected(index.row(), {}))
        return m_model->find(index.data(RunTableModel::IdRole).toString());
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : m_model->find(rows.first().data(RunTableModel::IdRole).toString());
}

void RunsPanel::choose(const QString& id)
{
    const int row = m_model->rowOf(id);
    const QModelIndex index = m_filter->mapFromSource(m_model->index(row, 0));
    if (row >= 0 && index.isValid())
        m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect |
                                                              QItemSelectionModel::Rows);
}

bool RunsPanel::canPause() const
{
    const RunSummary* run = current();
    return run && run->state == RunState::Running;
}

bool RunsPanel::canGoOn() const
{
    const RunSummary* run = current();
    return run && (run->state == RunState::Paused || run->state == RunState::Lost ||
                   run->state == RunState::Stopped);
}

bool RunsPanel::canStop() const
{
    const RunSummary* run = current();
    return run && (run->state == RunState::Running || run->state == RunState::Paused);
}

void RunsPanel::refreshButtons()
{
    if (!m_pause)
        return;
    const RunSummary* run = current();
    m_pause->setEnabled(canPause());
    m_resume->setEnabled(canGoOn());
    m_stop->setEnabled(canStop());
    QString text = run ? runStateText(run->state) : QString();
    if (run && !run->message.empty())
        text += QStringLiteral(" · ") + QString::fromStdString(run->message);
    m_state->setText(text);
    m_state->setToolTip(text);
}

} // namespace fedefm
