// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/cine_player.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

// Callers add up times in floating point; a frame that is due within this is due now.
constexpr double kToleranceMs = 1e-5;

} // namespace

double CinePlayer::durationMs(int frame) const
{
    const auto& times = m_timing.frameTimesMs;
    const auto index = static_cast<std::size_t>(frame);
    return frame < m_last ? times[index + 1] - times[index] : m_timing.meanFrameMs();
}

void CinePlayer::appendSteps(int from, int to)
{
    const int step = from <= to ? 1 : -1;
    for (int frame = from; frame != to + step; frame += step) {
        m_cycle.push_back({frame, m_cycleMs});
        m_cycleMs += durationMs(frame);
    }
}

void CinePlayer::rebuildCycle()
{
    m_cycle.clear();
    m_cycleMs = 0.0;
    m_firstHalf = 0;
    if (frameCount() == 0)
        return;
    const int from = m_reverse ? m_last : m_first;
    const int to = m_reverse ? m_first : m_last;
    appendSteps(from, to);
    m_firstHalf = m_cycle.size();
    // The way back leaves out both ends, or they would be shown twice in a row.
    if (m_loop == LoopMode::Sweep && m_last - m_first >= 2)
        appendSteps(m_reverse ? to + 1 : to - 1, m_reverse ? from - 1 : from + 1);
}

std::size_t CinePlayer::stepAt(double offsetMs) const
{
    const auto next = std::upper_bound(m_cycle.begin(), m_cycle.end(), offsetMs + kToleranceMs,
                                       [](double offset, const Step& step) { return offset < step.startMs; });
    return next == m_cycle.begin() ? 0 : static_cast<std::size_t>(next - m_cycle.begin()) - 1;
}

std::size_t CinePlayer::stepOfFrame(int frame, bool secondHalf) const
{
    const auto isFrame = [frame](const Step& step) { return step.frame == frame; };
    const auto middle = m_cycle.begin() + static_cast<std::ptrdiff_t>(m_firstHalf);
    if (secondHalf) {
        const auto found = std::find_if(middle, m_cycle.end(), isFrame);
        if (found != m_cycle.end())
            return static_cast<std::size_t>(found - m_cycle.begin());
    }
    const auto found = std::find_if(m_cycle.begin(), middle, isFrame);
    return found == middle ? 0 : static_cast<std::size_t>(found - m_cycle.begin());
}

double CinePlayer::cycleOffsetMs(double nowMs) const
{
    const double offset = m_offsetMs + std::max(0.0, nowMs - m_startMs) * m_speed;
    if (m_loop == LoopMode::Once || m_cycleMs <= 0.0)
        return offset;
    const double wrapped = std::fmod(offset, m_cycleMs);
    // Just below the end is, within the tolerance, the beginning.
    return m_cycleMs - wrapped <= kToleranceMs ? 0.0 : wrapped;
}

void CinePlayer::moveTo(std::size_t step, double intoStepMs)
{
    m_startMs = m_lastMs;
    m_offsetMs = m_cycle.empty() ? 0.0 : m_cycle[step].startMs + intoStepMs;
}

void CinePlayer::setTiming(const CineTiming& timing)
{
    const bool keepsRange =
        timing.source == RateSource::User && timing.frameTimesMs.size() == m_timing.frameTimesMs.size();
    m_timing = timing;
    if (keepsRange)
        setRange(m_first, m_last);
    else
        setRange(timing.firstFrame, timing.lastFrame);
}

void CinePlayer::setRange(int first, int last)
{
    const int highest = std::max(0, frameCount() - 1);
    m_first = std::clamp(std::min(first, last), 0, highest);
    m_last = std::clamp(std::max(first, last), 0, highest);
    const bool secondHalf = m_playing && !m_cycle.empty() && stepAt(cycleOffsetMs(m_lastMs)) >= m_firstHalf;
    m_frame = std::clamp(m_frame, m_first, m_last);
    rebuildCycle();
    moveTo(stepOfFrame(m_frame, secondHalf), 0.0);
}

