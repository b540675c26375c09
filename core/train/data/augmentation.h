// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/picture_view.h"
#include "core/train/data/sample.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// Random changes of X-ray pictures; geometry acts on image, mask and curves alike. Every probability 0 and
/// every range 0 leaves a sample as it is.
struct AugmentationSettings
{
    double flipProbability = 0.5; ///< left–right, and by itself upside down with half of it
    double rotationDeg = 20.0;    ///< ± uniform
    double scaleRange = 0.25;     ///< factor exp(± uniform)
    double shearDeg = 5.0;
    double elasticPx = 0.0;              ///< largest displacement of a smooth random field
    double gammaRange = 0.35;            ///< exponent exp(± uniform)
    double contrastRange = 0.3;          ///< factor 1 ± uniform about the mean
    double brightnessRange = 0.15;       ///< offset ± uniform
    double noiseSigma = 0.03;            ///< largest standard deviation of added noise, uniform from 0
    double noiseCorrelationPx = 1.0;     ///< largest blur of that noise
    double blurSigmaPx = 1.0;            ///< largest blur, uniform from 0
    double invertProbability = 0.0;      ///< contrast inversion
    double collimatorProbability = 0.1;  ///< dark rectangular or round border; labels under it are cleared
    double cutOutProbability = 0.1;      ///< a grey rectangle up to a quarter of the side; labels stay
    int cropPx = 0;                      ///< random square crop, padded by edge values; 0: whole picture
    double cropOnLabelProbability = 0.5; ///< crop centred near a labelled pixel
};

/// Errors: InvalidArgument for unknown keys (detail names the nearest) and values outside their range.
Result<AugmentationSettings> parseAugmentation(const nlohmann::json& json);
nlohmann::json toJson(const AugmentationSettings& settings);

/// The same seed gives the same sample.
void augment(Sample& sample, const AugmentationSettings& settings, std::uint64_t seed);

/// How a picture becomes a network's input.
struct InputSettings
{
    int channels = 1;     ///< 1: grey or luminance; 3: colour, or grey three times
    int channelPick = -1; ///< ≥ 0: this colour channel as grey (green of fundus pictures is 1)
    int sizePx = 0;       ///< both sides are scaled to this (bilinear, labels nearest); 0: as it is
    int multiple = 32;    ///< sides are padded to a multiple of this (image edge, labels ignoreLabel)
    bool stretch = true;  ///< grey to 0…1 between the 0.5 and 99.5 percentile, as core/model/model_input.h
    std::vector<double> mean, deviation; ///< per channel, after the above; empty: none
    std::vector<PictureView> views; ///< predictions are means over them; not in training; empty: one look
};
inline constexpr std::uint8_t kIgnoreLabel = 255;
Result<InputSettings> parseInputSettings(const nlohmann::json& json);
nlohmann::json toJson(const InputSettings& settings);
void applyInput(Sample& sample, const InputSettings& settings);

} // namespace fedefm
