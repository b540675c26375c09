// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

/// Reduces the non-zero area to 8-connected lines one pixel wide; the result holds 0 and 1. Guo and Hall's
/// method: that of Zhang and Suen erases diagonals two pixels wide and dots of 2×2.
std::vector<std::uint8_t> thin(const std::vector<std::uint8_t>& bytes, int width, int height);

} // namespace fedefm
