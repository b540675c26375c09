// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/frame_store_private.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fedefm {

PlayWindow PlayWindow::make(int from, int direction, int first, int last, int frameCount, std::size_t room)
{
    PlayWindow window;
    window.first = std::max(0, first);
    window.last = std::min(last, frameCount - 1);
    if (window.first > window.last)
        return window;
    window.direction = direction < 0 ? -1 : 1;
    window.from = std::clamp(from, window.first, window.last);
    const std::size_t range = static_cast<std::size_t>(window.last - window.first) + 1;
    window.length = static_cast<int>(std::min(range, room));
    return window;
}

int PlayWindow::frameAt(int position) const
{
    const int range = last - first + 1;
    const int offset = (from - first + direction * position) % range;
    return first + (offset + range) % range;
}

int PlayWindow::positionOf(int frame) const
{
    if (length == 0 || frame < first || frame > last)
        return length;
    const int range = last - first + 1;
    const int position = ((frame - from) * direction % range + range) % range;
    return std::min(position, length);
}

FramePtr FrameStore::find(int index)
{
    const auto found = m_slots.find(index);
    if (found == m_slots.end())
        return nullptr;
    m_uses.splice(m_uses.end(), m_uses, found->second.use);
    return found->second.frame;
}

void FrameStore::drop(int index)
{
    const auto found = m_slots.find(index);
    m_usedBytes -= found->second.frame->byteCount();
    m_uses.erase(found->second.use);
    m_slots.erase(found);
}

int FrameStore::victim(const PlayWindow& window, int newPosition) const
{
    int latest = -1;
    int latestPosition = newPosition;
    for (const int index : m_uses) {
        const int position = window.positionOf(index);
        if (position == window.length)
            return index;
        if (position > latestPosition) {
            latestPosition = position;
            latest = index;
        }
    }
    return latest;
}

void FrameStore::insert(int index, FramePtr frame, const PlayWindow& window, bool requested)
{
    const std::size_t bytes = frame->byteCount();
    if (bytes > m_limitBytes || contains(index))
        return;
    const int newPosition = requested ? -1 : window.positionOf(index);
    while (m_usedBytes + bytes > m_limitBytes) {
        const int old = victim(window, newPosition);
        if (old < 0)
            return;
        drop(old);
    }
    m_uses.push_back(index);
    m_slots.emplace(index, Slot{std::move(frame), std::prev(m_uses.end())});
    m_usedBytes += bytes;
}

} // namespace fedefm
