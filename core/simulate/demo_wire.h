// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/simulate/demo_anatomy.h"

#include <cstdint>

namespace fedefm {

/// Where the instruments are at one moment; lengths as a share of the vessel path.
struct DemoPose
{
    double catheterShare = 0.5;
    double guidewireShare = 0.7;
    double heartPhase = 0.0; ///< radians
    double breathRows = 0.0; ///< downward shift, normalised to the picture size
};

/// Progress of the procedure at time 0…1: catheter and guidewire advance with pauses and small pull-backs.
DemoPose demoPose(double progress, double seconds);

struct DemoInstruments
{
    Polyline catheter;  ///< proximal → tip, pixels
    Polyline guidewire; ///< catheter tip → wire tip
    Polyline inner;     ///< the guidewire inside the catheter
};

/// The vessel path of the seed, deformed by heart beat and breathing, cut at the pose's lengths.
DemoInstruments demoInstruments(const DemoPose& pose, int sizePx, std::uint64_t seed);

inline constexpr double kDemoCatheterWidth = 7.5 / 512.0; ///< outer diameter, normalised
inline constexpr double kDemoGuidewireWidth = 2.6 / 512.0;

/// Adds the instruments' attenuation to `field`.
void addInstruments(DemoField& field, const DemoInstruments& instruments);

} // namespace fedefm
