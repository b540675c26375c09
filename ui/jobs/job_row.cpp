// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_row.h"

#include "ui/common/theme.h"
#include "ui/jobs/job_model.h"
#include "ui/viewer/panel_parts.h"

#include <QDesktopServices>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QUrl>

namespace fedefm {

JobRow::JobRow(QWidget* parent) : QWidget(parent)
{
    m_title = new QLabel(this);
    m_title->setTextFormat(Qt::PlainText);
    m_status = new QLabel(this);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    makeSecondary(m_status);
    m_progress = new QProgressBar(this);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_open = iconButton("folder", tr("Open folder"), tr("Show the files in the file manager"), this);
    m_stop = iconButton("cancel", tr("Cancel"), tr("Stop this job"), this);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 4, 0, 4);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_title, 0, 0);
    grid->addWidget(m_open, 0, 1, 3, 1);
    grid->addWidget(m_stop, 0, 2, 3, 1);
    grid->addWidget(m_progress, 1, 0);
    grid->addWidget(m_status, 2, 0);
    grid->setColumnStretch(0, 1);

    connect(m_open, &QToolButton::clicked, this, &JobRow::openFolder);
    connect(m_stop, &QToolButton::clicked, this, [this] {
        if (m_running)
            Q_EMIT cancelClicked();
        else
            Q_EMIT removeClicked();
    });
}

void JobRow::setJob(const QModelIndex& job)
{
    const QString title = job.data().toString();
    const auto state = static_cast<Job::State>(job.data(JobModel::StateRole).toInt());
    const int percent = job.data(JobModel::PercentRole).toInt();
    m_running = state == Job::State::Running;
    m_folder = job.data(JobModel::FolderRole).toString();

    m_title->setText(title);
    m_status->setText(job.data(JobModel::StatusRole).toString());
    m_status->setToolTip(job.data(Qt::ToolTipRole).toString());
    m_progress->setRange(0, percent < 0 && m_running ? 0 : 100);
    m_progress->setValue(qMax(0, percent));
    m_progress->setVisible(m_running);
    m_progress->setAccessibleName(tr("Progress of %1").arg(title));
    m_open->setVisible(!m_folder.isEmpty());
    m_open->setAccessibleName(tr("Open the folder of %1").arg(title));
    m_stop->setIcon(themedIcon(m_running ? QStringLiteral("cancel") : QStringLiteral("trash")));
    m_stop->setToolTip(m_running ? tr("Stop this job") : tr("Remove from the list; files stay"));
    m_stop->setAccessibleName(m_running ? tr("Cancel %1").arg(title) : tr("Remove %1").arg(title));
    setAccessibleName(job.data(Qt::AccessibleTextRole).toString());
}

void JobRow::openFolder()
{
    QDesktopServices::openUrl(QUrl::fromLocalFile(m_folder));
}

} // namespace fedefm
