// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/silo_panel.h"

#include "ui/viewer/panel_parts.h"

#include <QHeaderView>
#include <QMenu>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

namespace {
constexpr int kRowHeightPx = 26;
constexpr int kWidths[SiloTableModel::ColumnCount] = {120, 96, 80, 54, 66, 190, 66, 62,
                                                      76,  76, 48, 98, 60, 76,  66};
} // namespace

SiloPanel::SiloPanel(QWidget* parent)
    : QWidget(parent), m_model(new SiloTableModel(this)), m_sorted(new QSortFilterProxyModel(this))
{
    buildTable();
    m_admit = iconButton(QStringLiteral("link"), tr("Admit the silo"),
                         tr("Admit: the silo belongs to the session again from the next round on"), this);
    m_drop = iconButton(QStringLiteral("remove"), tr("Drop the silo"),
                        tr("Drop: the session goes on without the silo from the next round on"), this);
    auto* buttons = new QVBoxLayout;
    buttons->setContentsMargins(2, 2, 2, 2);
    buttons->addWidget(m_admit);
    buttons->addWidget(m_drop);
    buttons->addStretch();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_table, 1);
    row->addLayout(buttons);
    connect(m_admit, &QToolButton::clicked, this, [this] { Q_EMIT admitWanted(currentSilo()); });
    connect(m_drop, &QToolButton::clicked, this, [this] { Q_EMIT dropWanted(currentSilo()); });
    refreshButtons();
}

void SiloPanel::buildTable()
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(SiloTableModel::SortRole);
    m_sorted->setDynamicSortFilter(true);
    m_table = new QTableView(this);
    m_table->setModel(m_sorted);
    m_table->setAccessibleName(tr("Silos"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setIconSize({16, 16});
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(SiloTableModel::Name, Qt::AscendingOrder);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeightPx);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    for (int column = 0; column < SiloTableModel::ColumnCount; ++column)
        m_table->setColumnWidth(column, kWidths[column]);
    // The bars of sources give way first, so that the figures stay in sight in a narrow window.
    m_table->horizontalHeader()->setSectionResizeMode(SiloTableModel::Sources, QHeaderView::Stretch);
    connect(m_table, &QWidget::customContextMenuRequested, this, &SiloPanel::showMenu);
    connect(
        m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        [this] {
            refreshButtons();
            Q_EMIT currentSiloChanged(currentSilo());
        },
        Qt::QueuedConnection);
}

void SiloPanel::setSession(const SessionSnapshotPtr& session, int round)
{
    m_model->setSession(session, round);
    bool hasEpsilon = session && !session->epsilon.empty();
    m_table->setColumnHidden(SiloTableModel::Epsilon, !hasEpsilon);
    refreshButtons();
}

int SiloPanel::currentSilo() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : m_sorted->mapToSource(rows.first()).row();
}

void SiloPanel::setCurrentSilo(int silo)
{
    if (silo == currentSilo())
        return;
    const QSignalBlocker blocker(this);
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(silo, 0));
    if (silo < 0 || !index.isValid())
        m_table->clearSelection();
    else
        m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect |
                                                              QItemSelectionModel::Rows);
    refreshButtons();
}

bool SiloPanel::canAdmit() const
{
    const SessionSnapshotPtr& session = m_model->session();
    return session && session->isAtWork() && currentSilo() >= 0 && !session->isMember(currentSilo());
}

bool SiloPanel::canDrop() const
{
    const SessionSnapshotPtr& session = m_model->session();
    return session && session->isAtWork() && currentSilo() >= 0 && session->isMember(currentSilo());
}

void SiloPanel::refreshButtons()
{
    if (!m_admit)
        return;
    m_admit->setEnabled(canAdmit());
    m_drop->setEnabled(canDrop());
}

void SiloPanel::showMenu(const QPoint& position)
{
    const QModelIndex index = m_table->indexAt(position);
    if (!index.isValid())
        return;
    m_table->selectRow(index.row());
    const int silo = currentSilo();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Admit %1").arg(index.siblingAtColumn(0).data().toString()), this,
                    [this, silo] { Q_EMIT admitWanted(silo); })
        ->setEnabled(canAdmit());
    menu->addAction(tr("Drop %1").arg(index.siblingAtColumn(0).data().toString()), this,
                    [this, silo] { Q_EMIT dropWanted(silo); })
        ->setEnabled(canDrop());
    menu->popup(m_table->viewport()->mapToGlobal(position));
}

} // namespace fedefm
