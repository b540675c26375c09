// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/transunet_encoder_private.h"

namespace fedefm {

TransunetEncoderSizes readEncoderSizes(HyperParameters& given, TransunetEncoderSizes defaults)
{
    TransunetEncoderSizes sizes = std::move(defaults);
    sizes.imageSize = given.integer("img_size", sizes.imageSize, 1, 8192);
    sizes.hidden = given.integer("hidden_size", sizes.hidden, 1, 16384);
    sizes.mlp = given.integer("mlp_dim", sizes.mlp, 1, 65536);
    sizes.heads = given.integer("num_heads", sizes.heads, 1, 1024);
    sizes.layers = given.integer("num_layers", sizes.layers, 0, 256);
    sizes.dropout = given.number("dropout_rate", sizes.dropout);
    sizes.attentionDropout = given.number("attention_dropout_rate", sizes.attentionDropout);
    sizes.patch = given.integer("patch_size", sizes.patch, 1, 512);
    sizes.hybrid = given.flag("hybrid", sizes.hybrid);
    sizes.units = given.integers("resnet_num_layers", sizes.units);
    sizes.width = static_cast<int>(64.0 * given.number("resnet_width_factor", sizes.width / 64.0));
    const std::vector<int> grid = given.integers("grid", {sizes.imageSize / 16, sizes.imageSize / 16});
    // Oblong and malformed grids are told by checkEncoderSizes().
    sizes.grid = grid.size() == 2 && grid[0] == grid[1] ? grid[0] : 0;
    return sizes;
}

Status checkEncoderSizes(const TransunetEncoderSizes& sizes, const std::string& architecture)
{
    const auto refuse = [&architecture](const char* why) {
        return fail(ErrorCode::InvalidArgument, architecture, why);
    };
    const auto isRate = [](double value) { return value >= 0.0 && value < 1.0; };
    if (sizes.hidden % sizes.heads != 0)
        return refuse("hidden_size is no multiple of num_heads");
    if (!isRate(sizes.dropout) || !isRate(sizes.attentionDropout))
        return refuse("dropout_rate and attention_dropout_rate must lie in [0, 1)");
    if (!sizes.hybrid)
        return sizes.imageSize < sizes.patch ? Status(refuse("img_size is smaller than patch_size"))
                                             : Status{};
    if (sizes.grid < 1 || sizes.imageSize / 16 / sizes.grid < 1)
        return refuse("grid must be two equal numbers from 1 to img_size / 16");
    if (sizes.units.size() != HybridResnet::kBlocks)
        return refuse("resnet_num_layers needs three entries");
    for (const int units : sizes.units)
        if (units < 1 || units > 256)
            return refuse("resnet_num_layers must be from 1 to 256");
    if (sizes.width < 32 || sizes.width % 32 != 0 || sizes.width > 4096)
        return refuse("resnet_width_factor must make 64 times itself a multiple of 32");
    return {};
}

nlohmann::json encoderSizesJson(const TransunetEncoderSizes& sizes)
{
    nlohmann::json values{{"img_size", sizes.imageSize},
                          {"hidden_size", sizes.hidden},
                          {"mlp_dim", sizes.mlp},
                          {"num_heads", sizes.heads},
                          {"num_layers", sizes.layers},
                          {"dropout_rate", sizes.dropout},
                          {"attention_dropout_rate", sizes.attentionDropout}};
    if (!sizes.hybrid)
        return values;
    values["grid"] = {sizes.imageSize / 16, sizes.imageSize / 16};
    values["resnet_num_layers"] = sizes.units;
    values["resnet_width_factor"] = sizes.width / 64.0;
    return values;
}

} // namespace fedefm
