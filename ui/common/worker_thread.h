// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <QThread>

#include <atomic>
#include <functional>

namespace fedefm {

/// One thread that runs tasks in the order they were posted. The destructor waits for the task in work and
/// drops the rest, so long tasks must watch a cancel token.
class WorkerThread
{
public:
    explicit WorkerThread(const QString& name);
    ~WorkerThread();

    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    void post(std::function<void()> task);

private:
    std::atomic<bool> m_stopping{false};
    QThread m_thread;
    QObject* m_inside;
};

/// Runs `answer` on the thread of `receiver`, unless that is gone by then. The caller must know that
/// `receiver` lives at the time of the call; owning the WorkerThread as a member ensures it.
template <typename Answer> void answerOn(QObject* receiver, Answer answer)
{
    QMetaObject::invokeMethod(receiver, std::move(answer), Qt::QueuedConnection);
}

} // namespace fedefm
