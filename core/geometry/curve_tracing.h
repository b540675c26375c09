// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"

#include <cstdint>
#include <vector>

namespace fedefm {

struct TracingSettings
{
    double minLengthPx = 6.0;    ///< shorter pieces, the spurs of thinning among them, are left out
    double smoothingPx = 2.5;    ///< half window of the moving average that removes the pixel staircase
    double cornerReachPx = 7.0;  ///< the arms over which a turn is measured
    double cornerTurnDeg = 55.0; ///< a sharper turn splits the piece: wires bend, branches fork
};

/// The pieces of a skeleton (1-pixel lines, as `thin` makes them) between its ends, forks and corners.
std::vector<Polyline> traceSkeleton(const std::vector<std::uint8_t>& skeleton, int width, int height,
                                    const TracingSettings& settings = {});

/// Unit vector out of the line at its last point (or first, when `atStart`), over the last `reachPx` of its
/// length.
Point outwardDirection(const Polyline& line, bool atStart, double reachPx);

} // namespace fedefm
