// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace fedefm {

/// Decoded frames of one sequence, bounded in bytes, filled by decode threads of its own.
/// Thread-safe. Requests go before prefetching; a newer prefetch replaces the older one.
class FrameCache
{
public:
    /// Called on a decode thread when a requested frame is there (or failed); never two at a time, and never
    /// for an older request after a newer one. It must not wait for the thread that destroys the cache.
    using Ready = std::function<void(int index, const Result<FramePtr>& frame)>;

    FrameCache(SequencePtr sequence, std::size_t limitBytes, int threads, Ready ready);
    ~FrameCache(); ///< waits for the frames in work only

    FrameCache(const FrameCache&) = delete;
    FrameCache& operator=(const FrameCache&) = delete;

    /// The frame if it is here, else null; never blocks on decoding.
    FramePtr peek(int index) const;

    /// Asks for a frame now; `Ready` follows also when it was cached. Older requests that no thread has begun
    /// are dropped; one in work is still answered, so that scrubbing shows progress.
    void request(int index);

    /// Tells where play goes: the next frames from `from` in direction ±1 within [first, last] (wrapping
    /// around) are decoded ahead as far as the memory allows.
    void prefetch(int from, int direction, int first, int last);

    /// Decodes on the calling thread if needed.
    Result<FramePtr> get(int index);

    std::size_t usedBytes() const;
    std::size_t limitBytes() const;
    int cachedFrames() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace fedefm
