// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/geometry/polyline.h"

#include <vector>

namespace fedefm {

struct LinkSettings
{
    double maxGapPx = 40.0;
    double gapScalePx = 16.0;   ///< a gap of this length costs 1 unless the picture supports it
    double bendScaleDeg = 40.0; ///< a bend of this size at one side costs 1
    double reachPx = 12.0;      ///< length over which an end's direction is measured
    double maxCost = 1.0;
    float supportStrength = 1.0F; ///< ridge strength along the bridge that counts as full support
};

/// Joins pieces (points about 1 px apart) end to end across gaps and crossings: cheapest joint first, each
/// end once, no rings. A joint is cheap when it is short, when both ends point along it, and when `strength`
/// shows a weak ridge under it.
std::vector<Polyline> linkCurves(const std::vector<Polyline>& pieces, const FloatPlane& strength,
                                 const LinkSettings& settings);

} // namespace fedefm
