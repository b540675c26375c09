// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/elastic_rod.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Bending acts over these distances (in nodes): wide ones straighten long rods within few iterations.
constexpr int kReaches[] = {12, 6, 3, 2, 1};
constexpr double kLocalStiffness = 0.8; ///< over one or two nodes every instrument is smooth
constexpr int kPushReach = 8;           ///< the push from behind bows the rod over this many nodes
constexpr int kUnfoldAttempts = 2;
constexpr int kUnfoldIterations = 16;
constexpr double kTipMm = 22.0;       ///< the part whose shape may turn back
constexpr double kFoldCosine = -0.3;  ///< a sharper turn from node to node is a fold, not a bend
constexpr double kCornerCosine = 0.3; ///< sharper ones are worn down at the end
constexpr int kRoundPasses = 60;
constexpr std::size_t kFoldNodes = 12; ///< laid anew before the fold
constexpr double kContactMm = 0.02;
constexpr int kSearchReach = 3; ///< axis points around the last nearest one

VesselPoint pointAt(const VesselCurve& curve, double arcMm)
{
    const double place = std::clamp(arcMm / kVesselStepMm, 0.0, static_cast<double>(curve.size() - 1));
    const auto index = std::min(static_cast<std::size_t>(place), curve.size() - 2);
    const double t = place - static_cast<double>(index);
    const VesselPoint& a = curve[index];
    const VesselPoint& b = curve[index + 1];
    return {a.position + (b.position - a.position) * t, a.radiusMm + (b.radiusMm - a.radiusMm) * t};
}

/// The polyline at equal distances; beyond its end it goes on straight.
std::vector<Point3> stretchedTo(const std::vector<Point3>& line, double lineSpacing, std::size_t count,
                                double spacing)
{
    std::vector<Point3> result;
    result.reserve(count);
    const std::size_t last = line.size() - 1;
    const Point3 direction = normalised(line[last] - line[last - 1]);
    for (std::size_t i = 0; i < count; ++i) {
        const double place = static_cast<double>(i) * spacing / lineSpacing;
        const auto index = static_cast<std::size_t>(place);
        if (index >= last)
            result.push_back(line[last] + direction * ((place - static_cast<double>(last)) * lineSpacing));
        else
            result.push_back(line[index] +
                             (line[index + 1] - line[index]) * (place - static_cast<double>(index)));
    }
    return result;
}

} // namespace

ElasticRod::ElasticRod(const VesselCurve& lumen, double startMm, double lengthMm, double spacingMm)
    : m_lumen(lumen), m_nominalSpacingMm(spacingMm)
{
    const auto parts = static_cast<std::size_t>(std::max(2.0, std::ceil(lengthMm / spacingMm)));
    m_spacingMm = lengthMm / static_cast<double>(parts);
    for (std::size_t i = 0; i <= parts; ++i) {
        const double arc = startMm + static_cast<double>(i) * m_spacingMm;
        m_nodes.push_back(pointAt(lumen, arc).position);
        m_nearest.push_back(
            std::min(lumen.size() - 1, static_cast<std::size_t>(std::max(0.0, arc) / kVesselStepMm)));
    }
    m_start = m_nodes.front();
    m_startDirection = normalised(pointAt(lumen, startMm + 1.0).position - m_start);
    hang();
}

void ElasticRod::setLength(double lengthMm)
{
    const auto parts = static_cast<std::size_t>(std::max(2.0, std::ceil(lengthMm / m_nominalSpacingMm)));
    const double spacing = std::max(lengthMm, 2.0 * m_nominalSpacingMm) / static_cast<double>(parts);
    m_nodes = stretchedTo(m_nodes, m_spacingMm, parts + 1, spacing);
    m_nearest.resize(m_nodes.size(), m_nearest.back());
    m_spacingMm = spacing;
}

void ElasticRod::relax(const std::vector<RodMaterial>& material, double rollRad, double push, int iterations)
{
    settle(material, rollRad, push, iterations);
    for (int attempt = 0; attempt < kUnfoldAttempts && unfold(); ++attempt)
        settle(material, rollRad, 0.0, kUnfoldIterations);
    // Short waves that contact leaves behind, then the exact length.
    for (int i = 0; i < 6; ++i) {
        contain(material);
        bend(material, 2);
        bend(material, 1);
        slide();
    }
    for (int i = 0; i < kRoundPasses && roundFolds(); ++i) {
        slide();
        if (i < kRoundPasses / 2)
            contain(material);
    }
    hang();
}

