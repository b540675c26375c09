// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/cine_timing.h"

#include <deque>

namespace fedefm {

/// Decides which frame is due at an instant. Driven by elapsed time, never by ticks: a late caller skips
/// frames, the clip does not slow down. No threads and no timers; the caller passes the time (ms, monotonic).
class CinePlayer
{
public:
    void setTiming(const CineTiming& timing);
    void setRange(int first, int last); ///< 0-based, inclusive; clamped to the clip
    void setSpeed(double factor);       ///< 0.25 … 4; keeps the current frame
    void setReverse(bool reverse);
    void setLoopMode(LoopMode mode) { m_loop = mode; }

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
    double startOf(int frame) const; ///< ms from the start of the range
    double rangeMs() const;
    double positionMs(double nowMs) const; ///< clip time since the start, speed applied
    int frameAtOffset(double offsetMs) const;
    void rebase(double nowMs);

    CineTiming m_timing;
    int m_first = 0;
    int m_last = 0;
    double m_speed = 1.0;
    bool m_reverse = false;
    LoopMode m_loop = LoopMode::Loop;
    bool m_playing = false;
    double m_startMs = 0.0;  ///< wall time of the last play or change
    double m_offsetMs = 0.0; ///< clip position at m_startMs
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
    int lateCount() const { return m_late; } ///< later than half a frame distance of 60 Hz (8.3 ms)

private:
    std::deque<double> m_times;
    int m_shown = 0;
    int m_skipped = 0;
    int m_late = 0;
};

} // namespace fedefm
