// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/cine_controller.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {
constexpr double kOffRate = 0.05;
constexpr int kRateIntervalMs = 500;
} // namespace

CineController::CineController(SeriesDocument* document, std::shared_ptr<const Clock> clock, QObject* parent)
    : QObject(parent), m_document(document),
      m_clock(clock ? std::move(clock) : std::make_shared<SteadyClock>())
{
    m_timing = document->info().timing;
    m_player.setTiming(m_timing);
    m_player.setRange(m_timing.firstFrame, m_timing.lastFrame);
    m_player.setLoopMode(m_timing.preferredLoop);
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &CineController::tick);
    m_rateTimer.setInterval(kRateIntervalMs);
    connect(&m_rateTimer, &QTimer::timeout, this, [this] { Q_EMIT rateMeasured(realFps()); });
}

void CineController::setPlaying(bool playing)
{
    if (!m_document || playing == m_player.isPlaying() || (playing && m_document->frameCount() < 2))
        return;
    const double now = m_clock->nowMs();
    if (playing) {
        m_meter.reset();
        m_wanted = -1;
        m_nextDueMs = 0.0;
        m_player.play(now, m_document->currentFrame());
        m_rateTimer.start();
        tick();
    } else {
        m_player.pause(now);
        m_timer.stop();
        m_rateTimer.stop();
    }
    Q_EMIT stateChanged();
}

void CineController::tick()
{
    if (!m_document)
        return;
    const double now = m_clock->nowMs();
    const int due = m_player.frameAt(now);
    if (due != m_wanted) {
        m_wantedDueMs = m_nextDueMs > 0.0 ? std::min(m_nextDueMs, now) : now;
        if (m_wanted >= 0)
            noteSkipped(now);
        m_wanted = due;
        m_document->prefetch(m_player.direction(now), m_player.first(), m_player.last());
        m_document->setCurrentFrame(due);
        Q_EMIT frameShown(due);
    }
    if (!m_player.isPlaying()) { // played once to the end
        m_rateTimer.stop();
        Q_EMIT stateChanged();
        return;
    }
    const double after = m_clock->nowMs();
    const double wait = m_player.msToNextFrame(after);
    m_nextDueMs = after + wait;
    if (std::isfinite(wait)) // a range of one frame has nothing to wait for
        m_timer.start(std::max(1, static_cast<int>(std::ceil(wait))));
}

/// Whole frame distances between the instant the next frame was due and now are frames that nobody saw.
void CineController::noteSkipped(double nowMs)
{
    const int missed = static_cast<int>((nowMs - m_wantedDueMs) * nominalFps() / 1000.0);
    if (missed > 0)
        m_meter.skipped(missed);
}

void CineController::notePainted(int frame)
{
    if (m_player.isPlaying() && frame == m_wanted && m_wantedDueMs > 0.0) {
        m_meter.shown(m_clock->nowMs(), m_wantedDueMs);
        m_wantedDueMs = 0.0; // repaints of the same frame do not count
    }
}

void CineController::step(int frames)
{
    if (!m_document)
        return;
    setPlaying(false);
    const int first = m_player.first();
    const int count = m_player.last() - first + 1;
    int target = m_document->currentFrame() - first + frames;
    if (std::abs(frames) == 1 && m_player.loopMode() == LoopMode::Loop && count > 0)
        target = ((target % count) + count) % count;
    goTo(first + std::clamp(target, 0, std::max(0, count - 1)));
}

void CineController::goTo(int frame)
{
    if (!m_document)
        return;
    setPlaying(false);
    m_document->setCurrentFrame(frame);
    Q_EMIT frameShown(m_document->currentFrame());
}

void CineController::setSpeed(double factor)
{
    m_player.frameAt(m_clock->nowMs());
    m_player.setSpeed(factor);
    rhythmChanged();
}

void CineController::setReverse(bool reverse)
{
    m_player.frameAt(m_clock->nowMs());
    m_player.setReverse(reverse);
    rhythmChanged();
}

void CineController::setLoopMode(LoopMode mode)
{
    m_player.frameAt(m_clock->nowMs());
    m_player.setLoopMode(mode);
    rhythmChanged();
}

void CineController::setRange(int first, int last)
{
    m_player.frameAt(m_clock->nowMs());
    m_player.setRange(first, last);
    if (!m_player.isPlaying() && m_document)
        m_document->setCurrentFrame(
            std::clamp(m_document->currentFrame(), m_player.first(), m_player.last()));
    rhythmChanged();
}

void CineController::setUserRate(double fps)
{
    if (!m_document)
        return;
    const int first = m_player.first();
    const int last = m_player.last();
    m_player.frameAt(m_clock->nowMs());
    m_timing = fps > 0.0 ? withUserRate(m_document->info().timing, fps) : m_document->info().timing;
    m_player.setTiming(m_timing);
    m_player.setRange(first, last);
    rhythmChanged();
}

/// The frame that is due next and its time are no longer those that were planned.
void CineController::rhythmChanged()
{
    m_meter.reset();
    m_nextDueMs = 0.0;
    if (m_player.isPlaying())
        tick();
    Q_EMIT stateChanged();
}

double CineController::realFps() const
{
    return m_player.isPlaying() ? m_meter.fps(m_clock->nowMs()) : 0.0;
}

bool CineController::isOffRate() const
{
    const double real = realFps();
    return real > 0.0 && std::abs(real - nominalFps()) > kOffRate * nominalFps();
}

} // namespace fedefm
