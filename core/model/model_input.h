// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// How a network wants its pictures (`input` of a model card); the same words as in a training's `input`.
struct ModelInputRules
{
    int longestSide = 0;  ///< pictures with a longer side are scaled down to it; 0: never
    int multiple = 32;    ///< sides are padded to multiples of this
    int channelPick = -1; ///< that channel of a colour picture; −1: luminance
    bool stretch = true;  ///< grey between the 0.5 and 99.5 percentile; else share of the stored range
};

/// A frame as networks see it: grey 0…1, wires dark, scaled and padded.
struct ModelInput
{
    int width = 0; ///< padded
    int height = 0;
    int usedWidth = 0; ///< without padding
    int usedHeight = 0;
    double scale = 1.0;        ///< used size / image size
    std::vector<float> values; ///< height·width
};

/// Pads right and bottom by edge values. MONOCHROME1 is turned, so that attenuation is always dark.
ModelInput prepareInput(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules);

/// Class numbers of the used part of the input (row length input.width) at image size, nearest neighbour.
std::vector<std::uint8_t> labelsAtImageSize(const std::uint8_t* labels, const ModelInput& input, int width,
                                            int height);

} // namespace fedefm
