// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strict_object.h"
#include "core/model/picture_view_json.h"
#include "core/train/data/augmentation.h"

namespace fedefm {

using nlohmann::json;

Result<AugmentationSettings> parseAugmentation(const json& document)
{
    AugmentationSettings s;
    StrictObject options(document, "augmentation");
    options.number("flip_probability", s.flipProbability, 0.0, 1.0);
    options.number("rotation_deg", s.rotationDeg, 0.0, 180.0);
    options.number("scale_range", s.scaleRange, 0.0, 1.5);
    options.number("shear_deg", s.shearDeg, 0.0, 45.0);
    options.number("elastic_px", s.elasticPx, 0.0, 64.0);
    options.number("gamma_range", s.gammaRange, 0.0, 2.0);
    options.number("contrast_range", s.contrastRange, 0.0, 1.0);
    options.number("brightness_range", s.brightnessRange, 0.0, 1.0);
    options.number("noise_sigma", s.noiseSigma, 0.0, 1.0);
    options.number("noise_correlation_px", s.noiseCorrelationPx, 0.0, 8.0);
    options.number("blur_sigma_px", s.blurSigmaPx, 0.0, 8.0);
    options.number("invert_probability", s.invertProbability, 0.0, 1.0);
    options.number("collimator_probability", s.collimatorProbability, 0.0, 1.0);
    options.number("cut_out_probability", s.cutOutProbability, 0.0, 1.0);
    options.integer("crop_px", s.cropPx, 0, 8192);
    options.number("crop_on_label_probability", s.cropOnLabelProbability, 0.0, 1.0);
    return options.finish().map([&] { return s; });
}

json toJson(const AugmentationSettings& s)
{
    return {{"flip_probability", s.flipProbability},
            {"rotation_deg", s.rotationDeg},
            {"scale_range", s.scaleRange},
            {"shear_deg", s.shearDeg},
            {"elastic_px", s.elasticPx},
            {"gamma_range", s.gammaRange},
            {"contrast_range", s.contrastRange},
            {"brightness_range", s.brightnessRange},
            {"noise_sigma", s.noiseSigma},
            {"noise_correlation_px", s.noiseCorrelationPx},
            {"blur_sigma_px", s.blurSigmaPx},
            {"invert_probability", s.invertProbability},
            {"collimator_probability", s.collimatorProbability},
            {"cut_out_probability", s.cutOutProbability},
            {"crop_px", s.cropPx},
            {"crop_on_label_probability", s.cropOnLabelProbability}};
}

Result<InputSettings> parseInputSettings(const json& document)
{
    InputSettings s;
    StrictObject options(document, "input");
    options.integer("channels", s.channels, 1, 3);
    options.integer("channel_pick", s.channelPick, -1, 2);
    options.integer("size_px", s.sizePx, 0, 8192);
    options.integer("multiple", s.multiple, 1, 1024);
    options.flag("stretch", s.stretch);
    if (const json views = options.value("views"); !views.is_null()) {
        if (const auto parsed = parsePictureViews(views))
            s.views = *parsed;
        else
            options.refuse("views",
                           "a list of at most 16 like {\"scale\": 0.75, \"mirror\": \"x\"} is needed, "
                           "scales 0.25 to 4, mirror x, y or xy");
    }
    options.numbers("mean", s.mean);
    options.numbers("deviation", s.deviation);
    const auto channels = static_cast<std::size_t>(s.channels);
    if (s.channels == 2)
        options.refuse("channels", "1 or 3 is needed");
    if (!s.mean.empty() && s.mean.size() != channels)
        options.refuse("mean", "one number per channel is needed");
    if (!s.deviation.empty() && s.deviation.size() != channels)
        options.refuse("deviation", "one number per channel is needed");
    for (const double deviation : s.deviation)
        if (!(deviation > 0.0))
            options.refuse("deviation", "numbers above 0 are needed");
    return options.finish().map([&] { return s; });
}

json toJson(const InputSettings& s)
{
    return {{"channels", s.channels},   {"channel_pick", s.channelPick}, {"size_px", s.sizePx},
            {"multiple", s.multiple},   {"stretch", s.stretch},          {"mean", s.mean},
            {"deviation", s.deviation}, {"views", toJson(s.views)}};
}

} // namespace fedefm
