// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job.h"

#include <QAbstractListModel>

#include <functional>
#include <memory>
#include <vector>

namespace fedefm {

/// All jobs of this sitting, newest first: the running ones and the last finished ones.
class JobModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        StateRole = Qt::UserRole, ///< int of Job::State
        PercentRole,              ///< 0…100, -1 while the total is unknown
        StatusRole,               ///< "12 of 96", "done", "cancelled", the error's cause
        FolderRole,               ///< where the files are; empty when none
    };
    using OnFinished = std::function<void(const Job& job)>;

    explicit JobModel(QObject* parent = nullptr);
    ~JobModel() override; ///< cancels and joins

    /// Starts work; `onFinished` runs on the GUI thread unless `context` (when given) is gone by then.
    Job* start(const QString& title, Job::Work work, QObject* context = nullptr, OnFinished onFinished = {});
    Job* job(int row) const;
    int runningCount() const;
    void cancel(int row);
    void cancelAll();      ///< asks only; the destructor waits
    void removeFinished(); ///< forgets the list of what is over
    void remove(int row);  ///< forgets a finished job

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

Q_SIGNALS:
    void runningCountChanged(int count);
    void jobFinished(const fedefm::Job* job);
    void failed(const fedefm::Error& error); ///< for the issues panel; not for cancelled jobs

private:
    void onProgress(const Job* job);
    void onFinished(Job* job);
    int rowOf(const Job* job) const;

    std::vector<std::unique_ptr<Job>> m_jobs;
};

} // namespace fedefm
