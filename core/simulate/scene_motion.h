// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/scene_settings.h"

namespace fedefm {

/// How far everything has moved at one moment: breathing shifts, the heart contracts.
class SceneMotion
{
public:
    SceneMotion(const MotionSettings& settings, const VesselTree& tree, double seconds);

    Point3 moved(Point3 p) const;
    double breathingMm() const { return m_breathingMm; } ///< towards the feet
    Point3 heartShift() const { return m_heartShift; }   ///< of the heart's shadow, mm

private:
    double m_breathingMm;
    double m_contraction;
    double m_twist;
    Point3 m_heartCentre;
    double m_heartRadiusMm;
    Point3 m_heartShift;
};

} // namespace fedefm
