// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/geometry/polyline.h"
#include "core/simulate/random_stream.h"

#include <vector>

namespace fedefm {

/// What surrounds the vessels.
enum class AnatomyKind { Thorax, Abdomen, Skull, Pelvis, Box, Clean };

/// Attenuation on a grid that may be coarser than the picture, centred on it.
struct AnatomyLayer
{
    FloatPlane attenuation;
    double breathing = 0.0; ///< share of the breathing motion that it follows
    double beat = 0.0;      ///< share of the heart's motion that it follows
};

/// A line or disc of metal or plastic that is no instrument: leads, wires of the sternum, clips, screws.
struct ClutterLine
{
    Polyline pointsMm; ///< from the picture's centre, x right, y down
    double radiusMm = 0.5;
    double attenuation = 0.3; ///< on its axis
    double breathing = 0.0;
};

struct Anatomy
{
    std::vector<AnatomyLayer> layers;
    std::vector<ClutterLine> clutter;
};

/// `gridPx` is the grid of the layers, `fieldMm` the width of the picture, `strength` scales all contrast of
/// the anatomy (1 typical), `clutter` the number of foreign objects (1 typical).
Anatomy makeAnatomy(AnatomyKind kind, int gridPx, double fieldMm, double strength, double clutter,
                    const RandomStream& random);

/// Foreign objects of patients or of a phantom's mounting.
std::vector<ClutterLine> makeClutter(AnatomyKind kind, double fieldMm, double amount, RandomStream random);

} // namespace fedefm
