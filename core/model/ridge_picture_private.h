// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/image/sequence.h"
#include "core/model/ridge_segmenter.h"

namespace fedefm {

/// A frame made ready for the ridge filter.
struct RidgePicture
{
    FloatPlane attenuation;  ///< 100·ln of the display brightness: a wire lowers it by about its per cent of
                             ///< attenuation
    FloatPlane edgeDistance; ///< px to the edge of the exposed field (or of the picture); 0 outside
    double scale = 1.0;      ///< working size / image size
    double unitPx = 1.0;     ///< working pixels per pixel of a 512-pixel-wide picture
};

Result<RidgePicture> makeRidgePicture(const Frame& frame, const SequenceInfo& info,
                                      const RidgeSettings& settings);

} // namespace fedefm
