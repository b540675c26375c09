// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// One member of the filter bank: ridges of about `widthPx`, averaged over `lengthPx` along their direction.
struct RidgeScale
{
    double widthPx = 3.0;
    double lengthPx = 9.0;
};

struct RidgeFilterSettings
{
    std::vector<RidgeScale> scales{{2.5, 9.0}, {5.0, 12.0}, {9.0, 16.0}};
    int orientations = 16;
};

/// Per pixel the strongest response, its direction and its scale.
struct RidgeMap
{
    FloatPlane strength; ///< how much darker than the nearer of both sides, in units of the picture; ≥ 0
    std::vector<std::uint8_t> angle; ///< direction along the ridge, in steps of π / orientations
    std::vector<std::uint8_t> scale; ///< index into the settings' scales
    int orientations = 16;

    double angleAt(std::size_t index) const { return angle[index] * 3.14159265358979323846 / orientations; }
};

/// Dark ridges. For each orientation the picture is averaged along the line; the response is min(left, right)
/// − centre, so that a step, which is dark on one side only, gives nothing. Wide scales run at half size.
RidgeMap ridgeFilter(const FloatPlane& picture, const RidgeFilterSettings& settings);

/// 1 where the strength is the largest across the ridge and above 0.
std::vector<std::uint8_t> ridgeCrests(const RidgeMap& map);

} // namespace fedefm
