// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

struct GreyRange
{
    float low = 0.0F;
    float high = 0.0F;
};

/// The values at rank ⌊0.005·(n−1)⌋ and ⌊0.995·(n−1)⌋ of `values`, exactly; 0 and 0 when empty.
GreyRange percentileRange(const std::vector<float>& values);
/// The same for whole numbers: `counts[i]` of them are `first` + i.
GreyRange percentileRange(const std::vector<std::uint32_t>& counts, int first);

/// Maps the percentile range to 0…1 and clamps; `inverse` turns the result round. A range below
/// `smallestRange` counts as that, so that an even picture stays even. Networks see every picture like this,
/// in training as in use.
void stretchGrey(std::vector<float>& values, bool inverse, float smallestRange);
/// One value of a picture with that percentile range.
float stretchedGrey(float value, GreyRange grey, bool inverse, float smallestRange);

} // namespace fedefm
