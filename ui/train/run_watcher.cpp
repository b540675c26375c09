// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_watcher.h"

#include "ui/train/run_reading.h"

namespace fedefm {

namespace {
constexpr int kPollMs = 1000;
}

RunWatcher::RunWatcher(std::filesystem::path root, QObject* parent)
    : QObject(parent), m_root(std::move(root)), m_reading(std::make_shared<RunReading>()),
      m_worker(QStringLiteral("runs"))
{
    m_timer.setInterval(kPollMs);
    connect(&m_timer, &QTimer::timeout, this, &RunWatcher::poll);
}

RunWatcher::~RunWatcher() = default;

void RunWatcher::setActive(bool active)
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

void RunWatcher::watch(const std::vector<RunSummary>& runs, const QStringList& metrics)
{
    m_worker.post([reading = m_reading, runs, metrics] { reading->watch(runs, metrics); });
    refreshNow();
}

void RunWatcher::watchDetails(const RunSummary& run)
{
    m_worker.post([reading = m_reading, run] { reading->watchDetails(run); });
    refreshNow();
}

void RunWatcher::refreshNow()
{
    m_again = m_isPolling;
    poll();
}

void RunWatcher::poll()
{
    if (m_isPolling)
        return;
    m_isPolling = true;
    m_worker.post([this, reading = m_reading, root = m_root] {
        auto news = std::make_shared<RunReading::News>(reading->look(root));
        answerOn(this, [this, news] { deliver(*news); });
    });
}

void RunWatcher::deliver(const RunReading::News& news)
{
    m_isPolling = false;
    if (news.isListed)
        Q_EMIT listed(news.runs);
    for (const auto& [run, metrics] : news.metrics)
        Q_EMIT metricsFound(run, metrics);
    if (!news.updates.empty())
        Q_EMIT curvesArrived(news.updates);
    for (const auto& [run, epochs] : news.epochs)
        Q_EMIT epochsArrived(run, epochs);
    if (news.details)
        Q_EMIT detailsArrived(*news.details);
    if (m_again) {
        m_again = false;
        poll();
    }
}

} // namespace fedefm
