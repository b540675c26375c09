// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/run_store.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <filesystem>
#include <vector>

namespace fedefm {

/// Starts trainings and federated sessions as processes that belong to no window. What such a process says
/// before it has made its run folder lands in a file of its own, so that a start that fails can be explained.
class RunLauncher : public QObject
{
    Q_OBJECT
public:
    explicit RunLauncher(std::filesystem::path runsFolder, QObject* parent = nullptr);

    /// `command` is the learning program's: "train", or "federate" for the plan of a session. Errors:
    /// ModuleMissing without the learning program, WriteFailed, DiskFull, Internal when it does not start.
    Status start(const nlohmann::json& config, const QString& command = QStringLiteral("train"));
    /// Nothing, while an earlier call for this run is under way. `behindRound` (from 1): a session goes back
    /// to its checkpoint behind that round; 0: it goes on at its last one.
    Status resume(const RunSummary& run, int behindRound = 0);
    /// Which starts have become runs.
    void seen(const std::vector<RunSummary>& runs);
    int waitingCount() const { return static_cast<int>(m_starts.size()); }

Q_SIGNALS:
    void waitingChanged(int count);
    void appeared(const QString& run); ///< the run that a start has become
    void failed(const fedefm::Error& error);

private:
    struct Start
    {
        qint64 pid = 0;
        QString name;
        QString log;
        QString config;        ///< written for this start; the run keeps its own copy
        std::string resumedId; ///< a resumed run is there before its process
        std::string launchedUtc;
        int checksWhenOver = 0;
    };
    static bool hasBecome(const Start& start, const RunSummary& run);
    Status launch(const QStringList& arguments, Start start);
    void checkProcesses();
    static void moveLog(const Start& start, const std::filesystem::path& run);
    QString newFile(const QString& name, const QString& extension) const;

    std::filesystem::path m_runs;
    std::vector<Start> m_starts;
    QTimer m_timer;
};

/// Whether a process exists and has not ended.
bool isProcessAlive(qint64 pid);

} // namespace fedefm
