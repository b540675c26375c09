// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/scene_devices.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kSmoothing = 3; ///< pieces per node distance
constexpr double kTwoPi = 6.283185307179586;

/// Catmull-Rom through the nodes: their distance would show as corners in a small field.
std::vector<Point3> smoothed(const std::vector<Point3>& nodes)
{
    std::vector<Point3> result;
    result.reserve(nodes.size() * kSmoothing);
    const std::size_t last = nodes.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
        const Point3 p0 = nodes[i == 0 ? 0 : i - 1];
        const Point3 p1 = nodes[i];
        const Point3 p2 = nodes[i + 1];
        const Point3 p3 = nodes[std::min(i + 2, last)];
        for (int k = 0; k < kSmoothing; ++k) {
            const double t = static_cast<double>(k) / kSmoothing;
            result.push_back((p1 * 2.0 + (p2 - p0) * t + (p0 * 2.0 - p1 * 5.0 + p2 * 4.0 - p3) * (t * t) +
                              (p1 * 3.0 - p0 - p2 * 3.0 + p3) * (t * t * t)) *
                             0.5);
        }
    }
    result.push_back(nodes.back());
    return result;
}

/// Index and share of the point at an arc length.
std::pair<std::size_t, double> placeOf(const std::vector<TubePoint>& tube, double arcMm)
{
    const auto after = std::lower_bound(tube.begin(), tube.end(), arcMm,
                                        [](const TubePoint& p, double arc) { return p.arc < arc; });
    if (after == tube.begin())
        return {0, 0.0};
    if (after == tube.end())
        return {tube.size() - 2, 1.0};
    const auto index = static_cast<std::size_t>(after - tube.begin()) - 1;
    return {index, (arcMm - tube[index].arc) / std::max(tube[index + 1].arc - tube[index].arc, 1e-9)};
}

void addMarker(FloatPlane& attenuation, TubeRaster& raster, const ProjectedRod& rod,
               const DeviceDesign& design, double lengthMm, const Marker& marker, double weight)
{
    const double to = lengthMm - marker.fromTipMm;
    if (to <= 0.0)
        return;
    const auto tube = rod.part(std::max(0.0, to - marker.lengthMm), to, design.radiusMm * marker.widthShare);
    for (const TubeRaster::Hit& hit : raster.trace(tube))
        attenuation.values[hit.index] +=
            static_cast<float>(weight * marker.attenuation * pixelChord(hit.radius, hit.distance) /
                               std::max(2.0F * hit.radius, 1e-6F));
}

} // namespace

std::vector<TubePoint> ProjectedRod::part(double fromMm, double toMm, double radiusMm) const
{
    std::vector<TubePoint> result;
    if (tube.size() < 2 || toMm <= fromMm)
        return result;
    const auto at = [&](double arcMm) {
        const auto [i, t] = placeOf(tube, arcMm);
        const TubePoint& a = tube[i];
        const TubePoint& b = tube[i + 1];
        return TubePoint{{a.at.x + (b.at.x - a.at.x) * t, a.at.y + (b.at.y - a.at.y) * t},
                         a.radiusPx + (b.radiusPx - a.radiusPx) * t,
                         a.arc + (b.arc - a.arc) * t};
    };
    result.push_back(at(fromMm));
    for (const TubePoint& p : tube)
        if (p.arc > fromMm && p.arc < toMm)
            result.push_back(p);
    result.push_back(at(toMm));
    for (TubePoint& p : result)
        p.radiusPx *= radiusMm;
    return result;
}

std::vector<Point3> ProjectedRod::partMm(double fromMm, double toMm) const
{
    std::vector<Point3> result;
    if (tube.size() < 2 || toMm <= fromMm)
        return result;
    const auto at = [&](double arcMm) {
        const auto [i, t] = placeOf(tube, arcMm);
        return pointsMm[i] + (pointsMm[i + 1] - pointsMm[i]) * t;
    };
    result.push_back(at(fromMm));
    for (std::size_t i = 0; i < tube.size(); ++i)
        if (tube[i].arc > fromMm && tube[i].arc < toMm)
            result.push_back(pointsMm[i]);
    result.push_back(at(toMm));
    return result;
}

ProjectedRod projectRod(const ProcedureState& state, const CArmView& view, const SceneMotion& motion)
{
    ProjectedRod rod;
    rod.catheterMm = state.catheterMm;
    rod.wireMm = state.wireMm;
    rod.pointsMm = smoothed(state.rod);
    const CArmView::Axes axes = view.axes();
    const double step = state.spacingMm / kSmoothing;
    double arc = 0.0;
    rod.tube.reserve(rod.pointsMm.size());
    for (Point3& p : rod.pointsMm) {
        p = motion.moved(p);
        const CArmView::Projected projected = view.project(axes, p);
        rod.tube.push_back({projected.at, projected.pxPerMm, arc});
        arc += step;
    }
    return rod;
}

void addDevice(FloatPlane& attenuation, TubeRaster& raster, const ProjectedRod& rod,
               const DeviceDesign& design, double lengthMm, double weight)
{
    for (const TubeRaster::Hit& hit : raster.trace(rod.part(0.0, lengthMm, design.radiusMm))) {
        const double fromTip = lengthMm - hit.arc;
        double material = weight * design.attenuation;
        // The transition to the soft tip is short.
        if (fromTip < design.softTipMm)
            material *= design.tipAttenuation;
        if (design.braidMm > 0.0)
            material *= 1.0 - design.braidDepth * (0.5 + 0.5 * std::sin(kTwoPi * hit.arc / design.braidMm));
        const double diameter = std::max(2.0F * hit.radius, 1e-6F);
        double absorbed = material * pixelChord(hit.radius, hit.distance);
        if (design.lumenShare > 0.0)
            absorbed += (weight * design.lumenAttenuation - material) *
                        pixelChord(hit.radius * design.lumenShare, hit.distance);
        attenuation.values[hit.index] += static_cast<float>(absorbed / diameter);
    }
    for (const Marker& marker : design.markers)
        addMarker(attenuation, raster, rod, design, lengthMm, marker, weight);
}

void addInstruments(FloatPlane& attenuation, TubeRaster& raster, const ProjectedRod& rod,
                    const DeviceDesign& catheter, const DeviceDesign& wire, double weight)
{
    addDevice(attenuation, raster, rod, catheter, rod.catheterMm, weight);
    addDevice(attenuation, raster, rod, wire, rod.wireMm, weight);
}

double apparentWidthPx(double diameterPx, double blurPx)
{
    constexpr double kFullWidthPerSigma = 2.355;
    constexpr double kPenumbraPx = 0.4;
    const double spread = kFullWidthPerSigma * blurPx;
    return std::sqrt(diameterPx * diameterPx + spread * spread) + kPenumbraPx;
}

} // namespace fedefm
