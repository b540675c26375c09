// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_model.h"

#include "ui/common/issue_model.h"

#include <QPointer>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kFinishedKept = 20;

int percentOf(const Job& job)
{
    if (job.state() == Job::State::Done)
        return 100;
    return job.total() > 0 ? static_cast<int>(100.0 * job.done() / job.total()) : -1;
}

QString statusOf(const Job& job)
{
    switch (job.state()) {
    case Job::State::Running:
        if (job.isCancelRequested())
            return JobModel::tr("stopping…");
        return job.total() > 0 ? JobModel::tr("%1 of %2").arg(job.done()).arg(job.total())
                               : JobModel::tr("working…");
    case Job::State::Done:
        return job.output().files.size() > 1 ? JobModel::tr("done, %1 files").arg(job.output().files.size())
                                             : JobModel::tr("done");
    case Job::State::Cancelled:
        return JobModel::tr("cancelled");
    case Job::State::Failed:
        return issueFromError(*job.error(), Severity::Error).cause;
    }
    return {};
}

QString folderOf(const Job& job)
{
    if (job.output().files.empty())
        return {};
    return QString::fromStdString(job.output().files.front().parent_path().string());
}

} // namespace

JobModel::JobModel(QObject* parent) : QAbstractListModel(parent) {}

JobModel::~JobModel()
{
    cancelAll(); // all at once, so that joining one does not keep the others running
}

Job* JobModel::start(const QString& title, Job::Work work, QObject* context, OnFinished onFinishedCall)
{
    beginInsertRows({}, 0, 0);
    m_jobs.insert(m_jobs.begin(), std::make_unique<Job>(title, std::move(work)));
    endInsertRows();
    Job* job = m_jobs.front().get();
    connect(job, &Job::progressed, this, [this, job] { onProgress(job); });
    connect(job, &Job::finished, this,
            [this, job, call = std::move(onFinishedCall), guard = QPointer<QObject>(context),
             guarded = context != nullptr] {
                if (call && (!guarded || guard))
                    call(*job);
                onFinished(job);
            });
    Q_EMIT runningCountChanged(runningCount());
    return job;
}

Job* JobModel::job(int row) const
{
    return row >= 0 && row < static_cast<int>(m_jobs.size()) ? m_jobs[static_cast<std::size_t>(row)].get()
                                                             : nullptr;
}

int JobModel::runningCount() const
{
    return static_cast<int>(
        std::count_if(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return job->isRunning(); }));
}

void JobModel::cancel(int row)
{
    Job* target = job(row);
    if (!target || !target->isRunning())
        return;
    target->cancel();
    Q_EMIT dataChanged(index(row), index(row));
}

void JobModel::cancelAll()
{
    for (int row = 0; row < rowCount(); ++row)
        cancel(row);
}

void JobModel::remove(int row)
{
    const Job* target = job(row);
    if (!target || target->isRunning())
        return;
    beginRemoveRows({}, row, row);
    // Deleted later: a finished job may be removed in answer to its own signal.
    m_jobs[static_cast<std::size_t>(row)].release()->deleteLater();
    m_jobs.erase(m_jobs.begin() + row);
    endRemoveRows();
}

void JobModel::removeFinished()
{
    for (int row = rowCount() - 1; row >= 0; --row)
        remove(row);
}

int JobModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_jobs.size());
}

QVariant JobModel::data(const QModelIndex& index, int role) const
{
    const Job* entry = job(index.row());
    if (!entry)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return entry->title();
    case StateRole:
        return static_cast<int>(entry->state());
    case PercentRole:
        return percentOf(*entry);
    case StatusRole:
        return statusOf(*entry);
    case FolderRole:
        return folderOf(*entry);
    case Qt::ToolTipRole:
        return entry->error() ? issueFromError(*entry->error(), Severity::Error).nextStep : QString();
    case Qt::AccessibleTextRole:
        return tr("%1: %2").arg(entry->title(), statusOf(*entry));
    default:
        return {};
    }
}

int JobModel::rowOf(const Job* wanted) const
{
    const auto found =
        std::find_if(m_jobs.begin(), m_jobs.end(), [wanted](const auto& job) { return job.get() == wanted; });
    return found == m_jobs.end() ? -1 : static_cast<int>(found - m_jobs.begin());
}

void JobModel::onProgress(const Job* job)
{
    const int row = rowOf(job);
    if (row >= 0)
        Q_EMIT dataChanged(index(row), index(row));
}

void JobModel::onFinished(Job* job)
{
    onProgress(job);
    Q_EMIT jobFinished(job);
    if (job->error())
        Q_EMIT failed(*job->error());
    Q_EMIT runningCountChanged(runningCount());
    int finished = 0;
    for (int row = 0; row < rowCount(); ++row) {
        if (m_jobs[static_cast<std::size_t>(row)]->isRunning() || ++finished <= kFinishedKept)
            continue;
        remove(row--);
    }
}

} // namespace fedefm
