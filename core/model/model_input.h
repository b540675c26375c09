// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// A frame as networks see it: grey 0…1 between the 0.5 and 99.5 percentile, wires dark, scaled and padded.
struct ModelInput
{
    int width = 0; ///< padded
    int height = 0;
    int usedWidth = 0; ///< without padding
    int usedHeight = 0;
    double scale = 1.0;        ///< used size / image size
    std::vector<float> values; ///< height·width
};

/// Scales so that the longer side is at most `longestSide` (0: never), pads right and bottom by edge values
/// to multiples of `multiple`. Colour becomes luminance; MONOCHROME1 is turned, so that attenuation is always
/// dark.
ModelInput prepareInput(const Frame& frame, const SequenceInfo& info, int longestSide, int multiple);

/// Class numbers of the used part of the input (row length input.width) at image size, nearest neighbour.
std::vector<std::uint8_t> labelsAtImageSize(const std::uint8_t* labels, const ModelInput& input, int width,
                                            int height);

} // namespace fedefm
