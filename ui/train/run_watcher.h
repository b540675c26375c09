// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"
#include "ui/common/worker_thread.h"
#include "ui/train/run_reading.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <vector>

namespace fedefm {

/// Reads a folder of runs again and again on a thread of its own and tells what is new. It sees runs of other
/// programs and other sittings like its own: nothing but the folder connects window and training.
class RunWatcher : public QObject
{
    Q_OBJECT
public:
    explicit RunWatcher(std::filesystem::path root, QObject* parent = nullptr);
    ~RunWatcher() override;

    const std::filesystem::path& root() const { return m_root; }
    /// Curves of these runs are read, only these metrics.
    void watch(const std::vector<RunSummary>& runs, const QStringList& metrics);
    /// The run whose details are wanted; an empty summary id for none.
    void watchDetails(const RunSummary& run);
    void refreshNow();
    void setActive(bool active); ///< polls only while true

Q_SIGNALS:
    void listed(const std::vector<fedefm::RunSummary>& runs);
    void curvesArrived(const std::vector<fedefm::CurveUpdate>& updates);
    void metricsFound(const QString& run, const QStringList& metrics);
    void detailsArrived(const fedefm::RunDetails& details);
    /// Values of a run that goes on: {"epoch", …} per epoch, for alerts.
    void epochsArrived(const QString& run, const nlohmann::json& epochs);

private:
    void poll();
    void deliver(const RunReading::News& news);

    std::filesystem::path m_root;
    QTimer m_timer;
    bool m_isPolling = false; ///< a slow disk must not queue up polls
    bool m_again = false;
    std::shared_ptr<RunReading> m_reading; ///< touched by the worker only, but for its constructor
    WorkerThread m_worker;
};

} // namespace fedefm
