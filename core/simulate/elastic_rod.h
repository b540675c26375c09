// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/vessel_tree.h"

#include <vector>

namespace fedefm {

/// The rod's material at one node.
struct RodMaterial
{
    double stiffness = 0.5;     ///< 0 limp … 1 as stiff as the solver allows
    double restCurvature = 0.0; ///< 1/mm, in the plane that the roll angle turns
    double radiusMm = 0.5;
};

/// A discrete elastic rod in a tube: nodes at equal distance, bending with rest curvature, contact with the
/// wall, no stretch. Quasi-static: `relax` moves towards equilibrium by projecting constraints (position
/// based dynamics). The proximal end is held at the beginning of the tube in its direction.
class ElasticRod
{
public:
    /// The rod lies on the centre-line from `startMm` (arc length of `lumen`) over `lengthMm`.
    ElasticRod(const VesselCurve& lumen, double startMm, double lengthMm, double spacingMm);

    /// Advances (or retracts) by feeding at the proximal end. The shape stays, the tip moves along its
    /// tangent; `relax` brings the rest into line. At least two spacings remain.
    void setLength(double lengthMm);

    /// `material` as long as nodes(); `rollRad` turns the plane of the rest curvature; `push` 0…0.1 is the
    /// compression from behind that drives bends to the outer wall, negative values are tension.
    void relax(const std::vector<RodMaterial>& material, double rollRad, double push, int iterations);

    const std::vector<Point3>& nodes() const { return m_nodes; }
    double spacingMm() const { return m_spacingMm; } ///< actual distance of the nodes
    double lengthMm() const { return m_spacingMm * static_cast<double>(m_nodes.size() - 1); }
    bool touchesWall() const { return m_touches; } ///< a node of the distal half presses against the wall

private:
    void bend(const std::vector<RodMaterial>& material, int reach);
    void settle(const std::vector<RodMaterial>& material, double rollRad, double push, int iterations);
    bool unfold();
    bool roundFolds();
    void bow(double push);
    void slide();
    std::vector<Point3> withoutLoops() const;
    void hold();
    void hang();
    void contain(const std::vector<RodMaterial>& material);
    void turnFrames(double rollRad);
    Point3 nearestOnAxis(std::size_t node, double& radiusMm);

    const VesselCurve& m_lumen;
    double m_nominalSpacingMm;
    double m_spacingMm;
    Point3 m_start;
    Point3 m_startDirection;
    std::vector<Point3> m_nodes;
    std::vector<Point3> m_normals;      ///< direction of the rest curvature
    std::vector<std::size_t> m_nearest; ///< last known place on the lumen's axis
    bool m_touches = false;
};

} // namespace fedefm
