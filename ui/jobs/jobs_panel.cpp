// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobs_panel.h"

#include "ui/jobs/job_model.h"
#include "ui/jobs/job_row.h"
#include "ui/viewer/panel_parts.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace fedefm {

JobsPanel::JobsPanel(JobModel* model, QWidget* parent) : QWidget(parent), m_model(model)
{
    m_empty =
        emptyState(tr("No job is running. Exports, vessel maps and other long work appear here."), this);
    m_clear = new QPushButton(tr("Clear finished"), this);
    m_clear->setToolTip(tr("Empty the list of finished jobs; their files stay"));
    m_clear->setAccessibleName(tr("Clear finished jobs"));

    auto* list = new QWidget;
    auto* listLayout = new QVBoxLayout(list);
    listLayout->setContentsMargins(8, 0, 8, 0);
    m_rows = new QVBoxLayout;
    listLayout->addLayout(m_rows);
    listLayout->addStretch();
    auto* scroll = scrollingColumn(list, this);
    scroll->setAccessibleName(tr("Jobs"));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 8);
    layout->addWidget(m_empty);
    layout->addWidget(scroll, 1);
    auto* footer = new QHBoxLayout;
    footer->setContentsMargins(8, 0, 8, 0);
    footer->addStretch();
    footer->addWidget(m_clear);
    layout->addLayout(footer);

    connect(m_clear, &QPushButton::clicked, m_model, &JobModel::removeFinished);
    connect(m_model, &JobModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { insertRows(first, last); });
    connect(m_model, &JobModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { removeRows(first, last); });
    connect(m_model, &JobModel::dataChanged, this, [this](const QModelIndex& first, const QModelIndex& last) {
        for (int row = first.row(); row <= last.row(); ++row)
            refreshRow(row);
        refreshFooter();
    });
    if (m_model->rowCount() > 0)
        insertRows(0, m_model->rowCount() - 1);
    refreshFooter();
}

void JobsPanel::insertRows(int first, int last)
{
    for (int row = first; row <= last; ++row) {
        auto* widget = new JobRow(this);
        m_rows->insertWidget(row, widget);
        connect(widget, &JobRow::cancelClicked, this,
                [this, widget] { m_model->cancel(m_rows->indexOf(widget)); });
        connect(widget, &JobRow::removeClicked, this,
                [this, widget] { m_model->remove(m_rows->indexOf(widget)); });
        refreshRow(row);
    }
    refreshFooter();
}

void JobsPanel::removeRows(int first, int last)
{
    for (int row = last; row >= first; --row) {
        QLayoutItem* item = m_rows->takeAt(row);
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    refreshFooter();
}

void JobsPanel::refreshRow(int row)
{
    if (QLayoutItem* item = m_rows->itemAt(row))
        if (auto* widget = qobject_cast<JobRow*>(item->widget()))
            widget->setJob(m_model->index(row));
}

void JobsPanel::refreshFooter()
{
    m_empty->setVisible(m_model->rowCount() == 0);
    m_clear->setVisible(m_model->rowCount() > 0);
    m_clear->setEnabled(m_model->rowCount() > m_model->runningCount());
}

} // namespace fedefm
