// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// 1 for the pixels of `candidates` with strength ≥ `low` that are 8-connected, through such pixels, to one ≥
/// `high`.
std::vector<std::uint8_t> hysteresis(const FloatPlane& strength, const std::vector<std::uint8_t>& candidates,
                                     float low, float high);

} // namespace fedefm
