// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/device_design.h"
#include "core/simulate/simulated_cine.h"
#include "core/simulate/vessel_tree.h"

#include <vector>

namespace fedefm {

/// What the operator works with and where.
struct ProcedureSettings
{
    DeviceDesign catheter;
    DeviceDesign wire;
    VesselCurve lumen;
    double reachMm = 0.0; ///< arc length of the lumen that the tips may reach
    double startMm = 0.0; ///< where on the lumen the simulated part begins (far outside of the picture)
    double catheterTipMm = 200.0; ///< at the first frame, arc length of the lumen
    double wireBeyondMm = 60.0;   ///< the wire's tip beyond the catheter's; negative: inside
    double speedMmPerFrame = 2.0;
    double nodeSpacingMm = 1.5;
    double push = 0.03; ///< see ElasticRod::relax
    int frames = 1;
};

/// The instruments at one frame, before heart and breathing move them.
struct ProcedureState
{
    std::vector<Point3> rod; ///< equal distances, proximal → distal tip
    double spacingMm = 1.0;
    double catheterMm = 0.0; ///< lengths from the rod's first node
    double wireMm = 0.0;
    bool touchesWall = false;
    DeviceAction action = DeviceAction::Rest;
};

/// Random moves of the operator, with the mechanics of each frame.
std::vector<ProcedureState> simulateProcedure(const ProcedureSettings& settings, RandomStream random);

} // namespace fedefm
