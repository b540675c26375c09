// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/scene_vessels.h"

#include "core/simulate/anatomy_shapes.h"
#include "core/simulate/plane_filters.h"

namespace fedefm {

namespace {

constexpr double kLeastShare = 0.01;
constexpr double kDepthPeriodMm = 0.02; ///< dilution per mm of way

/// Centre-line in the picture; `arc` is the way from the injection.
std::vector<TubePoint> projectBranch(const VesselBranch& branch, const CArmView& view,
                                     const CArmView::Axes& axes, const SceneMotion* motion, double gridScale)
{
    std::vector<TubePoint> tube;
    tube.reserve(branch.curve.size());
    double arc = branch.startMm;
    for (const VesselPoint& p : branch.curve) {
        const CArmView::Projected projected =
            view.project(axes, motion == nullptr ? p.position : motion->moved(p.position));
        tube.push_back({{(projected.at.x + 0.5) * gridScale - 0.5, (projected.at.y + 0.5) * gridScale - 0.5},
                        p.radiusMm * projected.pxPerMm * gridScale,
                        arc});
        arc += kVesselStepMm;
    }
    return tube;
}

/// Overlapping branches share their lumen: the larger value counts, not the sum.
void keepLarger(FloatPlane& plane, std::size_t index, double value)
{
    plane.values[index] = std::max(plane.values[index], static_cast<float>(value));
}

void addPlane(FloatPlane& target, const FloatPlane& other, float weight)
{
    for (std::size_t i = 0; i < target.values.size(); ++i)
        target.values[i] += weight * other.values[i];
}

} // namespace

double agentShare(const ContrastSettings& contrast, double arcMm, double seconds)
{
    const double since = seconds - contrast.startSeconds;
    if (since <= 0.0)
        return 0.0;
    const double arrival = arcMm / contrast.speedMmPerSecond;
    const double rise = smoothStep(0.0, 0.25, since - arrival);
    const double fall = 1.0 - smoothStep(0.0, 1.5, since - arrival - contrast.lengthSeconds);
    return rise * fall / (1.0 + 0.1 * kDepthPeriodMm * arcMm);
}

void addContrastAgent(FloatPlane& attenuation, TubeRaster& raster, const SceneSettings& scene,
                      const SceneMotion& motion, double seconds)
{
    if (!scene.contrast.isOn)
        return;
    const CArmView::Axes axes = scene.view.axes();
    const double gridScale = static_cast<double>(attenuation.width) / scene.view.sizePx;
    const double pxPerMm = scene.view.isocentrePxPerMm() * gridScale;
    FloatPlane filled(attenuation.width, attenuation.height);
    for (const VesselBranch& branch : scene.tree.branches) {
        if (branch.group != scene.contrast.group)
            continue;
        const double end = branch.startMm + lengthMm(branch.curve);
        if (agentShare(scene.contrast, branch.startMm, seconds) < kLeastShare &&
            agentShare(scene.contrast, end, seconds) < kLeastShare)
            continue;
        const auto tube = projectBranch(branch, scene.view, axes, &motion, gridScale);
        for (const TubeRaster::Hit& hit : raster.trace(tube))
            keepLarger(filled, hit.index,
                       agentShare(scene.contrast, hit.arc, seconds) * scene.contrast.attenuationPerMm *
                           pixelChord(hit.radius, hit.distance) / pxPerMm);
    }
    if (scene.contrast.edgeBlurPx > 0.0)
        smallBlur(filled, scene.contrast.edgeBlurPx * gridScale);
    addPlane(attenuation, filled, 1.0F);
}

FloatPlane staticVessels(const SceneSettings& scene, int gridPx)
{
    const StaticVesselSettings& settings = scene.staticVessels;
    const double gridScale = static_cast<double>(gridPx) / scene.view.sizePx;
    const double pxPerMm = scene.view.isocentrePxPerMm() * gridScale;
    const CArmView::Axes axes = scene.view.axes();
    TubeRaster raster(gridPx);
    FloatPlane lumen(gridPx, gridPx);
    FloatPlane outer(gridPx, gridPx);
    for (const VesselBranch& branch : scene.tree.branches) {
        auto tube = projectBranch(branch, scene.view, axes, nullptr, gridScale);
        for (const TubeRaster::Hit& hit : raster.trace(tube))
            keepLarger(lumen, hit.index, pixelChord(hit.radius, hit.distance) / pxPerMm);
        for (TubePoint& p : tube)
            p.radiusPx += settings.wallMm * pxPerMm;
        for (const TubeRaster::Hit& hit : raster.trace(tube))
            keepLarger(outer, hit.index, pixelChord(hit.radius, hit.distance) / pxPerMm);
    }
    FloatPlane result(gridPx, gridPx);
    addPlane(result, outer, static_cast<float>(settings.wallPerMm));
    addPlane(result, lumen, static_cast<float>(settings.lumenPerMm - settings.wallPerMm));
    return result;
}

} // namespace fedefm