void CinePlayer::setSpeed(double factor)
{
    if (!std::isfinite(factor))
        return;
    m_offsetMs = cycleOffsetMs(m_lastMs);
    m_startMs = m_lastMs;
    m_speed = std::clamp(factor, 0.25, 4.0);
}

void CinePlayer::setReverse(bool reverse)
{
    if (reverse == m_reverse)
        return;
    const bool secondHalf = m_playing && !m_cycle.empty() && stepAt(cycleOffsetMs(m_lastMs)) >= m_firstHalf;
    m_reverse = reverse;
    rebuildCycle();
    moveTo(stepOfFrame(m_frame, secondHalf), 0.0);
}

void CinePlayer::setLoopMode(LoopMode mode)
{
    if (mode == m_loop)
        return;
    const double offset = cycleOffsetMs(m_lastMs);
    const double into = m_cycle.empty() ? 0.0 : offset - m_cycle[stepAt(offset)].startMs;
    m_loop = mode;
    rebuildCycle();
    moveTo(stepOfFrame(m_frame, false), into);
}

void CinePlayer::play(double nowMs, int fromFrame)
{
    if (m_cycle.empty())
        return;
    m_lastMs = nowMs;
    m_frame = std::clamp(fromFrame, m_first, m_last);
    std::size_t step = stepOfFrame(m_frame, false);
    if (m_loop == LoopMode::Once && step + 1 == m_cycle.size())
        step = 0;
    m_frame = m_cycle[step].frame;
    m_playing = true;
    moveTo(step, 0.0);
}

void CinePlayer::pause(double nowMs)
{
    frameAt(nowMs);
    m_playing = false;
}

int CinePlayer::frameAt(double nowMs)
{
    if (!m_playing)
        return m_frame;
    m_lastMs = std::max(m_lastMs, nowMs);
    const double offset = cycleOffsetMs(m_lastMs);
    m_frame = m_cycle[stepAt(offset)].frame;
    if (m_loop == LoopMode::Once && offset + kToleranceMs >= m_cycleMs)
        m_playing = false;
    return m_frame;
}

double CinePlayer::msToNextFrame(double nowMs) const
{
    const bool changes = m_playing && (m_cycle.size() > 1 || m_loop == LoopMode::Once);
    if (!changes)
        return std::numeric_limits<double>::infinity();
    const double offset = cycleOffsetMs(nowMs);
    const std::size_t next = stepAt(offset) + 1;
    const double end = next < m_cycle.size() ? m_cycle[next].startMs : m_cycleMs;
    return std::max(0.0, (end - offset) / m_speed);
}

int CinePlayer::direction(double nowMs) const
{
    const int straight = m_reverse ? -1 : 1;
    if (m_loop != LoopMode::Sweep || m_cycle.size() < 2 || !m_playing)
        return straight;
    const std::size_t step = stepAt(cycleOffsetMs(nowMs));
    const std::size_t next = (step + 1) % m_cycle.size();
    return m_cycle[next].frame > m_cycle[step].frame ? 1 : -1;
}

double CinePlayer::nominalFps() const
{
    double totalMs = 0.0;
    for (std::size_t i = 0; i < m_firstHalf; ++i)
        totalMs += durationMs(m_cycle[i].frame);
    return totalMs > 0.0 ? 1000.0 * static_cast<double>(m_firstHalf) / totalMs * m_speed : 0.0;
}

void RateMeter::shown(double nowMs, double dueMs)
{
    constexpr double kLateMs = 1000.0 / 60.0;
    ++m_shown;
    if (nowMs - dueMs > kLateMs)
        ++m_late;
    m_times.push_back(nowMs);
    while (m_times.front() < nowMs - 1000.0)
        m_times.pop_front();
}

void RateMeter::reset()
{
    *this = RateMeter();
}

double RateMeter::fps(double nowMs) const
{
    const auto begin = std::lower_bound(m_times.begin(), m_times.end(), nowMs - 1000.0);
    const auto count = m_times.end() - begin;
    if (count < 2 || m_times.back() <= *begin)
        return 0.0;
    return 1000.0 * static_cast<double>(count - 1) / (m_times.back() - *begin);
}

} // namespace fedefm
