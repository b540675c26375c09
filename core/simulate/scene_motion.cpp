// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/scene_motion.h"

#include "core/simulate/anatomy_shapes.h"

namespace fedefm {

namespace {

constexpr double kTwoPi = 6.283185307179586;
constexpr double kVesselBreathing = 0.6; ///< vessels follow the diaphragm in part

} // namespace

SceneMotion::SceneMotion(const MotionSettings& settings, const VesselTree& tree, double seconds)
    : m_breathingMm(settings.breathingMm *
                    std::sin(kTwoPi * settings.breathsPerSecond * seconds + settings.breathPhase)),
      m_heartCentre(tree.heartCentre), m_heartRadiusMm(tree.heartRadiusMm)
{
    const double phase = kTwoPi * settings.beatsPerSecond * seconds + settings.beatPhase;
    // Systole is shorter than diastole.
    const double beat = std::pow(0.5 - 0.5 * std::cos(phase), 1.6);
    m_contraction = settings.beatShare * beat;
    m_twist = 0.7 * settings.beatShare * std::sin(phase + 0.8);
    m_heartShift = Point3{0.06, -0.05, 0.02} * (m_heartRadiusMm * settings.beatShare * 10.0 * beat);
}

Point3 SceneMotion::moved(Point3 p) const
{
    Point3 result = p;
    if (m_heartRadiusMm > 0.0) {
        const Point3 offset = p - m_heartCentre;
        const double near = 1.0 - smoothStep(0.7, 1.5, norm(offset) / m_heartRadiusMm);
        const Point3 turned = cross(Point3{0.5, 0.7, 0.5}, offset) * m_twist;
        result = result + (turned - offset * m_contraction) * near;
    }
    result.y += kVesselBreathing * m_breathingMm;
    return result;
}

} // namespace fedefm
