// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/scene_motion.h"
#include "core/simulate/tube_raster.h"

namespace fedefm {

/// A rod's centre-line in space and in the picture; `arc` of the tube points is mm from the proximal end.
struct ProjectedRod
{
    std::vector<Point3> pointsMm;
    std::vector<TubePoint> tube; ///< radius 1 mm at the depth of the point
    double catheterMm = 0.0;
    double wireMm = 0.0;

    /// The part between two arc lengths with its ends, as points of a tube of the given radius.
    std::vector<TubePoint> part(double fromMm, double toMm, double radiusMm) const;
    std::vector<Point3> partMm(double fromMm, double toMm) const;
};

ProjectedRod projectRod(const ProcedureState& state, const CArmView& view, const SceneMotion& motion);

/// Adds what the instruments absorb, times `weight`.
void addInstruments(FloatPlane& attenuation, TubeRaster& raster, const ProjectedRod& rod,
                    const DeviceDesign& catheter, const DeviceDesign& wire, double weight);

/// A tube of the design along the whole rod.
void addDevice(FloatPlane& attenuation, TubeRaster& raster, const ProjectedRod& rod,
               const DeviceDesign& design, double lengthMm, double weight);

/// Apparent width of a line of `diameterPx` after blur of σ `blurPx`: what an observer would outline.
double apparentWidthPx(double diameterPx, double blurPx);

} // namespace fedefm
