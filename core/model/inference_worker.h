// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/segmenter.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace fedefm {

/// One long-lived thread that owns the segmenter (models may only be touched there).
/// While scrubbing only the newest frame request survives; a whole-clip job runs in the gaps and yields to
/// it.
class InferenceWorker
{
public:
    struct FrameAnswer
    {
        std::uint64_t requestId = 0;
        FrameId frame;
        Result<SegmentationPtr> result;
    };
    using OnFrame = std::function<void(const FrameAnswer&)>; ///< called on the inference thread

    explicit InferenceWorker(OnFrame onFrame);
    ~InferenceWorker(); ///< cancels and joins

    InferenceWorker(const InferenceWorker&) = delete;
    InferenceWorker& operator=(const InferenceWorker&) = delete;

    /// The factory runs on the inference thread before the next request. Pending requests are dropped.
    void setSegmenter(SegmenterRegistry::Factory factory);

    /// Returns the request id that the answer will carry; an older waiting frame request is dropped silently,
    /// one that is being worked on is still answered.
    std::uint64_t request(SequencePtr sequence, FramePtr frame, int index);

    /// Segments [first, last]; every frame, broken ones too, goes to OnFrame (with the id returned here),
    /// then `finished` with done, Cancelled or the first error. Starting another clip cancels the running one
    /// and sets its token. All callbacks come on the inference thread.
    using Finished = std::function<void(Status)>;
    std::uint64_t segmentClip(SequencePtr sequence, int first, int last, Progress progress, Finished finished,
                              CancelToken cancel);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace fedefm
