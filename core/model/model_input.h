// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// How a network wants its pictures (`input` of a model card), as it had them in its training. Networks are
/// given grey; colour reaches them as one channel or as luminance.
struct ModelInputRules
{
    int sizePx = 0;       ///< both sides are scaled to it, up or down; 0: not
    int longestSide = 0;  ///< else pictures with a longer side are scaled down to it; 0: never
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
    double scale = 1.0;        ///< used size / image size, of the side where it is less
    std::vector<float> values; ///< height·width
};

/// Pads right and bottom by edge values. MONOCHROME1 is turned, so that attenuation is always dark.
ModelInput prepareInput(const Frame& frame, const SequenceInfo& info, const ModelInputRules& rules);

} // namespace fedefm
