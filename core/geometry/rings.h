// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace fedefm {

/// Clears the connected parts of a skeleton (1-pixel lines, as `thin` makes them) that close upon themselves
/// and have no end but spurs of up to `spurPx` pixels: the outlines of things, for a wire has two ends.
void clearRings(std::vector<std::uint8_t>& skeleton, int width, int height, int spurPx);

} // namespace fedefm
