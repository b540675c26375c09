// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/scene_settings.h"

namespace fedefm {

namespace {

/// Draws for one purpose come from one stream, so that a change to one part leaves the others as they are.
enum Purpose : std::uint64_t {
    kVessels = 1,
    kView,
    kDevices,
    kProcedure,
    kMotion,
    kContrast,
    kChain,
    kAperture
};

VesselTree drawTree(const SourcePreset& preset, RandomStream random)
{
    const double scale = preset.vesselScale.draw(random);
    const int archType = 1 + random.index(3);
    switch (preset.region) {
    case VesselRegion::Arch:
        return aorticTree(random.branch(1), archType, false, scale);
    case VesselRegion::Coronary: {
        VesselTree tree = aorticTree(random.branch(1), archType, true, scale);
        narrowInPlaces(tree, random.branch(2));
        return tree;
    }
    case VesselRegion::Cerebral:
        return cerebralTree(random.branch(1));
    case VesselRegion::Abdomen:
        break;
    }
    return abdominalTree(random.branch(1), scale);
}

CArmView drawView(const SourcePreset& preset, int sizePx, RandomStream random)
{
    CArmView view;
    view.sizePx = sizePx;
    view.primaryDeg = std::round(preset.primaryDeg.draw(random));
    view.secondaryDeg = std::round(preset.secondaryDeg.draw(random));
    view.sourceToDetectorMm = random.range(950.0, 1200.0);
    view.sourceToIsocentreMm = random.range(700.0, 810.0);
    const double fieldMm = preset.fieldMm.drawLog(random);
    view.pixelMm = fieldMm * view.sourceToDetectorMm / view.sourceToIsocentreMm / sizePx;
    return view;
}

void drawDevices(const SourcePreset& preset, SceneSettings& scene, RandomStream random)
{
    const double contrast = preset.deviceContrast.drawLog(random);
    CatheterKind catheter = random.chance(0.35) ? CatheterKind::Guiding : CatheterKind::Diagnostic;
    WireKind wire = random.chance(0.5) ? WireKind::Standard : WireKind::Hydrophilic;
    if (preset.isFine) {
        const bool isNeuro = preset.region == VesselRegion::Cerebral;
        catheter = isNeuro && random.chance(0.5)                    ? CatheterKind::Micro
                   : random.branch(1).chance(preset.backUpCatheter) ? CatheterKind::BackUp
                                                                    : CatheterKind::Guiding;
        wire = isNeuro ? WireKind::Micro : WireKind::Coronary;
    }
    const DeviceLoad load{preset.filledCatheter, preset.catheterFilling.low, preset.catheterFilling.high,
                          preset.balloon};
    scene.procedure.catheter = designCatheter(catheter, contrast, load, random);
    scene.procedure.wire = designWire(wire, contrast * random.logRange(0.2, 1.3), load, random);
    // Thin wires are made of denser metal, or nobody would see them.
    if (preset.isFine)
        scene.procedure.wire.attenuation *= 1.5;
    scene.hasPassingCatheter = random.chance(preset.passingCatheter);
    RandomStream more = random.branch(2);
    const bool isBackUp = more.chance(preset.backUpCatheter);
    scene.passingCatheter = designCatheter(isBackUp ? CatheterKind::BackUp : CatheterKind::Diagnostic,
                                           contrast * random.logRange(0.5, 1.5), load, random);
    scene.passingBend = preset.passingBend;
    scene.passingEnds = more.chance(preset.endingCatheter);
}

/// The lumen goes on straight: a rod that straightens reaches further than the centre-line is long.
VesselCurve extended(VesselCurve curve)
{
    constexpr int kMorePoints = 40;
    const Point3 step = curve.back().position - curve[curve.size() - 2].position;
    for (int i = 0; i < kMorePoints; ++i)
        curve.push_back({curve.back().position + step, curve.back().radiusMm});
    return curve;
}

/// How far catheter and wire have come along their way.
void drawDepths(const SourcePreset& preset, ProcedureSettings& procedure, double branchMm, double fieldMm,
                RandomStream& random)
{
    const double total = procedure.reachMm;
    const double beyond = total - branchMm;
    const bool isEngaged = random.chance(preset.isFine ? 0.85 : 0.45);
    procedure.catheterTipMm =
        isEngaged
            ? branchMm + random.range(-0.05, preset.region == VesselRegion::Coronary ? 0.05 : 0.4) * beyond
            : total * random.range(0.45, 0.95);
    procedure.catheterTipMm = std::clamp(procedure.catheterTipMm, 60.0, total - 10.0);
    const double longest = std::min(0.9 * fieldMm, total - procedure.catheterTipMm);
    procedure.wireBeyondMm =
        random.chance(0.1) ? -random.range(0.0, 60.0) : std::max(8.0, longest * random.range(0.2, 1.0));
    procedure.speedMmPerFrame = random.range(0.5, 0.02 * fieldMm);
}

/// Where instruments and picture are along a route through the tree.
void drawProcedure(const SourcePreset& preset, SceneSettings& scene, int frames, RandomStream random)
{
    ProcedureSettings& procedure = scene.procedure;
    // The first routes end in the great vessels; fine instruments go beyond.
    const auto count = static_cast<int>(scene.tree.routes.size());
    const int first =
        preset.region == VesselRegion::Coronary && (preset.isFine || random.chance(0.5)) ? 4 : 0;
    const VesselRoute& route =
        scene.tree.routes[static_cast<std::size_t>(first + random.index(count - first))];
    const double fieldMm = scene.view.fieldMm();
    procedure.lumen = extended(route.curve);
    procedure.reachMm = lengthMm(route.curve);
    procedure.frames = frames;
    drawDepths(preset, procedure, route.branchMm, fieldMm, random);
    // The picture's centre lies beside a point of the instruments' way, mostly near the catheter's tip.
    const double wireTip = procedure.catheterTipMm + procedure.wireBeyondMm;
    const double focus =
        std::min(procedure.catheterTipMm + std::max(-30.0, procedure.wireBeyondMm) * random.range(-0.2, 1.1) -
                     fieldMm * random.range(-0.05, 0.3),
                 std::max(procedure.catheterTipMm, wireTip) - 0.12 * fieldMm);
    const auto at =
        static_cast<std::size_t>(std::clamp(focus, 0.0, procedure.reachMm - kVesselStepMm) / kVesselStepMm);
    const CArmView::Axes axes = scene.view.axes();
    scene.view.centre = procedure.lumen[at].position + axes.right * (fieldMm * random.range(-0.25, 0.25)) +
                        axes.down * (fieldMm * random.range(-0.25, 0.25));
    procedure.startMm = std::clamp(focus - 2.4 * fieldMm, 0.0, procedure.catheterTipMm - 30.0);
    procedure.nodeSpacingMm = std::clamp(fieldMm / 130.0, 0.9, 2.5);
    procedure.push = random.range(0.0, 0.045);
}

MotionSettings drawMotion(const SourcePreset& preset, RandomStream random)
{
    MotionSettings motion;
    const double rates[] = {7.5, 10.0, 12.5, 15.0, 25.0, 30.0};
    motion.fps = std::clamp(rates[random.index(6)], preset.fps.low, preset.fps.high);
    motion.breathingMm = preset.breathingMm.draw(random);
    motion.breathsPerSecond = random.range(0.15, 0.35);
    motion.breathPhase = random.range(0.0, 6.28);
    motion.beatShare = preset.beatShare.draw(random);
    motion.beatsPerSecond = random.range(0.8, 1.8);
    motion.beatPhase = random.range(0.0, 6.28);
    return motion;
}

void drawContrast(const SourcePreset& preset, SceneSettings& scene, RandomStream random)
{
    ContrastSettings& contrast = scene.contrast;
    contrast.isOn = random.chance(preset.contrastAgent);
    contrast.group = preset.region == VesselRegion::Coronary && random.chance(0.85) ? 1 + random.index(2) : 0;
    contrast.startSeconds = random.range(-2.5, 0.3);
    contrast.lengthSeconds = random.range(1.0, 4.0);
    contrast.speedMmPerSecond = random.range(120.0, 400.0);
    // Great vessels dilute the agent.
    contrast.attenuationPerMm = preset.iodinePerMm.drawLog(random) *
                                (contrast.group == 0 && preset.region != VesselRegion::Cerebral ? 0.12 : 1.0);
    contrast.edgeBlurPx = random.branch(1).range(0.0, 1.3) * scene.view.sizePx / 512.0;
    scene.staticVessels.isOn = random.chance(preset.visibleVessels);
    scene.staticVessels.lumenPerMm = preset.lumenPerMm.draw(random);
    scene.staticVessels.wallPerMm = preset.wallPerMm.draw(random);
    scene.staticVessels.wallMm = random.range(0.8, 2.5);
    scene.lagShare = random.chance(preset.lag) ? random.range(0.1, 0.45) : 0.0;
}

std::vector<WedgeFilter> drawWedges(const SourcePreset& preset, RandomStream random)
{
    std::vector<WedgeFilter> wedges;
    if (!random.chance(preset.wedge))
        return wedges;
    for (int i = 1 + random.index(3); i > 0; --i)
        wedges.push_back({random.range(0.0, 6.28), random.range(0.2, 0.47), random.logRange(0.004, 0.06),
                          random.range(0.55, 0.9)});
    return wedges;
}

ApertureSettings drawAperture(const SourcePreset& preset, RandomStream random)
{
    ApertureSettings aperture;
    const double u = random.uniform();
    if (u < preset.roundAperture)
        aperture.kind = ApertureKind::Round;
    else if (u < preset.roundAperture + preset.octagonAperture)
        aperture.kind = ApertureKind::Octagon;
    else if (u < preset.roundAperture + preset.octagonAperture + preset.rectangleAperture)
        aperture.kind = ApertureKind::Rectangle;
    if (aperture.kind == ApertureKind::Rectangle ||
        (aperture.kind != ApertureKind::Full && random.chance(0.5)))
        for (double* blade : {&aperture.left, &aperture.right, &aperture.top, &aperture.bottom})
            if (random.chance(0.6))
                *blade = random.range(0.005, random.chance(0.2) ? 0.22 : 0.08);
    aperture.octagon = random.range(0.66, 0.88);
    aperture.softness = random.logRange(0.002, 0.02);
    aperture.leak = random.logRange(0.01, 0.3);
    aperture.vignette = random.range(0.0, 0.45);
    aperture.wedges = drawWedges(preset, random.branch(1));
    aperture.isBlanked = aperture.kind == ApertureKind::Round ? random.chance(0.8) : random.chance(0.3);
    aperture.blankGrey = random.chance(0.85) ? random.range(0.0, 0.08) : random.range(0.0, 0.5);
    return aperture;
}

ImageChainSettings drawChain(const SourcePreset& preset, int sizePx, RandomStream random)
{
    ImageChainSettings chain;
    chain.scatterShare = preset.scatterShare.draw(random);
    chain.scatterWidthShare = random.range(0.05, 0.15);
    // Small pictures are large ones made smaller: their blur is less in pixels, but not in proportion.
    chain.blurPx = preset.blurPx.draw(random) * (0.6 + 0.4 * std::min(1.5, sizePx / 512.0));
    chain.noiseShare = preset.noiseShare.drawLog(random);
    chain.noiseGrainPx = random.range(0.0, 1.2);
    chain.electronicShare = 0.3 * chain.noiseShare * random.uniform();
    chain.lineShare = random.chance(0.15) ? 0.3 * chain.noiseShare * random.uniform() : 0.0;
    const bool hasLogarithm = random.chance(0.6);
    chain.response = hasLogarithm ? preset.response.low : preset.response.draw(random);
    chain.harmonise = random.chance(0.6) ? preset.harmonise.draw(random) : preset.harmonise.low;
    chain.harmoniseWidthShare = random.range(0.04, 0.2);
    chain.edgeAmount = random.chance(0.55) ? preset.edgeAmount.draw(random) : preset.edgeAmount.low;
    chain.edgeWidthPx = random.range(1.2, 6.0) * std::max(0.4, sizePx / 512.0);
    chain.gamma = random.logRange(0.7, 1.4);
    chain.greyMedian = preset.greyMedian.draw(random);
    chain.greySpread = preset.greySpread.draw(random);
    chain.bitsStored = random.chance(preset.tenBit) ? 10 : 8;
    return chain;
}

} // namespace

SceneSettings drawScene(const SourcePreset& preset, int sizePx, int frames, const RandomStream& random,
                        const RandomStream& machine)
{
    SceneSettings scene;
    RandomStream first = random.branch(100);
    scene.anatomy =
        preset.anatomies[static_cast<std::size_t>(first.index(static_cast<int>(preset.anatomies.size())))];
    scene.anatomyStrength = preset.anatomyStrength.draw(first);
    scene.clutter = preset.clutter;
    scene.tree = drawTree(preset, random.branch(kVessels));
    scene.view = drawView(preset, sizePx, random.branch(kView));
    drawDevices(preset, scene, random.branch(kDevices));
    drawProcedure(preset, scene, frames, random.branch(kProcedure));
    scene.motion = drawMotion(preset, random.branch(kMotion));
    drawContrast(preset, scene, random.branch(kContrast));
    scene.chain = drawChain(preset, sizePx, machine.branch(kChain));
    scene.chain.aperture = drawAperture(preset, machine.branch(kAperture));
    return scene;
}

void keepVisible(SceneSettings& scene, double greyPerAttenuation)
{
    constexpr double kLeastGrey = 0.025; // about six of 256
    const double pxPerMm = scene.view.isocentrePxPerMm();
    const double least = std::max({3.0 * scene.chain.noiseShare, 0.07 * scene.anatomyStrength,
                                   kLeastGrey / std::max(greyPerAttenuation, 1e-3)});
    for (DeviceDesign* device : {&scene.procedure.catheter, &scene.procedure.wire, &scene.passingCatheter}) {
        const double diameterPx = 2.0 * device->radiusMm * pxPerMm;
        const double spread = 2.355 * scene.chain.blurPx;
        const double wall = 1.0 - device->lumenShare * device->lumenShare;
        const double tip = std::min(1.0, device->tipAttenuation);
        const double shown = device->attenuation * tip * wall * diameterPx / std::hypot(diameterPx, spread);
        const double perShown = (1.0 - scene.chain.scatterShare) * shown;
        if (perShown < least)
            device->attenuation *= least / perShown;
    }
}

} // namespace fedefm
