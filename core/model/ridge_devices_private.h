// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ridge_curves_private.h"
#include "core/model/segmenter.h"

#include <vector>

namespace fedefm {

/// A stretch of one class of one curve, working pixels, from the proximal end to the tip.
struct RidgeDevice
{
    WireClass wireClass = WireClass::Guidewire;
    Polyline points;
    std::vector<double> widthsPx; ///< one per point, smoothed
    double confidence = 0.0;
    double tipConfidence = 0.0; ///< 0 when the far end is not inside the field
};

/// Classes by width, direction by where the curve comes from, tips where an end is free.
std::vector<RidgeDevice> nameDevices(const std::vector<RidgeCurve>& curves, const RidgePicture& picture,
                                     const RidgeSettings& settings);

} // namespace fedefm
