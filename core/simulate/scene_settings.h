// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/c_arm_view.h"
#include "core/simulate/image_chain.h"
#include "core/simulate/procedure.h"
#include "core/simulate/source_preset.h"

namespace fedefm {

struct MotionSettings
{
    double fps = 15.0;
    double breathingMm = 0.0;
    double breathsPerSecond = 0.25;
    double breathPhase = 0.0;
    double beatShare = 0.0;
    double beatsPerSecond = 1.2;
    double beatPhase = 0.0;
};

struct ContrastSettings
{
    bool isOn = false;
    int group = 0;             ///< VesselBranch::group that the injection reaches
    double startSeconds = 0.0; ///< relative to the first frame; may be before it
    double lengthSeconds = 2.0;
    double speedMmPerSecond = 250.0;
    double attenuationPerMm = 0.1;
    double edgeBlurPx = 0.0; ///< σ; filled vessels move more than instruments and mix at their walls
};

struct StaticVesselSettings
{
    bool isOn = false;
    double lumenPerMm = 0.0;
    double wallPerMm = 0.0;
    double wallMm = 1.5;
};

/// One scene, drawn from a source type's ranges.
struct SceneSettings
{
    AnatomyKind anatomy = AnatomyKind::Thorax;
    double anatomyStrength = 1.0;
    double clutter = 1.0;
    VesselTree tree;
    CArmView view;
    ProcedureSettings procedure;
    bool hasPassingCatheter = false;
    DeviceDesign passingCatheter;
    double passingBend = 1.0;
    bool passingEnds = false; ///< in the picture
    MotionSettings motion;
    ContrastSettings contrast;
    StaticVesselSettings staticVessels;
    ImageChainSettings chain;
    double lagShare = 0.0;
};

/// Instruments that drown in noise or lie below the grey steps teach nothing: they get a least contrast.
/// `greyPerAttenuation` is the display's slope, share of full scale per unit of attenuation.
void keepVisible(SceneSettings& scene, double greyPerAttenuation);

/// Image chain and aperture are drawn from `machine`, everything else from `random`.
SceneSettings drawScene(const SourcePreset& preset, int sizePx, int frames, const RandomStream& random,
                        const RandomStream& machine);

} // namespace fedefm
