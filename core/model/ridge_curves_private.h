// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/curve_profile.h"
#include "core/geometry/polyline.h"
#include "core/model/ridge_picture_private.h"

#include <vector>

namespace fedefm {

/// A linked curve with what was measured along it; working pixels.
struct RidgeCurve
{
    Polyline points;                    ///< about 1 px apart, on the valley's centre
    std::vector<CrossProfile> profiles; ///< one per point
    std::vector<double> strength; ///< ridge strength in multiples of the local background, one per point
    double lengthPx = 0.0;
    double contrast = 0.0;    ///< median depth, per cent of attenuation
    double visibility = 0.0;  ///< median strength
    double support = 0.0;     ///< part of the length with a ridge above the low threshold
    double wobbleDeg = 0.0;   ///< mean change of direction per 8 px that is not a steady bend
    double balance = 0.0;     ///< median of the profiles' balance
    double widthPx = 0.0;     ///< median
    double edgePart = 0.0;    ///< part of the length that runs along the edge of the field
    double startEdgePx = 0.0; ///< distance of the first point to the edge of the field
    double endEdgePx = 0.0;
    double score = 0.0;      ///< visibility · √length · smoothness, less what speaks against a wire
    double confidence = 0.0; ///< the score saturated to 0…1
};

/// Width per point: where no valley was measured the median, then a running median over ± `reach` points.
std::vector<double> steadyWidths(const RidgeCurve& curve, std::size_t reach);

/// Ridge filter, hysteresis, thinning, linking and measuring. Nothing is judged yet.
std::vector<RidgeCurve> findRidgeCurves(const RidgePicture& picture, const RidgeSettings& settings);

/// Gives every curve its confidence and keeps those that may be a wire.
std::vector<RidgeCurve> selectWires(std::vector<RidgeCurve> curves, const RidgePicture& picture,
                                    const RidgeSettings& settings);

} // namespace fedefm