void ElasticRod::settle(const std::vector<RodMaterial>& material, double rollRad, double push, int iterations)
{
    for (int i = 0; i < iterations; ++i) {
        if (i % 4 == 0)
            turnFrames(rollRad);
        contain(material);
        bow(push);
        for (const int reach : kReaches)
            bend(material, reach);
        slide();
    }
}

/// A rod that met a narrow entrance may fold back on itself. What lies beyond the fold is laid on the axis
/// again.
bool ElasticRod::unfold()
{
    for (std::size_t i = 2; i + 1 < m_nodes.size(); ++i) {
        if (dot(m_nodes[i] - m_nodes[i - 1], m_nodes[i + 1] - m_nodes[i]) >
            kFoldCosine * m_spacingMm * m_spacingMm)
            continue;
        std::size_t before = i > kFoldNodes ? i - kFoldNodes : 1;
        double radius = 0.0;
        nearestOnAxis(before, radius);
        const double from = kVesselStepMm * static_cast<double>(m_nearest[before]);
        for (std::size_t k = before; k < m_nodes.size(); ++k) {
            const double arc = from + m_spacingMm * static_cast<double>(k - before);
            m_nodes[k] = pointAt(m_lumen, arc).position;
            m_nearest[k] = std::min(m_lumen.size() - 1, static_cast<std::size_t>(arc / kVesselStepMm));
        }
        return true;
    }
    return false;
}

/// Wears sharp corners down to loops; false when there is none.
bool ElasticRod::roundFolds()
{
    bool found = false;
    const std::size_t last = m_nodes.size() - 1;
    for (std::size_t i = 2; i < last; ++i) {
        if (dot(m_nodes[i] - m_nodes[i - 1], m_nodes[i + 1] - m_nodes[i]) >
            kCornerCosine * m_spacingMm * m_spacingMm)
            continue;
        found = true;
        const std::size_t from = i > kFoldNodes ? i - kFoldNodes : 1;
        for (std::size_t k = std::max<std::size_t>(2, from); k < std::min(last, i + kFoldNodes); ++k)
            m_nodes[k] = m_nodes[k] * 0.5 + (m_nodes[k - 1] + m_nodes[k + 1]) * 0.25;
    }
    return found;
}

/// Compression drives every bend outwards until bending or the wall resists; tension draws it inwards.
void ElasticRod::bow(double push)
{
    for (std::size_t i = kPushReach; i + kPushReach < m_nodes.size(); ++i) {
        const Point3 inwards = m_nodes[i - kPushReach] - m_nodes[i] * 2.0 + m_nodes[i + kPushReach];
        m_nodes[i] = m_nodes[i] - inwards * push;
    }
}

void ElasticRod::bend(const std::vector<RodMaterial>& material, int reach)
{
    const auto step = static_cast<std::size_t>(reach);
    if (m_nodes.size() <= 2 * step)
        return;
    const double square = m_spacingMm * m_spacingMm * reach * reach;
    for (std::size_t i = step; i + step < m_nodes.size(); ++i) {
        const RodMaterial& here = material[i];
        const double curvature = reach == 1 ? here.restCurvature
                                            : (material[i - step].restCurvature + 2.0 * here.restCurvature +
                                               material[i + step].restCurvature) /
                                                  4.0;
        const double stiffness = reach <= 2 ? kLocalStiffness : here.stiffness / reach;
        const Point3 error =
            m_nodes[i - step] - m_nodes[i] * 2.0 + m_nodes[i + step] - m_normals[i] * (square * curvature);
        const Point3 move = error * (stiffness / 6.0);
        m_nodes[i] = m_nodes[i] + move * 2.0;
        m_nodes[i - step] = m_nodes[i - step] - move;
        m_nodes[i + step] = m_nodes[i + step] - move;
    }
}

/// The nodes that get ahead along the lumen. The shaft cannot turn back in a vessel, only the tip's shape
/// can.
std::vector<Point3> ElasticRod::withoutLoops() const
{
    std::vector<Point3> way;
    way.reserve(m_nodes.size());
    const auto tip = static_cast<std::size_t>(kTipMm / m_spacingMm);
    std::size_t furthest = 0;
    for (std::size_t i = 0; i < m_nodes.size(); ++i) {
        const bool isShaft = i + tip < m_nodes.size();
        if (isShaft && m_nearest[i] + 1 < furthest)
            continue;
        furthest = std::max(furthest, m_nearest[i]);
        way.push_back(m_nodes[i]);
    }
    return way;
}

