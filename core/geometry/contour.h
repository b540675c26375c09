// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/geometry/rle_mask.h"

#include <vector>

namespace fedefm {

/// Outlines of a mask: one closed polygon (the first point is not repeated) per connected part and per hole,
/// through the centres of the mask's outermost pixels. A one-pixel-wide line gives a polygon that runs there
/// and back.
std::vector<Polyline> outlines(const RleMask& mask);

} // namespace fedefm
