// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/point3_math.h"
#include "core/simulate/random_stream.h"

#include <string>
#include <vector>

namespace fedefm {

/// A point of a vessel's centre-line.
struct VesselPoint
{
    Point3 position; ///< mm
    double radiusMm = 1.0;
};

/// A centre-line with points at equal distance (kVesselStepMm), in the direction of flow or of the device.
using VesselCurve = std::vector<VesselPoint>;

inline constexpr double kVesselStepMm = 2.0;

struct VesselBranch
{
    VesselCurve curve;
    double startMm = 0.0; ///< way of the contrast agent from the injection to the branch's first point
    int group = 0; ///< what one injection fills: 0 the great vessels, 1 left coronary, 2 right coronary
};

/// A way for a device through the tree.
struct VesselRoute
{
    std::string target;    ///< "LSA", "LCCA", "RCCA", "root", "LAD", "LCX", "RCA", …
    VesselCurve curve;     ///< entry → target
    double branchMm = 0.0; ///< where on the curve the target vessel begins
};

struct VesselTree
{
    std::vector<VesselBranch> branches;
    std::vector<VesselRoute> routes; ///< never empty
    Point3 heartCentre;              ///< the beat contracts towards it
    double heartRadiusMm = 0.0;      ///< 0: nothing beats
};

/// Catmull-Rom curve through the vertices (at least 2), resampled to kVesselStepMm.
VesselCurve smoothCurve(const std::vector<VesselPoint>& vertices);
double lengthMm(const VesselCurve& curve);

/// Arch with LSA, LCCA and brachiocephalic trunk with RCCA; `archType` 1…3 (how far below its top the trunk
/// leaves). `withCoronaries` adds both coronary trees at the root. `scale` 1 is a grown man.
VesselTree aorticTree(RandomStream random, int archType, bool withCoronaries, double scale);

/// Carotid siphon, middle and anterior cerebral artery with cortical branches.
VesselTree cerebralTree(RandomStream random);

/// Abdominal aorta, renal, iliac and femoral arteries.
VesselTree abdominalTree(RandomStream random, double scale);

/// Radii of all branches but the great vessels (group 0) rise and fall along the way, as in diseased
/// arteries.
void narrowInPlaces(VesselTree& tree, RandomStream random);

/// Adds `count` winding side branches along `parent`, thinner and with side branches of their own down to
/// `generations`.
void growBranches(VesselTree& tree, const VesselBranch& parent, int count, int generations,
                  double lengthScale, RandomStream& random);

} // namespace fedefm
