// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"

namespace fedefm {

/// Hyper-parameters of WireNet; the defaults are the variant "fast".
struct WireNetSize
{
    int inChannels = 1;
    int classes = 3;
    int stemStride = 2;  ///< the stem works on stride × stride blocks of pixels as channels
    int kernel = 7;      ///< of the depth-wise blocks
    int plainLevels = 3; ///< levels with plain 3×3 blocks, from the largest picture
    std::vector<int> widths{16, 32, 64, 128, 192};
    std::vector<int> depths{1, 1, 1, 2, 2};     ///< blocks of each level on the way down
    std::vector<int> decoderDepths{1, 1, 1, 1}; ///< on the way up, where the lowest level has none
};

Result<WireNetSize> parseWireNetSize(const nlohmann::json& hyperParameters);
/// Input sides must be multiples of this.
int wireNetMultiple(const WireNetSize& size);

} // namespace fedefm
