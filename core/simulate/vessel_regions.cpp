// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/vessel_tree.h"

namespace fedefm {

namespace {

using Vertices = std::vector<VesselPoint>;

Vertices shaped(std::initializer_list<VesselPoint> points, double scale, double jitterMm,
                RandomStream& random)
{
    Vertices vertices;
    for (const VesselPoint& p : points) {
        const Point3 jitter{random.normal(), random.normal(), random.normal()};
        vertices.push_back(
            {(p.position + jitter * (vertices.empty() ? 0.0 : jitterMm)) * scale, p.radiusMm * scale});
    }
    return vertices;
}

Vertices after(Vertices first, const Vertices& second)
{
    first.insert(first.end(), second.begin() + 1, second.end());
    return first;
}

void addRoute(VesselTree& tree, const char* target, const Vertices& way, const Vertices& vessel)
{
    tree.routes.push_back({target, smoothCurve(after(way, vessel)), lengthMm(smoothCurve(way))});
}

} // namespace

VesselTree cerebralTree(RandomStream random)
{
    VesselTree tree;
    const double side = random.sign();
    const auto at = [side](double x, double y, double z, double r) {
        return VesselPoint{{side * x, y, z}, r};
    };
    const Vertices carotid =
        shaped({at(28, 150, -8, 2.6), at(30, 100, -6, 2.5), at(26, 60, -12, 2.4), at(22, 36, -4, 2.3),
                at(16, 24, 10, 2.2), at(14, 10, 16, 2.1), at(15, 2, 8, 2.0), at(17, -6, 2, 1.9)},
               1.0, 2.5, random);
    const Vertices media = shaped({at(17, -6, 2, 1.5), at(30, -8, 0, 1.4), at(42, -6, -4, 1.3),
                                   at(50, -18, -12, 1.1), at(54, -36, -24, 0.9), at(50, -54, -34, 0.7)},
                                  1.0, 3.0, random);
    const Vertices anterior = shaped({at(17, -6, 2, 1.2), at(6, -10, 12, 1.1), at(3, -26, 28, 1.0),
                                      at(3, -48, 30, 0.9), at(4, -66, 10, 0.8), at(4, -70, -20, 0.6)},
                                     1.0, 3.0, random);
    tree.branches.push_back({smoothCurve(carotid), 0.0, 0});
    const double split = lengthMm(tree.branches.front().curve);
    tree.branches.push_back({smoothCurve(media), split, 0});
    tree.branches.push_back({smoothCurve(anterior), split, 0});
    for (std::size_t i = 1; i < 3; ++i) {
        const VesselBranch parent = tree.branches[i];
        growBranches(tree, parent, 5 + random.index(5), 3, 45.0, random);
    }
    addRoute(tree, "MCA", carotid, media);
    addRoute(tree, "ACA", carotid, anterior);
    return tree;
}

VesselTree abdominalTree(RandomStream random, double scale)
{
    VesselTree tree;
    const auto make = [&](std::initializer_list<VesselPoint> points, double jitterMm) {
        return shaped(points, scale, jitterMm, random);
    };
    const double r = random.range(7.0, 10.0);
    const Vertices aorta = make({{{8, -190, -40}, 1.1 * r},
                                 {{10, -130, -38}, 1.05 * r},
                                 {{8, -70, -34}, r},
                                 {{5, -20, -30}, 0.95 * r},
                                 {{2, 20, -28}, 0.9 * r}},
                                3.0);
    const Vertices left = make({{{2, 20, -28}, 5.0},
                                {{18, 50, -30}, 4.8},
                                {{42, 90, -44}, 4.6},
                                {{66, 130, -30}, 4.2},
                                {{78, 180, 0}, 3.8},
                                {{84, 260, 0}, 3.4},
                                {{86, 340, -6}, 3.2}},
                               4.0);
    const Vertices right = make({{{2, 20, -28}, 5.0},
                                 {{-16, 50, -30}, 4.8},
                                 {{-40, 90, -44}, 4.6},
                                 {{-64, 130, -30}, 4.2},
                                 {{-76, 180, 0}, 3.8},
                                 {{-82, 260, 0}, 3.4},
                                 {{-84, 340, -6}, 3.2}},
                                4.0);
    const Vertices leftRenal = make(
        {{{9, -90, -36}, 3.2}, {{30, -84, -42}, 3.0}, {{52, -78, -54}, 2.7}, {{72, -76, -62}, 2.2}}, 3.0);
    const Vertices rightRenal = make(
        {{{9, -86, -36}, 3.2}, {{-22, -82, -44}, 3.0}, {{-50, -76, -56}, 2.7}, {{-70, -72, -64}, 2.2}}, 3.0);
    tree.branches.push_back({smoothCurve(aorta), 0.0, 0});
    const double down = lengthMm(tree.branches.front().curve);
    tree.branches.push_back({smoothCurve(left), down, 0});
    tree.branches.push_back({smoothCurve(right), down, 0});
    tree.branches.push_back({smoothCurve(leftRenal), 90.0, 0});
    tree.branches.push_back({smoothCurve(rightRenal), 92.0, 0});
    for (std::size_t i = 1; i < 5; ++i) {
        const VesselBranch parent = tree.branches[i];
        growBranches(tree, parent, 3 + random.index(3), 2, 60.0 * scale, random);
    }
    const auto up = [](const Vertices& vessel) { return Vertices(vessel.rbegin(), vessel.rend()); };
    const Vertices aortaUp = up(aorta);
    const auto below = [&](std::size_t count) {
        return Vertices(aortaUp.begin(), aortaUp.begin() + static_cast<std::ptrdiff_t>(count));
    };
    addRoute(tree, "aorta", up(right), aortaUp);
    addRoute(tree, "aorta", up(left), aortaUp);
    addRoute(tree, "iliac", up(right), left);
    addRoute(tree, "femoral", aorta, left);
    addRoute(tree, "femoral", aorta, right);
    addRoute(tree, "renal", after(up(right), below(3)), leftRenal);
    addRoute(tree, "renal", after(up(left), below(3)), rightRenal);
    return tree;
}

} // namespace fedefm
