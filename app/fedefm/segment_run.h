// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

namespace fedefm::cli {

/// Segmentations of a range of frames and the time that each took.
struct SegmentRun
{
    std::vector<SegmentationPtr> results;
    std::vector<double> elapsedMs; ///< per frame, decoding not included
};

Result<SegmentRun> segmentFrames(Segmenter& segmenter, const Sequence& sequence, FrameRange range,
                                 Context& context);

/// The value below which `share` (0…1) of the values lie, by linear interpolation; 0 for none.
double percentile(std::vector<double> values, double share);

} // namespace fedefm::cli
