// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/random_stream.h"

#include <vector>

namespace fedefm {

/// A piece of the tip with constant rest curvature, counted from the tip.
struct TipArc
{
    double lengthMm = 0.0;
    double curvature = 0.0; ///< 1/mm
};

/// A ring or coil that absorbs more, counted from the tip.
struct Marker
{
    double fromTipMm = 0.0;
    double lengthMm = 1.0;
    double attenuation = 0.5; ///< added on the axis
    double widthShare = 1.0;  ///< of the device's width
};

/// How an instrument is built and how it absorbs.
struct DeviceDesign
{
    double radiusMm = 0.8;
    double lumenShare = 0.0;       ///< inner over outer radius; 0 is solid
    double attenuation = 0.3;      ///< of a solid rod of this diameter on its axis
    double lumenAttenuation = 0.0; ///< the same for what fills the lumen
    double braidMm = 0.0;          ///< period of a braid or coil; 0 none
    double braidDepth = 0.0;       ///< share of the attenuation
    double stiffness = 0.5;        ///< 0…1, of the shaft
    double softTipMm = 0.0;        ///< the distal part that is limp and absorbs differently
    double tipAttenuation = 1.0;   ///< factor of the distal part
    std::vector<TipArc> tip;       ///< distal first
    std::vector<Marker> markers;

    /// Rest curvature at a distance from the tip, 1/mm.
    double restCurvature(double fromTipMm) const;
};

enum class CatheterKind { Diagnostic, Guiding, BackUp, Micro };
enum class WireKind { Standard, Hydrophilic, Coronary, Micro };

/// What may be inside of a catheter or on a wire.
struct DeviceLoad
{
    double filled = 0.35;      ///< share of catheters with contrast agent inside
    double leastFilling = 0.2; ///< attenuation of a full lumen, of a typical catheter's
    double mostFilling = 1.0;
    double balloon = 0.2; ///< share of coronary wires with a balloon or stent on them
};

/// `contrast` scales all attenuation; 1 is typical.
DeviceDesign designCatheter(CatheterKind kind, double contrast, const DeviceLoad& load, RandomStream& random);
DeviceDesign designWire(WireKind kind, double contrast, const DeviceLoad& load, RandomStream& random);

} // namespace fedefm
