// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

#include <optional>
#include <vector>

namespace fedefm {

/// A click on the object, or on what does not belong to it.
struct PromptPoint
{
    Point position; ///< image pixels
    bool isObject = true;
};

/// Corners in image pixels, in any order.
struct PromptBox
{
    Point first;
    Point second;
};

/// Logits of an earlier answer at the network's own resolution; given back with further clicks it keeps what
/// was right. Only an answer of the same segmenter fits.
struct PromptLogits
{
    int width = 0;
    int height = 0;
    std::vector<float> values;
};

struct Prompt
{
    std::vector<PromptPoint> points;
    std::optional<PromptBox> box;
    std::optional<PromptLogits> previous;
    /// Several proposals (whole, part, sub-part) instead of one; useful for a single click, which is
    /// ambiguous.
    bool wantsSeveral = false;
};

struct PromptMask
{
    RleMask mask;       ///< at image size
    double score = 0.0; ///< the network's own estimate of the overlap (IoU)
    PromptLogits logits;
};

/// Segments what the user points at. setImage() is the slow part (an encoder run of seconds on a CPU),
/// predict() takes milliseconds. An instance is used by one thread at a time (the inference thread).
class PromptSegmenter
{
public:
    virtual ~PromptSegmenter() = default;

    virtual const ModelCard& card() const = 0;

    /// Encodes a frame, unless it is the one that was set last (the same object). `frame` holds stored
    /// values. Errors: Cancelled, UnsupportedPixels, ModelBroken, OutOfMemory; no image is set then.
    virtual Status setImage(FramePtr frame, const SequenceInfo& info, const CancelToken& cancel) = 0;
    virtual bool hasImage() const = 0;
    virtual void clearImage() = 0;

    /// The best mask first. Errors: InvalidArgument (no image was set, neither point nor box, logits of
    /// another size), ModelBroken, OutOfMemory.
    virtual Result<std::vector<PromptMask>> predict(const Prompt& prompt) = 0;
};

} // namespace fedefm
