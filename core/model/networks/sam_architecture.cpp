// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kLeastDecoderWidth = 8; ///< the up-scaling ends at width/8 channels

Status readDecoder(const nlohmann::json& json, SamDecoderSettings& decoder)
{
    if (const auto nested = json.find("decoder_transformer"); nested != json.end() && !nested->is_null()) {
        HyperParameters values(*nested);
        decoder.depth = values.integer("depth", decoder.depth);
        decoder.heads = values.integer("num_heads", decoder.heads);
        decoder.mlpHidden = values.integer("mlp_dim", decoder.mlpHidden);
        decoder.crossReduction = values.integer("attention_downsample_rate", decoder.crossReduction);
        if (const Status status = values.finish("sam"); !status)
            return status;
    }
    const int inner = decoder.width / decoder.crossReduction;
    if (decoder.width % kLeastDecoderWidth != 0 || decoder.width % decoder.crossReduction != 0 ||
        decoder.width % decoder.heads != 0 || inner % decoder.heads != 0)
        return badHyperParameters("sam",
                                  "prompt_embed_dim is a multiple of 8, of attention_downsample_rate and, "
                                  "divided by it, of decoder_transformer's num_heads");
    return {};
}

Status readPixelStatistics(const nlohmann::json& json, const char* name, std::array<double, 3>& target)
{
    const auto values = numberList(json, name, {target.begin(), target.end()});
    if (!values)
        return tl::unexpected(values.error());
    std::copy(values->begin(), values->end(), target.begin());
    return {};
}

Result<NetworkPtr> makeSam(const nlohmann::json& json)
{
    HyperParameters values(json);
    SamSettings settings;
    settings.encoder = readSamEncoderSettings(values, /*absolutePositionsByDefault=*/true);
    settings.decoder.width = values.integer("prompt_embed_dim", settings.encoder.outChannels);
    settings.maskChannels = values.integer("mask_in_chans", settings.maskChannels, 4);
    settings.decoder.maskCount = values.integer("num_multimask_outputs", settings.decoder.maskCount);
    settings.decoder.scoreDepth = values.integer("iou_head_depth", settings.decoder.scoreDepth);
    settings.decoder.scoreHidden = values.integer("iou_head_hidden_dim", settings.decoder.scoreHidden);
    for (const char* known : {"decoder_transformer", "pixel_mean", "pixel_std"})
        values.ignore(known);
    Status status = values.finish("sam");
    if (status)
        status = checkSamEncoderSettings(settings.encoder, "sam");
    if (status)
        status = readDecoder(json, settings.decoder);
    if (status)
        status = readPixelStatistics(json, "pixel_mean", settings.pixelMean);
    if (status)
        status = readPixelStatistics(json, "pixel_std", settings.pixelDeviation);
    if (!status)
        return tl::unexpected(status.error());
    if (settings.decoder.width != settings.encoder.outChannels)
        return badHyperParameters("sam", "prompt_embed_dim equals out_chans");
    if (std::count(settings.pixelDeviation.begin(), settings.pixelDeviation.end(), 0.0) > 0)
        return badHyperParameters("sam", "pixel_std is not zero");
    return std::make_shared<SamNetwork>(settings);
}

nlohmann::json officialSam(const std::string& variant)
{
    nlohmann::json values{{"img_size", 1024},
                          {"patch_size", 16},
                          {"in_chans", 3},
                          {"embed_dim", 768},
                          {"depth", 12},
                          {"num_heads", 12},
                          {"mlp_ratio", 4.0},
                          {"qkv_bias", true},
                          {"use_abs_pos", true},
                          {"use_rel_pos", true},
                          {"window_size", 14},
                          {"global_attn_indexes", {2, 5, 8, 11}},
                          {"out_chans", 256},
                          {"prompt_embed_dim", 256},
                          {"mask_in_chans", 16},
                          {"num_multimask_outputs", 3},
                          {"iou_head_depth", 3},
                          {"iou_head_hidden_dim", 256},
                          {"pixel_mean", {123.675, 116.28, 103.53}},
                          {"pixel_std", {58.395, 57.12, 57.375}}};
    values["decoder_transformer"] = {
        {"depth", 2}, {"num_heads", 8}, {"mlp_dim", 2048}, {"attention_downsample_rate", 2}};
    if (variant == "vit_l")
        values.update({{"embed_dim", 1024},
                       {"depth", 24},
                       {"num_heads", 16},
                       {"global_attn_indexes", {5, 11, 17, 23}}});
    if (variant == "vit_h")
        values.update({{"embed_dim", 1280},
                       {"depth", 32},
                       {"num_heads", 16},
                       {"global_attn_indexes", {7, 15, 23, 31}}});
    return values;
}

} // namespace

const Architecture& samArchitecture()
{
    static const Architecture architecture{
        {"sam",
         "Segment Anything: image encoder, prompt encoder and mask decoder",
         {"default", "vit_l", "vit_h"}},
        officialSam,
        makeSam};
    return architecture;
}

} // namespace fedefm
