// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/anatomy.h"

#include <string>
#include <vector>

namespace fedefm {

struct Range
{
    double low = 0.0;
    double high = 0.0;

    double draw(RandomStream& random) const { return random.range(low, high); }
    double drawLog(RandomStream& random) const { return random.logRange(low, high); }
};

enum class VesselRegion { Arch, Coronary, Cerebral, Abdomen };

/// The ranges that a scene of one source type is drawn from; docs/simulator.md explains each.
struct SourcePreset
{
    const char* name = "";
    const char* description = "";
    std::vector<AnatomyKind> anatomies; ///< one is drawn; repeats weigh
    VesselRegion region = VesselRegion::Arch;
    Range fieldMm{120, 260};         ///< width of the picture at the isocentre
    Range primaryDeg{-40, 50};       ///< LAO positive
    Range secondaryDeg{-30, 30};     ///< CRA positive
    Range vesselScale{0.9, 1.1};     ///< of the vessel tree, 1 a grown man
    Range anatomyStrength{0.6, 1.3}; ///< factor of all tissue contrast
    double clutter = 1.0;            ///< factor of the number of foreign objects
    Range deviceContrast{0.35, 1.6}; ///< factor of the instruments' attenuation (logarithmic)
    double visibleVessels = 0.0;     ///< share of scenes whose vessels show without contrast agent
    Range lumenPerMm{0.0, 0.0};      ///< attenuation of such vessels' content, 1/mm
    Range wallPerMm{0.0, 0.0};       ///< and of their wall, 1/mm
    double contrastAgent = 0.0;      ///< share of scenes with an injection
    Range iodinePerMm{0.02, 0.2};    ///< attenuation of undiluted agent, 1/mm (logarithmic)
    double passingCatheter = 0.1;    ///< share of scenes with a second catheter
    double passingBend = 1.0;        ///< factor of how far one that crosses the picture is bent
    double endingCatheter = 0.0;     ///< share of second catheters that are short enough to end in it
    double filledCatheter = 0.35;    ///< share of catheters with contrast agent inside
    Range catheterFilling{0.2, 1.0}; ///< attenuation of the full lumen, of a typical catheter's
    double backUpCatheter = 0.0; ///< share of guiding and second catheters shaped to hold against the aorta
    double balloon = 0.2;        ///< share of coronary wires with a balloon or stent on them
    Range breathingMm{0, 0};
    Range beatShare{0, 0}; ///< contraction of the heart, share of its radius
    Range fps{7.5, 30};
    Range noiseShare{0.004, 0.04}; ///< quantum noise at the median grey, relative (logarithmic)
    Range blurPx{0.45, 1.0};       ///< σ at 512 pixels
    Range scatterShare{0.05, 0.4};
    Range response{0.0, 1.0}; ///< 0 logarithmic … 1 linear
    Range harmonise{0.0, 0.7};
    Range edgeAmount{0.0, 0.9};
    Range greyMedian{0.2, 0.6};
    Range greySpread{0.2, 0.7};
    double roundAperture = 0.25; ///< shares of scenes; the rest is open or rectangular
    double octagonAperture = 0.1;
    double rectangleAperture = 0.4;
    double wedge = 0.35; ///< share of scenes with half-transparent filters
    double lag = 0.3;    ///< share of scenes with an after-image of moving instruments
    double tenBit = 0.3; ///< share of scenes stored with 10 bits, else 8
    bool isFine = false; ///< coronary or neurovascular instruments
};

const std::vector<SourcePreset>& sourcePresets();
/// nullptr for an unknown name.
const SourcePreset* findSourcePreset(const std::string& name);

} // namespace fedefm
