// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_monitor.h"

#include "ui/federate/session_reading.h"

namespace fedefm {

namespace {
constexpr int kPollMs = 500;
}

SessionMonitor::SessionMonitor(QObject* parent) : QObject(parent), m_worker(QStringLiteral("session"))
{
    m_timer.setInterval(kPollMs);
    connect(&m_timer, &QTimer::timeout, this, &SessionMonitor::poll);
}

SessionMonitor::~SessionMonitor() = default;

void SessionMonitor::watch(const std::filesystem::path& folder)
{
    if (folder == m_folder)
        return refreshNow();
    m_folder = folder;
    m_reading = folder.empty() ? nullptr : std::make_shared<SessionReading>(folder);
    m_snapshot.reset();
    Q_EMIT changed();
    refreshNow();
}

void SessionMonitor::setActive(bool active)
{
    if (active == m_timer.isActive())
        return;
    if (active) {
        m_timer.start();
        refreshNow();
    } else {
        m_timer.stop();
    }
}

void SessionMonitor::refreshNow()
{
    m_again = m_isPolling;
    poll();
}

void SessionMonitor::poll()
{
    if (m_isPolling || !m_reading)
        return;
    m_isPolling = true;
    m_worker.post([this, reading = m_reading] {
        SessionSnapshotPtr snapshot = reading->look(QDateTime::currentDateTimeUtc());
        answerOn(this, [this, reading, snapshot = std::move(snapshot)] {
            m_isPolling = false;
            if (reading == m_reading) {
                m_snapshot = snapshot;
                Q_EMIT changed();
            }
            if (m_again) {
                m_again = false;
                poll();
            }
        });
    });
}

} // namespace fedefm
