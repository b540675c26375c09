// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/frame.h"

#include <cstddef>
#include <list>
#include <unordered_map>

namespace fedefm {

/// The frames that play will need next: `length` frames from `from` in `direction`, wrapping within [first,
/// last].
struct PlayWindow
{
    int from = 0;
    int direction = 1;
    int first = 0;
    int last = -1;
    int length = 0;

    /// At most `room` frames; empty when the range is.
    static PlayWindow make(int from, int direction, int first, int last, int frameCount, std::size_t room);

    int frameAt(int position) const;
    /// Position of a frame in the window, or `length` when it is outside.
    int positionOf(int frame) const;
};

/// Least-recently-used frames within a number of bytes. Not thread-safe: FrameCache guards it.
class FrameStore
{
public:
    explicit FrameStore(std::size_t limitBytes) : m_limitBytes(limitBytes) {}

    bool contains(int index) const { return m_slots.count(index) != 0; }
    FramePtr find(int index); ///< null when absent; marks the frame as used

    /// Makes room by dropping old frames, those outside `window` first. Frames in the window give way only to
    /// a requested one, the latest needed first. Does not keep the frame when there is no room for it.
    void insert(int index, FramePtr frame, const PlayWindow& window, bool requested);

    std::size_t usedBytes() const { return m_usedBytes; }
    std::size_t limitBytes() const { return m_limitBytes; }
    int count() const { return static_cast<int>(m_slots.size()); }

private:
    struct Slot
    {
        FramePtr frame;
        std::list<int>::iterator use;
    };

    void drop(int index);
    /// Index of the frame to drop, or -1 when none may go.
    int victim(const PlayWindow& window, int newPosition) const;

    const std::size_t m_limitBytes;
    std::size_t m_usedBytes = 0;
    std::list<int> m_uses; ///< oldest first
    std::unordered_map<int, Slot> m_slots;
};

} // namespace fedefm
