// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/geometry/polyline.h"

#include <vector>

namespace fedefm {

/// What the picture shows across a dark curve at one of its points.
struct CrossProfile
{
    double widthPx = 0.0; ///< full width at half depth; 0 where no valley was found
    double depth = 0.0;   ///< how much darker the centre is than the nearer shoulder; picture units
    double shiftPx = 0.0; ///< how far the valley's centre lies to the left of the direction of travel
    double balance = 0.0; ///< lower shoulder's height over the higher one's, 1 symmetric, 0 a step
};

/// Profiles of a line with points about 1 px apart, each averaged along ± `averagePx` of the curve; looks
/// `reachPx` to both sides.
std::vector<CrossProfile> crossProfiles(const FloatPlane& picture, const Polyline& line, double reachPx,
                                        double averagePx);

/// Moves every point to the centre of its valley, at most `maxShiftPx`, the shifts smoothed along the curve.
Polyline centreOnValley(const Polyline& line, const std::vector<CrossProfile>& profiles, double maxShiftPx);

} // namespace fedefm
