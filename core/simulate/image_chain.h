// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/image/frame.h"
#include "core/simulate/random_stream.h"

#include <vector>

namespace fedefm {

enum class ApertureKind { Full, Round, Rectangle, Octagon };

/// A half-transparent filter with a straight, soft edge, set over bright parts of the picture.
struct WedgeFilter
{
    double angle = 0.0;     ///< of the edge's normal, which points into the filter
    double distance = 0.3;  ///< of the edge from the picture's middle, share of the width
    double softness = 0.03; ///< share of the width
    double transmission = 0.7;
};

/// Where light reaches the detector.
struct ApertureSettings
{
    ApertureKind kind = ApertureKind::Full;
    double left = 0.0; ///< blades, share of the picture's width
    double right = 0.0;
    double top = 0.0;
    double bottom = 0.0;
    double octagon = 0.72;  ///< |x| + |y| of its oblique sides, share of the width
    double softness = 0.01; ///< penumbra, share of the width
    double leak = 0.02;     ///< transmission of the blades
    std::vector<WedgeFilter> wedges;
    double vignette = 0.2;  ///< loss in the corners
    bool isBlanked = false; ///< outside is set to one grey value
    double blankGrey = 0.0; ///< share of full scale
};

/// From attenuation to stored values.
struct ImageChainSettings
{
    ApertureSettings aperture;
    double scatterShare = 0.2;      ///< of all radiation
    double scatterWidthShare = 0.1; ///< σ, of the picture's width
    double blurPx = 0.7;            ///< σ of focus and detector
    double noiseShare = 0.02;       ///< σ of the quantum noise at the median grey, relative to the signal
    double noiseGrainPx = 0.4;      ///< σ of the blur that correlates the noise
    double electronicShare = 0.003; ///< σ independent of the signal
    double lineShare = 0.0;         ///< σ of row-wise noise
    double response = 0.0;          ///< 0 logarithmic … 1 linear (Box–Cox exponent)
    double harmonise = 0.0;         ///< share of the large structures that the processing takes away
    double harmoniseWidthShare = 0.1;
    double edgeAmount = 0.0; ///< unsharp masking
    double edgeWidthPx = 3.0;
    double gamma = 1.0;      ///< of the grey values
    double greyMedian = 0.4; ///< of full scale
    double greySpread = 0.4; ///< distance of the 5th from the 95th percentile
    int bitsStored = 8;
};

/// Grey statistics of a scene before the display window.
struct GreyAnchor
{
    float attenuation = 0.0F; ///< median: subtracted before exponentiation
    float median = 0.0F;      ///< after processing
    float span = 1.0F;        ///< 5th to 95th percentile
    float dark = -1.0F;       ///< 2nd percentile
};

/// The image chain of one scene; immutable after construction, used by several threads at once.
class ImageChain
{
public:
    /// `coarseAttenuation` is the scene without instruments on any grid; the display window follows from it.
    ImageChain(const ImageChainSettings& settings, int sizePx, const FloatPlane& coarseAttenuation);

    /// Attenuation (natural logarithm, consumed) → stored frame. The same seed gives the same noise.
    FramePtr expose(FloatPlane attenuation, std::uint64_t noiseSeed) const;

    /// Primary intensity without scatter, blur and noise, 1 at the scene's median attenuation.
    FloatPlane primary(FloatPlane attenuation) const;

    /// Slope of the display at the median grey: share of full scale per unit of the processed signal, which
    /// for small changes is one unit of attenuation.
    double greyPerSignal() const;
    const FloatPlane& light() const
    {
        return m_light;
    } ///< 0…1, without vignette: inside the collimator it is 1
    const ImageChainSettings& settings() const { return m_settings; }

private:
    void addNoise(FloatPlane& intensity, std::uint64_t seed) const;
    void process(FloatPlane& signal, double scale) const;
    FramePtr quantised(const FloatPlane& signal) const;

    ImageChainSettings m_settings;
    int m_sizePx;
    FloatPlane m_light;
    FloatPlane m_vignetted;
    GreyAnchor m_anchor;
};

} // namespace fedefm
