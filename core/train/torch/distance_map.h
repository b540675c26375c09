// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

/// Exact Euclidean distance in pixels of every pixel to the nearest one that is set (Felzenszwalb and
/// Huttenlocher 2012); infinity everywhere when none is.
std::vector<float> distanceTo(const std::vector<std::uint8_t>& mask, int width, int height);

/// Distance to the region outside of it, minus (distance to the outside − 1) inside: the map of Kervadec et
/// al. 2019. All 0 when the region is empty or the whole picture.
std::vector<float> signedDistanceMap(const std::vector<std::uint8_t>& region, int width, int height);

} // namespace fedefm
