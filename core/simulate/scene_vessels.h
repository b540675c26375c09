// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/scene_motion.h"
#include "core/simulate/tube_raster.h"

namespace fedefm {

/// Share of undiluted contrast agent at `arcMm` from the injection, `seconds` after the first frame: a front
/// that travels with the blood, then wash-out.
double agentShare(const ContrastSettings& contrast, double arcMm, double seconds);

/// Adds the vessels that contrast agent fills at this moment.
void addContrastAgent(FloatPlane& attenuation, TubeRaster& raster, const SceneSettings& scene,
                      const SceneMotion& motion, double seconds);

/// Lumen and wall of all vessels without motion, on a grid of `gridPx`.
FloatPlane staticVessels(const SceneSettings& scene, int gridPx);

} // namespace fedefm
