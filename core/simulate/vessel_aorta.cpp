// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/vessel_tree.h"

#include <algorithm>

namespace fedefm {

namespace {

using Vertices = std::vector<VesselPoint>;

constexpr double kPi = 3.14159265358979323846;

/// The arch lies in an oblique plane: from the descending part (left, back) to the ascending one (right,
/// front).
struct ArchPlane
{
    double scale = 1.0;
    double width = 34.0; ///< half of the distance between descending and ascending aorta, mm
    double turn = 0.8;   ///< angle of the plane to the frontal plane, rad
    double drop = 0.0;   ///< how far the trunk's origin lies below the arch's top, mm

    /// `along` in half widths, `down` and `out` (out of the plane) in mm.
    VesselPoint at(double along, double down, double out, double radius) const
    {
        const double p = along * width;
        const Point3 point{p * std::cos(turn) + out * std::sin(turn), down,
                           -p * std::sin(turn) + out * std::cos(turn) - 20.0};
        return {point * scale, radius * scale};
    }
};

Vertices jittered(Vertices vertices, double amountMm, RandomStream& random)
{
    for (std::size_t i = 1; i < vertices.size(); ++i)
        vertices[i].position =
            vertices[i].position + Point3{random.normal(), random.normal(), random.normal()} * amountMm;
    return vertices;
}

Vertices joined(std::initializer_list<Vertices> parts)
{
    Vertices all;
    for (const Vertices& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Vertices reversed(Vertices vertices)
{
    std::reverse(vertices.begin(), vertices.end());
    return vertices;
}

struct Aorta
{
    Vertices descending; ///< from below to the isthmus
    Vertices arch;       ///< distal → proximal, without ends
    Vertices ascending;  ///< from the arch to the root
    Vertices lsa, lcca, trunk, rcca, rsa;
};

Aorta makeAorta(const ArchPlane& plane, RandomStream& random)
{
    const double d = plane.drop;
    const double r = random.range(10.0, 13.5);
    Aorta a;
    const double wind = random.range(-10.0, 10.0);
    a.descending = {plane.at(0.9, 330, 8, 0.85 * r), plane.at(1.0, 260, 4 + wind, 0.85 * r),
                    plane.at(1.0, 180, wind, 0.9 * r), plane.at(1.0, 100, 0.5 * wind, 0.95 * r),
                    plane.at(1.0, 30, 0, r)};
    a.arch = {plane.at(0.97, -12, 0, r),
              plane.at(0.8, -37, 0, r),
              plane.at(0.42, -53, 0, 1.02 * r),
              plane.at(0.0, -57 + 0.3 * d, 0, 1.06 * r),
              plane.at(-0.42, -52 + 0.6 * d, 0, 1.08 * r),
              plane.at(-0.8, -33 + 0.9 * d, 0, 1.12 * r)};
    a.ascending = {plane.at(-0.97, -6 + d, 0, 1.15 * r), plane.at(-1.0, 25 + d, 0, 1.2 * r),
                   plane.at(-0.85, 62 + d, 2, 1.25 * r)};
    a.lsa = {plane.at(0.55, -58, 0, 5.6), plane.at(0.62, -82, 2, 4.4), plane.at(1.0, -110, 8, 4.2),
             plane.at(1.9, -122, 16, 3.8), plane.at(3.2, -112, 22, 3.4)};
    a.lcca = {plane.at(0.1, -64 + 0.3 * d, 0, 4.6), plane.at(0.15, -90, 2, 3.5), plane.at(0.3, -130, 4, 3.3),
              plane.at(0.3, -180, 2, 3.2), plane.at(0.2, -240, 0, 3.0)};
    a.trunk = {plane.at(-0.42, -56 + 0.8 * d, 0, 6.2), plane.at(-0.65, -84 + 0.3 * d, 0, 5.8),
               plane.at(-0.95, -104, -3, 5.4)};
    a.rcca = {plane.at(-1.0, -130, -4, 3.6), plane.at(-0.95, -180, -3, 3.3), plane.at(-0.9, -240, 0, 3.0)};
    a.rsa = {plane.at(-1.4, -122, -8, 4.4), plane.at(-2.2, -124, -14, 4.0), plane.at(-3.4, -108, -22, 3.6)};
    for (Vertices* part : {&a.descending, &a.arch, &a.ascending})
        *part = jittered(*part, 2.0 * plane.scale, random);
    for (Vertices* part : {&a.lsa, &a.lcca, &a.trunk, &a.rcca, &a.rsa})
        *part = jittered(*part, 3.0 * plane.scale, random);
    return a;
}

/// The heart as an ellipsoid: latitude 0 is the groove between atria and ventricles, π/2 the apex.
struct HeartSurface
{
    Point3 centre;
    Point3 axis; ///< base → apex
    Point3 front;
    Point3 side;
    double radius = 42.0;

    VesselPoint at(double longitude, double latitude, double vesselRadius) const
    {
        const double ring = radius * std::cos(latitude);
        return {centre + axis * (1.35 * radius * std::sin(latitude)) + front * (ring * std::cos(longitude)) +
                    side * (ring * std::sin(longitude)),
                vesselRadius};
    }
};

HeartSurface makeHeart(Point3 root, double scale, RandomStream& random)
{
    HeartSurface heart;
    heart.radius = scale * random.range(34.0, 44.0);
    heart.axis = normalised(Point3{0.55 + 0.1 * random.normal(), 0.65, 0.45 + 0.1 * random.normal()});
    heart.side = normalised(cross(heart.axis, Point3{-0.4, 0.1, 1.0}));
    heart.front = cross(heart.side, heart.axis);
    heart.centre = root + heart.axis * (0.25 * heart.radius) - heart.front * (0.75 * heart.radius);
    return heart;
}

Vertices meridian(const HeartSurface& heart, double longitude, double from, double to, double radius,
                  double bow, RandomStream& random)
{
    Vertices vertices;
    constexpr int kParts = 7;
    for (int i = 0; i <= kParts; ++i) {
        const double t = static_cast<double>(i) / kParts;
        vertices.push_back(heart.at(longitude + bow * std::sin(kPi * t) + 0.05 * random.normal(),
                                    from + (to - from) * t, radius * (1.0 - 0.65 * t)));
    }
    return vertices;
}

Vertices groove(const HeartSurface& heart, double from, double to, double radius, RandomStream& random)
{
    Vertices vertices;
    constexpr int kParts = 8;
    for (int i = 0; i <= kParts; ++i) {
        const double t = static_cast<double>(i) / kParts;
        vertices.push_back(
            heart.at(from + (to - from) * t, 0.05 + 0.06 * random.normal(), radius * (1.0 - 0.5 * t)));
    }
    return vertices;
}

void addBranch(VesselTree& tree, const Vertices& vertices, double startMm, int group = 0)
{
    tree.branches.push_back({smoothCurve(vertices), startMm, group});
}

void addRoute(VesselTree& tree, const char* target, const Vertices& way, const Vertices& vessel)
{
    tree.routes.push_back({target, smoothCurve(joined({way, vessel})), lengthMm(smoothCurve(way))});
}

struct Coronaries
{
    Vertices lad, lcx, rca;
};

Coronaries addCoronaries(VesselTree& tree, Point3 root, double scale, RandomStream& random)
{
    const HeartSurface heart = makeHeart(root, scale, random);
    tree.heartCentre = heart.centre;
    tree.heartRadiusMm = 1.6 * heart.radius;
    const double r = scale * random.range(1.5, 2.3);
    const VesselPoint leftOstium{root + heart.side * (10.0 * scale), 1.2 * r};
    const VesselPoint rightOstium{root - heart.side * (9.0 * scale) + heart.front * 4.0, r};
    const double split = random.range(0.25, 0.5);
    Coronaries c;
    c.lad = joined({{leftOstium}, meridian(heart, split, 0.1, 1.5, r, random.range(-0.3, 0.3), random)});
    c.lcx =
        joined({{leftOstium}, groove(heart, split + 0.15, split + random.range(1.8, 2.7), 0.9 * r, random)});
    Vertices rca = groove(heart, -0.4, -random.range(2.4, 2.9), r, random);
    const Vertices pda = meridian(heart, -2.9, 0.1, 1.3, 0.6 * r, 0.1, random);
    c.rca = joined({{rightOstium}, rca, pda});
    const std::size_t first = tree.branches.size();
    addBranch(tree, c.lad, 0.0, 1);
    addBranch(tree, c.lcx, 0.0, 1);
    addBranch(tree, c.rca, 0.0, 2);
    for (std::size_t i = first; i < first + 3; ++i) {
        const VesselBranch parent = tree.branches[i];
        growBranches(tree, parent, 4 + random.index(6), 2, 38.0 * scale, random);
    }
    return c;
}

} // namespace

VesselTree aorticTree(RandomStream random, int archType, bool withCoronaries, double scale)
{
    ArchPlane plane;
    plane.scale = scale;
    plane.width = random.range(28.0, 42.0);
    plane.turn = random.range(0.6, 1.05);
    plane.drop = 11.0 * (archType - 1) + random.range(0.0, 6.0);
    const Aorta a = makeAorta(plane, random);
    VesselTree tree;
    const Vertices whole = joined({a.descending, a.arch, a.ascending});
    addBranch(tree, reversed(whole), 0.0);
    addBranch(tree, a.lsa, 130.0 * scale);
    addBranch(tree, a.lcca, 110.0 * scale);
    addBranch(tree, joined({a.trunk, a.rcca}), 90.0 * scale);
    addBranch(tree, joined({{a.trunk.back()}, a.rsa}), 120.0 * scale);

    const auto upTo = [&a](std::size_t count) {
        return Vertices(a.arch.begin(), a.arch.begin() + static_cast<std::ptrdiff_t>(count));
    };
    addRoute(tree, "LSA", joined({a.descending, upTo(2)}), a.lsa);
    addRoute(tree, "LCCA", joined({a.descending, upTo(3)}), a.lcca);
    addRoute(tree, "RCCA", joined({a.descending, upTo(4)}), joined({a.trunk, a.rcca}));
    addRoute(tree, "root", joined({a.descending, a.arch}), a.ascending);
    if (!withCoronaries)
        return tree;
    const Coronaries c = addCoronaries(tree, a.ascending.back().position, scale, random);
    const Vertices radial = joined({reversed(a.rsa), reversed(a.trunk), a.ascending});
    const std::pair<const char*, Vertices> targets[] = {{"LAD", c.lad}, {"LCX", c.lcx}, {"RCA", c.rca}};
    for (const auto& [name, vessel] : targets) {
        addRoute(tree, name, whole, vessel);
        addRoute(tree, name, radial, vessel);
    }
    return tree;
}

} // namespace fedefm
