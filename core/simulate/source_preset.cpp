// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/source_preset.h"

namespace fedefm {

namespace {

SourcePreset human()
{
    SourcePreset p;
    p.name = "human";
    p.description = "patients: chest, abdomen; arch and coronary access";
    p.anatomies = {AnatomyKind::Thorax, AnatomyKind::Thorax, AnatomyKind::Thorax, AnatomyKind::Abdomen};
    p.region = VesselRegion::Coronary;
    p.fieldMm = {75, 300};
    p.contrastAgent = 0.45;
    p.breathingMm = {0, 14};
    p.beatShare = {0.03, 0.12};
    p.passingCatheter = 0.3;
    return p;
}

SourcePreset animal()
{
    SourcePreset p;
    p.name = "animal";
    p.description = "pigs: abdomen and chest, gas-filled bowel, smaller vessels";
    p.anatomies = {AnatomyKind::Abdomen, AnatomyKind::Abdomen, AnatomyKind::Thorax};
    p.region = VesselRegion::Abdomen;
    p.fieldMm = {100, 340};
    p.primaryDeg = {-20, 20};
    p.secondaryDeg = {-10, 10};
    p.vesselScale = {0.6, 0.9};
    p.contrastAgent = 0.15;
    p.breathingMm = {2, 14};
    p.harmonise = {0.2, 0.8};
    p.greyMedian = {0.3, 0.5};
    p.greySpread = {0.15, 0.5};
    return p;
}

SourcePreset phantom()
{
    SourcePreset p;
    p.name = "phantom";
    p.description = "silicone aorta in a mounting: walls, screws, plates; no motion but the instruments'";
    p.anatomies = {AnatomyKind::Box};
    p.region = VesselRegion::Arch;
    p.fieldMm = {65, 220};
    p.vesselScale = {0.85, 1.3};
    p.primaryDeg = {15, 75};
    p.secondaryDeg = {-15, 15};
    p.anatomyStrength = {0.3, 1.2};
    p.visibleVessels = 0.9;
    p.lumenPerMm = {0.002, 0.028};
    p.wallPerMm = {0.004, 0.04};
    p.passingCatheter = 0.03;
    p.noiseShare = {0.004, 0.035};
    p.harmonise = {0.0, 0.6};
    p.greyMedian = {0.25, 0.6};
    p.greySpread = {0.15, 0.55};
    p.roundAperture = 0.1;
    p.octagonAperture = 0.05;
    return p;
}

SourcePreset simulation()
{
    SourcePreset p;
    p.name = "simulation";
    p.description = "pictures of a training simulator: flat, even, hardly any noise";
    p.anatomies = {AnatomyKind::Clean};
    p.region = VesselRegion::Arch;
    p.fieldMm = {80, 300};
    p.primaryDeg = {-20, 80};
    p.visibleVessels = 0.8;
    p.lumenPerMm = {0.001, 0.02};
    p.wallPerMm = {0.0, 0.015};
    p.deviceContrast = {0.8, 3.0};
    p.clutter = 0.0;
    p.passingCatheter = 0.0;
    p.noiseShare = {0.0005, 0.006};
    p.blurPx = {0.2, 0.6};
    p.scatterShare = {0.0, 0.05};
    p.harmonise = {0.0, 0.0};
    p.edgeAmount = {0.0, 0.0};
    p.greyMedian = {0.45, 0.85};
    p.greySpread = {0.1, 0.4};
    p.roundAperture = 0.0;
    p.octagonAperture = 0.0;
    p.rectangleAperture = 0.05;
    p.wedge = 0.0;
    p.lag = 0.0;
    p.tenBit = 0.0;
    return p;
}

SourcePreset coronary()
{
    SourcePreset p = human();
    p.name = "coronary";
    p.description = "coronary intervention: small field, guide wires of 0.014 inch, balloons, contrast agent";
    p.anatomies = {AnatomyKind::Thorax};
    p.fieldMm = {70, 170};
    p.primaryDeg = {-45, 60};
    p.secondaryDeg = {-35, 35};
    p.contrastAgent = 0.65;
    p.iodinePerMm = {0.025, 0.25};
    p.isFine = true;
    return p;
}

SourcePreset intervention()
{
    SourcePreset p = coronary();
    p.name = "intervention";
    p.description = "coronary intervention with several catheters: filled, hooked, faint, balloons";
    p.vesselScale = {0.9, 1.5};
    p.deviceContrast = {0.25, 1.5};
    p.contrastAgent = 0.5;
    p.iodinePerMm = {0.04, 0.3};
    p.passingCatheter = 0.7;
    p.passingBend = 2.0;
    p.endingCatheter = 0.5;
    p.filledCatheter = 0.6;
    p.catheterFilling = {0.3, 1.3};
    p.backUpCatheter = 0.5;
    p.balloon = 0.5;
    p.roundAperture = 0.4;
    p.octagonAperture = 0.3;
    p.rectangleAperture = 0.2;
    return p;
}

SourcePreset neuro()
{
    SourcePreset p;
    p.name = "neuro";
    p.description = "cerebral arteries: skull, micro-catheters and micro-wires";
    p.anatomies = {AnatomyKind::Skull};
    p.region = VesselRegion::Cerebral;
    p.fieldMm = {90, 220};
    p.primaryDeg = {-100, 40};
    p.secondaryDeg = {-25, 25};
    p.contrastAgent = 0.5;
    p.iodinePerMm = {0.08, 0.4};
    p.passingCatheter = 0.05;
    p.roundAperture = 0.4;
    p.isFine = true;
    return p;
}

SourcePreset peripheral()
{
    SourcePreset p;
    p.name = "peripheral";
    p.description = "pelvis and legs: iliac and femoral arteries";
    p.anatomies = {AnatomyKind::Pelvis, AnatomyKind::Pelvis, AnatomyKind::Abdomen};
    p.region = VesselRegion::Abdomen;
    p.fieldMm = {150, 380};
    p.primaryDeg = {-30, 30};
    p.secondaryDeg = {-10, 10};
    p.contrastAgent = 0.4;
    p.breathingMm = {0, 3};
    return p;
}

} // namespace

const std::vector<SourcePreset>& sourcePresets()
{
    static const std::vector<SourcePreset> presets{human(),    animal(), phantom(),    simulation(),
                                                   coronary(), neuro(),  peripheral(), intervention()};
    return presets;
}

const SourcePreset* findSourcePreset(const std::string& name)
{
    for (const SourcePreset& preset : sourcePresets())
        if (name == preset.name)
            return &preset;
    return nullptr;
}

} // namespace fedefm