/// Brings the nodes back to equal distances along the curve: what straightening saves, the tip gains.
void ElasticRod::slide()
{
    hold();
    const std::vector<Point3> way = withoutLoops();
    std::vector<Point3> moved;
    moved.reserve(m_nodes.size());
    moved.push_back(way[0]);
    double target = m_spacingMm;
    double reached = 0.0;
    for (std::size_t i = 0; i + 1 < way.size() && moved.size() < m_nodes.size(); ++i) {
        const Point3 edge = way[i + 1] - way[i];
        const double length = std::max(norm(edge), 1e-9);
        for (; target <= reached + length && moved.size() < m_nodes.size(); target += m_spacingMm)
            moved.push_back(way[i] + edge * ((target - reached) / length));
        reached += length;
    }
    // Beyond its old tip the rod follows the lumen.
    const double tipArc = kVesselStepMm * static_cast<double>(m_nearest.back());
    const Point3 aside = way.back() - pointAt(m_lumen, tipArc).position;
    for (; moved.size() < m_nodes.size(); target += m_spacingMm) {
        m_nearest[moved.size()] = std::min(
            m_lumen.size() - 1, static_cast<std::size_t>((tipArc + target - reached) / kVesselStepMm));
        moved.push_back(pointAt(m_lumen, tipArc + target - reached).position + aside);
    }
    m_nodes = std::move(moved);
}

/// The sheath holds the first two nodes.
void ElasticRod::hold()
{
    m_nodes[0] = m_start;
    m_nodes[1] = m_start + m_startDirection * m_spacingMm;
}

/// Sheath first, then each node at its distance from the one before: lengths are exact afterwards.
void ElasticRod::hang()
{
    hold();
    for (std::size_t i = 1; i + 1 < m_nodes.size(); ++i)
        m_nodes[i + 1] = m_nodes[i] + normalised(m_nodes[i + 1] - m_nodes[i]) * m_spacingMm;
}

Point3 ElasticRod::nearestOnAxis(std::size_t node, double& radiusMm)
{
    const Point3 p = m_nodes[node];
    const auto last = m_lumen.size() - 1;
    std::size_t best = m_nearest[node];
    for (bool moved = true; moved;) {
        moved = false;
        const std::size_t from = best > kSearchReach ? best - kSearchReach : 0;
        const std::size_t to = std::min(last, best + kSearchReach);
        const auto distance = [&](std::size_t i) {
            const Point3 d = m_lumen[i].position - p;
            return dot(d, d);
        };
        double least = distance(best);
        for (std::size_t i = from; i <= to; ++i)
            if (distance(i) < least) {
                least = distance(i);
                best = i;
                moved = true;
            }
    }
    m_nearest[node] = best;
    Point3 nearest = m_lumen[best].position;
    radiusMm = m_lumen[best].radiusMm;
    double least = norm(nearest - p);
    for (const std::size_t a : {best > 0 ? best - 1 : 0, std::min(best, last - 1)}) {
        const Point3 edge = m_lumen[a + 1].position - m_lumen[a].position;
        const double t =
            std::clamp(dot(p - m_lumen[a].position, edge) / std::max(dot(edge, edge), 1e-9), 0.0, 1.0);
        const Point3 q = m_lumen[a].position + edge * t;
        if (norm(q - p) <= least) {
            least = norm(q - p);
            nearest = q;
            radiusMm = m_lumen[a].radiusMm + (m_lumen[a + 1].radiusMm - m_lumen[a].radiusMm) * t;
        }
    }
    return nearest;
}

void ElasticRod::contain(const std::vector<RodMaterial>& material)
{
    m_touches = false;
    for (std::size_t i = 1; i < m_nodes.size(); ++i) {
        double radius = 0.0;
        const Point3 axis = nearestOnAxis(i, radius);
        const Point3 offset = m_nodes[i] - axis;
        const double distance = norm(offset);
        const double room = std::max(0.05, radius - material[i].radiusMm);
        if (distance <= room)
            continue;
        m_nodes[i] = axis + offset * (room / distance);
        if (distance > room + kContactMm && 2 * i > m_nodes.size())
            m_touches = true;
    }
}

/// Carries a normal along the rod without twist and turns it by the roll angle.
void ElasticRod::turnFrames(double rollRad)
{
    m_normals.resize(m_nodes.size());
    Point3 tangent = m_startDirection;
    Point3 carried = perpendicularTo(tangent);
    for (std::size_t i = 0; i < m_nodes.size(); ++i) {
        if (i + 1 < m_nodes.size())
            tangent = normalised(m_nodes[i + 1] - m_nodes[i]);
        carried = normalised(carried - tangent * dot(carried, tangent));
        m_normals[i] = carried * std::cos(rollRad) + cross(tangent, carried) * std::sin(rollRad);
    }
}

} // namespace fedefm
