// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/scene.h"

#include "core/geometry/rasterize.h"
#include "core/simulate/passing_catheter.h"
#include "core/simulate/plane_filters.h"
#include "core/simulate/scene_vessels.h"

namespace fedefm {

namespace {

constexpr int kLeastGridPx = 96;
constexpr int kCoarsePx = 96; ///< grid on which the display window is found
constexpr float kVisibleLight = 0.5F;

enum Purpose : std::uint64_t { kSettings = 11, kAnatomy, kOperator, kPassing };

int gridFor(int sizePx)
{
    return std::min(sizePx, std::max(kLeastGridPx, sizePx / 2));
}

bool isVisible(const FloatPlane& light, Point p)
{
    const int x = static_cast<int>(std::lround(std::clamp(p.x, -1e6, 1e6)));
    const int y = static_cast<int>(std::lround(std::clamp(p.y, -1e6, 1e6)));
    return light.contains(x, y) && light.at(x, y) > kVisibleLight;
}

} // namespace

Scene::Scene(const SourcePreset& preset, int sizePx, int frames, std::uint64_t seed,
             std::optional<std::uint64_t> machineSeed)
    : m_settings(drawScene(preset, sizePx, frames + 1, RandomStream(seed).branch(kSettings),
                           RandomStream(machineSeed.value_or(seed)).branch(kSettings))),
      m_seed(seed)
{
    const RandomStream random(seed);
    m_anatomy = makeAnatomy(m_settings.anatomy, gridFor(sizePx), m_settings.view.fieldMm(),
                            m_settings.anatomyStrength, m_settings.clutter, random.branch(kAnatomy));
    if (m_settings.staticVessels.isOn)
        m_anatomy.layers.push_back({staticVessels(m_settings, gridFor(sizePx)), 0.0, 0.0});
    m_states = simulateProcedure(m_settings.procedure, random.branch(kOperator));
    if (m_settings.hasPassingCatheter)
        m_passing = placePassingCatheter(m_settings, random.branch(kPassing));
    FloatPlane coarse(kCoarsePx, kCoarsePx);
    addLayers(coarse, motionAt(0));
    // The window holds for the whole run: what the agent fills must not become black.
    TubeRaster raster(kCoarsePx);
    addContrastAgent(coarse, raster, m_settings, motionAt(0),
                     m_settings.contrast.startSeconds + m_settings.contrast.lengthSeconds);
    m_chain = std::make_unique<ImageChain>(m_settings.chain, sizePx, coarse);
    keepVisible(m_settings, m_chain->greyPerSignal());
}

SceneMotion Scene::motionAt(int index) const
{
    return SceneMotion(m_settings.motion, m_settings.tree, index / m_settings.motion.fps);
}

void Scene::addLayers(FloatPlane& attenuation, const SceneMotion& motion) const
{
    const double pxPerMm = m_settings.view.isocentrePxPerMm() * attenuation.width / m_settings.view.sizePx;
    const CArmView::Axes axes = m_settings.view.axes();
    const Point3 beat = motion.heartShift();
    for (const AnatomyLayer& layer : m_anatomy.layers)
        addStretched(attenuation, layer.attenuation, pxPerMm * layer.beat * dot(beat, axes.right),
                     pxPerMm * (layer.breathing * motion.breathingMm() + layer.beat * dot(beat, axes.down)),
                     1.0F);
}

void Scene::addClutter(FloatPlane& attenuation, TubeRaster& raster, const SceneMotion& motion) const
{
    const double pxPerMm = m_settings.view.isocentrePxPerMm();
    const double middle = 0.5 * (attenuation.width - 1);
    for (const ClutterLine& line : m_anatomy.clutter) {
        std::vector<TubePoint> tube;
        for (const Point& p : line.pointsMm)
            tube.push_back(
                {{middle + p.x * pxPerMm, middle + (p.y + line.breathing * motion.breathingMm()) * pxPerMm},
                 line.radiusMm * pxPerMm,
                 0.0});
        for (const TubeRaster::Hit& hit : raster.trace(tube))
            attenuation.values[hit.index] += static_cast<float>(
                line.attenuation * pixelChord(hit.radius, hit.distance) / std::max(2.0F * hit.radius, 1e-6F));
    }
}

FloatPlane Scene::attenuation(int index) const
{
    const int size = m_settings.view.sizePx;
    FloatPlane plane(size, size);
    TubeRaster raster(size);
    const SceneMotion motion = motionAt(index);
    addLayers(plane, motion);
    addClutter(plane, raster, motion);
    addContrastAgent(plane, raster, m_settings, motion, index / m_settings.motion.fps);
    const DeviceDesign& catheter = m_settings.procedure.catheter;
    const DeviceDesign& wire = m_settings.procedure.wire;
    addInstruments(plane, raster, projectRod(stateAt(index), m_settings.view, motion), catheter, wire,
                   1.0 - m_settings.lagShare);
    if (m_settings.lagShare > 0.0)
        addInstruments(plane, raster, projectRod(stateAt(index - 1), m_settings.view, motionAt(index - 1)),
                       catheter, wire, m_settings.lagShare);
    if (!m_passing.rod.empty())
        addDevice(plane, raster, projectRod(m_passing, m_settings.view, motion), m_settings.passingCatheter,
                  m_passing.catheterMm, 1.0);
    return plane;
}

FramePtr Scene::frame(int index) const
{
    return m_chain->expose(attenuation(index),
                           mixBits(m_seed ^ mixBits(static_cast<std::uint64_t>(index) + 77)));
}

Polyline Scene::paintLabel(SimulatedTruth& truth, const std::vector<TubePoint>& tube, std::uint8_t label,
                           double* meanWidthPx) const
{
    const int size = m_settings.view.sizePx;
    Polyline line;
    std::vector<double> widths;
    double sum = 0.0;
    for (const TubePoint& p : tube) {
        line.push_back(p.at);
        widths.push_back(apparentWidthPx(2.0 * p.radiusPx, m_settings.chain.blurPx));
        sum += widths.back();
    }
    if (meanWidthPx != nullptr && !widths.empty())
        *meanWidthPx = sum / static_cast<double>(widths.size());
    if (line.size() > 1)
        rasterize(line, widths, size, size).paint(truth.labels.data(), label);
    return line;
}

SimulatedTruth Scene::truth(int index) const
{
    const int size = m_settings.view.sizePx;
    const ProcedureState& state = stateAt(index);
    const SceneMotion motion = motionAt(index);
    const ProjectedRod rod = projectRod(state, m_settings.view, motion);
    SimulatedTruth truth;
    truth.labels.assign(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), 0);
    constexpr std::uint8_t kCatheter = 1;
    constexpr std::uint8_t kGuidewire = 2;
    if (!m_passing.rod.empty()) {
        const ProjectedRod passing = projectRod(m_passing, m_settings.view, motion);
        FurtherCatheter further;
        further.line =
            paintLabel(truth, passing.part(0.0, m_passing.catheterMm, m_settings.passingCatheter.radiusMm),
                       kCatheter, &further.widthPx);
        truth.furtherCatheters.push_back(std::move(further));
    }
    const ProcedureSettings& procedure = m_settings.procedure;
    truth.catheter = paintLabel(truth, rod.part(0.0, rod.catheterMm, procedure.catheter.radiusMm), kCatheter,
                                &truth.catheterWidthPx);
    truth.guidewire = paintLabel(truth, rod.part(rod.catheterMm, rod.wireMm, procedure.wire.radiusMm),
                                 kGuidewire, &truth.guidewireWidthPx);
    truth.catheterMm = rod.partMm(0.0, rod.catheterMm);
    truth.guidewireMm = rod.partMm(rod.catheterMm, rod.wireMm);
    const FloatPlane& light = m_chain->light();
    for (std::size_t i = 0; i < truth.labels.size(); ++i)
        if (light.values[i] <= kVisibleLight)
            truth.labels[i] = 0;
    truth.catheterTipInside = !truth.catheter.empty() && isVisible(light, truth.catheter.back());
    truth.guidewireTipInside = !truth.guidewire.empty() && isVisible(light, truth.guidewire.back());
    for (FurtherCatheter& further : truth.furtherCatheters)
        further.tipInside = !further.line.empty() && isVisible(light, further.line.back());
    truth.touchesWall = state.touchesWall;
    truth.action = state.action;
    return truth;
}

} // namespace fedefm
