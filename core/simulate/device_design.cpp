// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/device_design.h"

#include <array>

namespace fedefm {

namespace {

constexpr double kMmPerFrenchRadius = 1.0 / 6.0;
constexpr double kMmPerInch = 25.4;

double radians(double degrees)
{
    return degrees * 3.14159265358979323846 / 180.0;
}

/// An arc of `angleDeg` with the given radius.
TipArc arc(double radiusMm, double angleDeg)
{
    return {radiusMm * radians(angleDeg), 1.0 / radiusMm};
}

std::vector<TipArc> catheterTip(CatheterKind kind, RandomStream& random)
{
    const double straight = random.range(2.0, 8.0);
    if (kind == CatheterKind::Micro)
        return {{straight, 0.0}, arc(random.range(4.0, 8.0), random.range(0.0, 70.0))};
    if (kind == CatheterKind::BackUp) // the last bend against the wide one
        return {{straight, 0.0},
                arc(random.range(5.0, 10.0), -random.range(30.0, 110.0)),
                {random.range(4.0, 20.0), 0.0},
                arc(random.range(14.0, 28.0), random.range(70.0, 180.0))};
    switch (random.index(6)) {
    case 0: // straight
        return {{straight, 0.0}};
    case 1: // angled
        return {{straight, 0.0}, arc(random.range(6.0, 12.0), random.range(30.0, 80.0))};
    case 2: // right Judkins
        return {{straight + 4.0, 0.0}, arc(random.range(8.0, 14.0), random.range(70.0, 110.0))};
    case 3: // left Judkins: two bends
        return {{straight, 0.0},
                arc(6.0, 80.0),
                {random.range(14.0, 26.0), 0.0},
                arc(18.0, random.range(60.0, 130.0))};
    case 4: // pigtail
        return {arc(random.range(4.5, 8.0), random.range(250.0, 400.0))};
    default: // vertebral, multipurpose
        return {{straight + 6.0, 0.0}, arc(random.range(15.0, 30.0), random.range(20.0, 60.0))};
    }
}

std::vector<TipArc> wireTip(WireKind kind, RandomStream& random)
{
    const bool isFine = kind == WireKind::Coronary || kind == WireKind::Micro;
    switch (random.index(isFine ? 3 : 5)) {
    case 0: // shaped by hand
        return {{random.range(0.5, 2.0), 0.0}, arc(random.range(1.5, 4.0), random.range(20.0, 80.0))};
    case 1: // angled
        return {{random.range(1.0, 5.0), 0.0}, arc(random.range(3.0, 8.0), random.range(30.0, 80.0))};
    case 2:
        return {{10.0, random.range(0.0, 0.02)}};
    default: // J
        return {arc(random.range(1.6, 6.0), random.range(120.0, 220.0))};
    }
}

} // namespace

double DeviceDesign::restCurvature(double fromTipMm) const
{
    double end = 0.0;
    for (const TipArc& piece : tip) {
        end += piece.lengthMm;
        if (fromTipMm < end)
            return piece.curvature;
    }
    return 0.0;
}

DeviceDesign designCatheter(CatheterKind kind, double contrast, const DeviceLoad& load, RandomStream& random)
{
    DeviceDesign design;
    const bool isGuiding = kind == CatheterKind::Guiding || kind == CatheterKind::BackUp;
    const double french = kind == CatheterKind::Micro ? random.range(1.9, 3.0)
                          : isGuiding                 ? random.range(5.0, 8.0)
                                                      : random.range(4.0, 6.5);
    design.radiusMm = french * kMmPerFrenchRadius;
    design.lumenShare = random.range(0.55, isGuiding ? 0.85 : 0.72);
    design.attenuation = contrast * random.logRange(0.18, 0.9);
    if (random.chance(load.filled))
        design.lumenAttenuation = contrast * random.range(load.leastFilling, load.mostFilling);
    if (random.chance(0.4)) {
        design.braidMm = random.range(0.5, 2.0);
        design.braidDepth = random.range(0.05, 0.35);
    }
    design.stiffness = kind == CatheterKind::Micro ? random.range(0.1, 0.4) : random.range(0.4, 0.95);
    design.tip = catheterTip(kind, random);
    if (random.chance(0.4)) {
        design.softTipMm = random.range(2.0, 12.0);
        design.tipAttenuation = random.range(0.5, 1.6);
    }
    const int rings = kind == CatheterKind::Micro ? 1 + random.index(2) : (random.chance(0.3) ? 1 : 0);
    for (int i = 0; i < rings; ++i)
        design.markers.push_back(
            {0.5 + 30.0 * i, random.range(0.8, 2.0), contrast * random.range(0.3, 1.2), 1.0});
    return design;
}

DeviceDesign designWire(WireKind kind, double contrast, const DeviceLoad& load, RandomStream& random)
{
    DeviceDesign design;
    constexpr std::array kStandardInches{0.018, 0.025, 0.032, 0.035, 0.038};
    const double inches = kind == WireKind::Coronary || kind == WireKind::Micro
                              ? random.range(0.010, 0.016)
                              : kStandardInches[static_cast<std::size_t>(random.index(5))];
    design.radiusMm = inches * kMmPerInch / 2.0;
    design.attenuation = contrast * random.logRange(0.12, 0.8);
    design.stiffness = kind == WireKind::Standard ? random.range(0.3, 0.9) : random.range(0.15, 0.6);
    design.softTipMm = random.range(15.0, 60.0);
    design.tip = wireTip(kind, random);
    if (kind == WireKind::Coronary || kind == WireKind::Micro) {
        design.softTipMm = random.range(15.0, 40.0);
        design.tipAttenuation = random.range(1.2, 3.5);
    } else if (random.chance(0.3)) {
        design.tipAttenuation = random.range(0.8, 2.0);
    }
    if (random.chance(0.25)) {
        design.braidMm = random.range(0.4, 1.2);
        design.braidDepth = random.range(0.1, 0.4);
    }
    // A balloon or stent on its shaft.
    if (kind == WireKind::Coronary && random.chance(load.balloon)) {
        const double from = random.range(30.0, 60.0);
        const double length = random.range(10.0, 28.0);
        design.markers.push_back({from, length, contrast * random.range(0.1, 0.6), random.range(2.0, 6.0)});
        design.markers.push_back({from, 1.0, contrast * 0.6, 2.0});
        design.markers.push_back({from + length, 1.0, contrast * 0.6, 2.0});
    } else if (random.chance(0.1)) {
        design.markers.push_back({0.0, 0.8, contrast * 0.5, 1.6});
    }
    return design;
}

} // namespace fedefm
