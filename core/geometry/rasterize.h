// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/geometry/rle_mask.h"

namespace fedefm {

/// The pixels whose centre lies within half the width of the line; what is outside of the picture is cut off.
/// Widths below 1 px count as 1 px, so that a thin wire stays connected.
RleMask rasterize(const Polyline& line, double widthPx, int width, int height);

/// As above with one width per vertex (linear in between); `widthsPx` must be as long as `line`.
RleMask rasterize(const Polyline& line, const std::vector<double>& widthsPx, int width, int height);

} // namespace fedefm
