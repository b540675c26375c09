// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/worker_thread.h"
#include "ui/federate/session_snapshot.h"

#include <QObject>
#include <QTimer>

#include <filesystem>
#include <memory>

namespace fedefm {

class SessionReading;

/// Looks at a session's run folder again and again on a thread of its own. Any number of windows may do so;
/// who comes late gets the whole history with the first look.
class SessionMonitor : public QObject
{
    Q_OBJECT
public:
    explicit SessionMonitor(QObject* parent = nullptr);
    ~SessionMonitor() override;

    /// An empty folder: none. What was seen of another one is forgotten.
    void watch(const std::filesystem::path& folder);
    const std::filesystem::path& folder() const { return m_folder; }
    void setActive(bool active); ///< looks only while true
    void refreshNow();
    /// nullptr before the first look.
    const SessionSnapshotPtr& snapshot() const { return m_snapshot; }

Q_SIGNALS:
    void changed(); ///< snapshot() is new, also where only time has passed

private:
    void poll();

    std::filesystem::path m_folder;
    SessionSnapshotPtr m_snapshot;
    std::shared_ptr<SessionReading> m_reading; ///< touched by the worker only, but for its constructor
    QTimer m_timer;
    bool m_isPolling = false; ///< a slow disk must not queue up looks
    bool m_again = false;
    WorkerThread m_worker;
};

} // namespace fedefm
