// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/vessel_tree.h"

#include <algorithm>

namespace fedefm {

namespace {

VesselPoint mix(const VesselPoint& a, const VesselPoint& b, double t)
{
    return {a.position + (b.position - a.position) * t, a.radiusMm + (b.radiusMm - a.radiusMm) * t};
}

VesselPoint catmullRom(const VesselPoint& before, const VesselPoint& a, const VesselPoint& b,
                       const VesselPoint& after, double t)
{
    const auto blend = [t](double p0, double p1, double p2, double p3) {
        return 0.5 * (2.0 * p1 + (p2 - p0) * t + (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3) * t * t +
                      (3.0 * p1 - p0 - 3.0 * p2 + p3) * t * t * t);
    };
    const Point3 p{blend(before.position.x, a.position.x, b.position.x, after.position.x),
                   blend(before.position.y, a.position.y, b.position.y, after.position.y),
                   blend(before.position.z, a.position.z, b.position.z, after.position.z)};
    return {p, a.radiusMm + (b.radiusMm - a.radiusMm) * t};
}

VesselCurve resampled(const std::vector<VesselPoint>& dense)
{
    VesselCurve curve{dense.front()};
    double carried = 0.0;
    for (std::size_t i = 0; i + 1 < dense.size(); ++i) {
        const double length = norm(dense[i + 1].position - dense[i].position);
        double at = kVesselStepMm - carried;
        for (; at <= length; at += kVesselStepMm)
            curve.push_back(mix(dense[i], dense[i + 1], at / length));
        carried = length - (at - kVesselStepMm);
    }
    if (curve.size() < 2)
        curve.push_back(dense.back());
    return curve;
}

/// A winding way that keeps the direction on the whole.
VesselCurve windingCurve(VesselPoint start, Point3 direction, double length, RandomStream& random)
{
    const double step = std::max(3.0, length / 12.0);
    const double winding = random.range(0.15, 0.55);
    std::vector<VesselPoint> vertices{start};
    Point3 heading = normalised(direction);
    const Point3 bend =
        normalised(Point3{random.normal(), random.normal(), random.normal()}) * random.range(0.0, 0.25);
    for (double way = step; way <= length; way += step) {
        const Point3 jitter{random.normal(), random.normal(), random.normal()};
        heading = normalised(heading + jitter * winding + bend);
        const double radius = start.radiusMm * (1.0 - 0.7 * way / length);
        vertices.push_back({vertices.back().position + heading * step, std::max(0.2, radius)});
        heading = normalised(heading + (direction - heading) * 0.35);
    }
    return smoothCurve(vertices);
}

} // namespace

VesselCurve smoothCurve(const std::vector<VesselPoint>& vertices)
{
    std::vector<VesselPoint> dense;
    constexpr int kParts = 8;
    const std::size_t last = vertices.size() - 1;
    for (std::size_t i = 0; i < last; ++i)
        for (int part = 0; part < kParts; ++part)
            dense.push_back(catmullRom(vertices[i == 0 ? 0 : i - 1], vertices[i], vertices[i + 1],
                                       vertices[std::min(i + 2, last)], static_cast<double>(part) / kParts));
    dense.push_back(vertices.back());
    return resampled(dense);
}

double lengthMm(const VesselCurve& curve)
{
    return curve.empty() ? 0.0 : kVesselStepMm * static_cast<double>(curve.size() - 1);
}

void growBranches(VesselTree& tree, const VesselBranch& parent, int count, int generations,
                  double lengthScale, RandomStream& random)
{
    const auto size = static_cast<int>(parent.curve.size());
    if (size < 4)
        return;
    for (int i = 0; i < count; ++i) {
        const int at = 1 + random.index(size - 2);
        const VesselPoint& origin = parent.curve[static_cast<std::size_t>(at)];
        const Point3 tangent = normalised(parent.curve[static_cast<std::size_t>(at) + 1].position -
                                          parent.curve[static_cast<std::size_t>(at) - 1].position);
        const Point3 side =
            normalised(cross(tangent, normalised(Point3{random.normal(), random.normal(), random.normal()})));
        const double radius = origin.radiusMm * random.range(0.35, 0.75);
        VesselBranch branch;
        branch.startMm = parent.startMm + at * kVesselStepMm;
        branch.group = parent.group;
        branch.curve = windingCurve({origin.position, radius}, normalised(tangent * 0.6 + side),
                                    lengthScale * random.range(0.4, 1.2), random);
        if (generations > 1)
            growBranches(tree, branch, 2, generations - 1, lengthScale * 0.6, random);
        tree.branches.push_back(std::move(branch));
    }
}

void narrowInPlaces(VesselTree& tree, RandomStream random)
{
    constexpr double kLeastShare = 0.35;
    for (VesselBranch& branch : tree.branches) {
        if (branch.group == 0)
            continue;
        const double depth = random.range(0.0, 0.22);
        const double perMm[] = {6.28 / random.range(12.0, 40.0), 6.28 / random.range(5.0, 12.0)};
        const double phase[] = {random.range(0.0, 6.28), random.range(0.0, 6.28)};
        for (std::size_t i = 0; i < branch.curve.size(); ++i) {
            const double way = kVesselStepMm * static_cast<double>(i);
            const double wave =
                std::sin(way * perMm[0] + phase[0]) + 0.6 * std::sin(way * perMm[1] + phase[1]);
            branch.curve[i].radiusMm *= std::max(kLeastShare, 1.0 + depth * wave);
        }
    }
}

} // namespace fedefm
