// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/base/progress.h"
#include "core/base/result.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace fedefm {

/// What a job left on the disk; other products travel in variables that its work and its caller share.
struct JobOutput
{
    std::vector<std::filesystem::path> files;
};

/// Long work on a thread of its own, with progress, cancel and an end. Lives on the GUI thread; the work runs
/// elsewhere and must touch nothing that the GUI changes. The destructor cancels and joins.
class Job : public QObject
{
    Q_OBJECT
public:
    enum class State { Running, Done, Cancelled, Failed };
    using Work = std::function<Result<JobOutput>(const CancelToken& cancel, const Progress& progress)>;

    /// Starts at once. `title` names no person.
    Job(const QString& title, Work work, QObject* parent = nullptr);
    ~Job() override;

    QString title() const { return m_title; }
    State state() const { return m_state; }
    bool isRunning() const { return m_state == State::Running; }
    int done() const { return m_done; }
    int total() const { return m_total; } ///< 0 while unknown
    const JobOutput& output() const { return m_output; }
    const std::optional<Error>& error() const { return m_error; } ///< set when Failed
    void cancel() { m_cancel.cancel(); }
    bool isCancelRequested() const { return m_cancel.isCancelled(); }

Q_SIGNALS:
    void progressed(int done, int total); ///< at most 20 per second
    void finished();                      ///< state() is final; everything the work wrote is visible

private:
    void run(const Work& work);
    void postProgress(int done, int total);
    void finish(Result<JobOutput> outcome);

    struct Throttle;
    QString m_title;
    State m_state = State::Running;
    int m_done = 0;
    int m_total = 0;
    JobOutput m_output;
    std::optional<Error> m_error;
    CancelToken m_cancel;
    std::unique_ptr<Throttle> m_throttle; ///< used by the job's thread only
    std::thread m_thread;
};

} // namespace fedefm
