// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/anatomy.h"

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;

Point anywhere(double fieldMm, RandomStream& random)
{
    return {fieldMm * random.range(-0.5, 0.5), fieldMm * random.range(-0.5, 0.5)};
}

Polyline ring(Point centre, double radiusX, double radiusY, double turn, double from, double to)
{
    Polyline line;
    constexpr int kParts = 28;
    for (int i = 0; i <= kParts; ++i) {
        const double t = from + (to - from) * i / kParts;
        const double u = radiusX * std::cos(t);
        const double v = radiusY * std::sin(t);
        line.push_back({centre.x + u * std::cos(turn) - v * std::sin(turn),
                        centre.y + u * std::sin(turn) + v * std::cos(turn)});
    }
    return line;
}

/// A lead that hangs from its electrode and leaves the picture: the conductor and a disc.
void addLead(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const Point start = anywhere(fieldMm, random);
    const double heading = random.range(0.0, 2.0 * kPi);
    const double bow = random.range(-0.3, 0.3);
    ClutterLine lead;
    lead.radiusMm = random.range(0.15, 0.4); // thinner than a catheter, or the two would be one
    lead.attenuation = random.logRange(0.03, 0.12);
    for (int i = 0; i <= 12; ++i) {
        const double way = fieldMm * i / 11.0;
        const double side = bow * way * (way / fieldMm);
        lead.pointsMm.push_back({start.x + way * std::cos(heading) - side * std::sin(heading),
                                 start.y + way * std::sin(heading) + side * std::cos(heading)});
    }
    ClutterLine button;
    button.pointsMm = {start, {start.x + 0.2, start.y}};
    button.radiusMm = random.range(1.5, 4.0);
    button.attenuation = random.range(0.2, 1.2);
    lines.push_back(lead);
    lines.push_back(button);
}

/// Wires that hold the sternum together: twisted loops, one below the other.
void addSternalWires(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const Point top{fieldMm * random.range(-0.3, 0.3), fieldMm * random.range(-0.5, 0.0)};
    const int count = 2 + random.index(4);
    const double radius = random.range(6.0, 11.0);
    const double attenuation = random.range(0.4, 1.0);
    for (int i = 0; i < count; ++i) {
        const Point centre{top.x + random.range(-3.0, 3.0), top.y + i * random.range(20.0, 30.0)};
        ClutterLine loop;
        loop.pointsMm = ring(centre, radius * random.range(0.8, 1.2), radius * random.range(0.3, 0.7),
                             random.range(-0.4, 0.4), 0.3, 2.0 * kPi + 0.5);
        loop.radiusMm = 0.4;
        loop.attenuation = attenuation;
        loop.breathing = 0.5;
        lines.push_back(loop);
    }
}

void addClips(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const Point group = anywhere(fieldMm, random);
    const int count = 1 + random.index(8);
    for (int i = 0; i < count; ++i) {
        const Point at{group.x + random.range(-20.0, 20.0), group.y + random.range(-30.0, 30.0)};
        const double heading = random.range(0.0, kPi);
        const double length = random.range(1.5, 6.0);
        lines.push_back({{at, {at.x + length * std::cos(heading), at.y + length * std::sin(heading)}},
                         random.range(0.3, 0.8),
                         random.range(0.3, 1.2),
                         0.5});
    }
}

/// Markers on the skin or in the table: small discs, each for itself.
void addDiscs(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    for (int i = 1 + random.index(4); i > 0; --i) {
        const Point at = anywhere(fieldMm, random);
        lines.push_back({{at, {at.x + 0.1, at.y}}, random.range(0.6, 2.2), random.logRange(0.1, 1.0), 0.0});
    }
}

/// A stent, a valve's ring or a coil: a closed or half closed line.
void addRing(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const double radius = random.logRange(2.0, 18.0);
    lines.push_back(
        {ring(anywhere(fieldMm, random), radius, radius * random.range(0.3, 1.0), random.range(0.0, kPi), 0.0,
              random.chance(0.6) ? 2.0 * kPi : random.range(2.0, 5.5)),
         random.range(0.3, 1.0), random.logRange(0.1, 0.8), 0.5});
}

/// A screw or bolt seen from the end, or a pin from the side.
void addScrew(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const Point at = anywhere(fieldMm, random);
    const double heading = random.range(0.0, kPi);
    const double length = random.chance(0.75) ? 0.1 : random.range(4.0, 25.0);
    lines.push_back({{at, {at.x + length * std::cos(heading), at.y + length * std::sin(heading)}},
                     random.logRange(1.5, 0.05 * fieldMm + 1.6),
                     random.logRange(0.2, 3.0),
                     0.0});
}

/// The wall of a box or plate: a thin straight line, often with a parallel one.
void addPlateEdge(std::vector<ClutterLine>& lines, double fieldMm, RandomStream& random)
{
    const double angle = random.chance(0.6) ? (random.chance(0.5) ? 0.0 : kPi / 2.0) + 0.03 * random.normal()
                                            : random.range(0.0, kPi);
    const double offset = fieldMm * random.range(-0.48, 0.48);
    const double gap = random.range(2.0, 10.0);
    const int count = 1 + random.index(2);
    for (int i = 0; i < count; ++i) {
        const double o = offset + i * gap;
        const Point middle{-std::sin(angle) * o, std::cos(angle) * o};
        const double reach = fieldMm * random.range(0.3, 0.9);
        lines.push_back({{{middle.x - reach * std::cos(angle), middle.y - reach * std::sin(angle)},
                          {middle.x + reach * std::cos(angle), middle.y + reach * std::sin(angle)}},
                         random.range(0.3, 1.5),
                         random.logRange(0.02, 0.12),
                         0.0});
    }
}

} // namespace

std::vector<ClutterLine> makeClutter(AnatomyKind kind, double fieldMm, double amount, RandomStream random)
{
    std::vector<ClutterLine> lines;
    if (kind == AnatomyKind::Clean || amount <= 0.0)
        return lines;
    if (kind == AnatomyKind::Box) {
        for (int i = random.index(4); i > 0; --i)
            addScrew(lines, fieldMm, random);
        for (int i = random.index(3); i > 0; --i)
            addPlateEdge(lines, fieldMm, random);
        if (random.chance(0.3))
            addRing(lines, fieldMm, random);
        return lines;
    }
    if (random.chance(0.2 * amount))
        for (int i = 1 + random.index(2); i > 0; --i)
            addLead(lines, fieldMm, random);
    if (kind == AnatomyKind::Thorax && random.chance(0.18 * amount))
        addSternalWires(lines, fieldMm, random);
    if (random.chance(0.25 * amount))
        addClips(lines, fieldMm, random);
    if (random.chance(0.15 * amount))
        addRing(lines, fieldMm, random);
    if (random.chance(0.2 * amount))
        addDiscs(lines, fieldMm, random);
    if (random.chance(0.15 * amount))
        addPlateEdge(lines, fieldMm, random);
    if (kind == AnatomyKind::Skull)
        for (int i = random.index(4); i > 0; --i)
            addScrew(lines, fieldMm, random);
    return lines;
}

} // namespace fedefm
