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
    : QObject(parent), m_document(document), m_clock(clock ? std::move(clock) : std::make_shared<SteadyClock>())
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
    connect(document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
        if (what.testFlag(SeriesDocument::Picture))
            onPicture();
    });
}

void CineController::setPlaying(bool playing)
{
    if (!m_document || playing == m_player.isPlaying() || (playing && m_document->frameCount() < 2))
        return;
    const double now = m_clock->nowMs();
    if (playing) {
        m_meter.reset();
        m_wanted = -1;
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
        m_wanted = due;
        m_wantedDueMs = now;
        m_document->prefetch(m_player.direction(now), m_player.first(), m_player.last());
        m_document->setCurrentFrame(due);
        Q_EMIT frameShown(due);
    }
    if (!m_player.isPlaying()) { // played once to the end
        m_rateTimer.stop();
        Q_EMIT stateChanged();
        return;
    }
    m_timer.start(std::max(1, static_cast<int>(std::ceil(m_player.msToNextFrame(m_clock->nowMs())))));
}

void CineController::onPicture()
{
    if (m_player.isPlaying() && m_document->shownFrame() == m_wanted)
        m_meter.shown(m_clock->nowMs(), m_wantedDueMs);
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
    const double now = m_clock->nowMs();
    m_player.frameAt(now);
    m_player.setSpeed(factor);
    if (m_player.isPlaying())
        m_player.play(now, m_document->currentFrame());
    m_meter.reset();
    Q_EMIT stateChanged();
}

void CineController::setReverse(bool reverse)
{
    m_player.setReverse(reverse);
    if (m_player.isPlaying())
        m_player.play(m_clock->nowMs(), m_document->currentFrame());
    Q_EMIT stateChanged();
}

void CineController::setLoopMode(LoopMode mode)
{
    m_player.setLoopMode(mode);
    if (m_player.isPlaying())
        m_player.play(m_clock->nowMs(), m_document->currentFrame());
    Q_EMIT stateChanged();
}

void CineController::setRange(int first, int last)
{
    m_player.setRange(std::min(first, last), std::max(first, last));
    const int clamped = std::clamp(m_document->currentFrame(), m_player.first(), m_player.last());
    if (m_player.isPlaying())
        m_player.play(m_clock->nowMs(), clamped);
    else
        m_document->setCurrentFrame(clamped);
    Q_EMIT stateChanged();
}

void CineController::setUserRate(double fps)
{
    m_timing = fps > 0.0 ? withUserRate(m_document->info().timing, fps) : m_document->info().timing;
    const int first = m_player.first();
    const int last = m_player.last();
    m_player.setTiming(m_timing);
    m_player.setRange(first, last);
    if (m_player.isPlaying())
        m_player.play(m_clock->nowMs(), m_document->currentFrame());
    m_meter.reset();
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
