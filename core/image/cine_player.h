// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/cine_timing.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace fedefm {

/// Decides which frame is due at an instant. Driven by elapsed time, never by ticks: a late caller skips
/// frames, the clip does not slow down. No threads and no timers; the caller passes the time (ms, monotonic).
/// Setters take effect at the last time that was passed.
class CinePlayer
{
public:
    /// Sets the range to the trims of `timing`; a rate that the user chose for the same clip keeps the range.
    void setTiming(const CineTiming& timing);
    void setRange(int first, int last); ///< 0-based, inclusive; clamped to the clip
    void setSpeed(double factor);       ///< clamped to 0.25 … 4; keeps the current frame
    void setReverse(bool reverse);
    void setLoopMode(LoopMode mode);

    /// Starts at `fromFrame`, clamped to the range. With LoopMode::Once the final frame means "from the
    /// beginning".
    void play(double nowMs, int fromFrame);
    void pause(double nowMs);
    bool isPlaying() const { return m_playing; }

    /// Frame to show now. While paused: the frame of the pause. With LoopMode::Once it stops at the end.
    int frameAt(double nowMs);

    /// Milliseconds until the frame changes; the caller may sleep that long. Infinity while paused.
    double msToNextFrame(double nowMs) const;

    /// +1 or -1: where the next frames come from, for prefetching.
    int direction(double nowMs) const;

    int first() const { return m_first; }
    int last() const { return m_last; }
    double speed() const { return m_speed; }
    bool isReverse() const { return m_reverse; }
    LoopMode loopMode() const { return m_loop; }
    double nominalFps() const; ///< of the range, speed included

private:
    /// One frame of the cycle that is played again and again.
    struct Step
    {
        int frame;
        double startMs; ///< since the start of the cycle, at speed 1
    };

    int frameCount() const { return static_cast<int>(m_timing.frameTimesMs.size()); }
    double durationMs(int frame) const;
    void appendSteps(int from, int to);
    void rebuildCycle();
    std::size_t stepAt(double offsetMs) const;
    std::size_t stepOfFrame(int frame, bool secondHalf) const;
    double cycleOffsetMs(double nowMs) const; ///< clip time in the cycle; not wrapped with LoopMode::Once
    void moveTo(std::size_t step, double intoStepMs);

    CineTiming m_timing;
    std::vector<Step> m_cycle;
    double m_cycleMs = 0.0;
    std::size_t m_firstHalf = 0; ///< steps before a sweep turns round
    int m_first = 0;
    int m_last = 0;
    double m_speed = 1.0;
    bool m_reverse = false;
    LoopMode m_loop = LoopMode::Loop;
    bool m_playing = false;
    double m_startMs = 0.0;  ///< wall time of the last play or change
    double m_offsetMs = 0.0; ///< cycle position at m_startMs
    double m_lastMs = 0.0;   ///< latest time that a caller passed
    int m_frame = 0;
};

/// Measures what was really shown: rate over the last second, share of late and skipped frames.
class RateMeter
{
public:
    /// Call when a frame reached the screen; `dueMs` is when it should have.
    void shown(double nowMs, double dueMs);
    void skipped(int frames) { m_skipped += frames; }
    void reset();

    double fps(double nowMs) const; ///< over the last second; 0 with fewer than two frames
    int shownCount() const { return m_shown; }
    int skippedCount() const { return m_skipped; }
    int lateCount() const { return m_late; } ///< later than one refresh at 60 Hz (16.7 ms)

private:
    std::deque<double> m_times;
    int m_shown = 0;
    int m_skipped = 0;
    int m_late = 0;
};

} // namespace fedefm
