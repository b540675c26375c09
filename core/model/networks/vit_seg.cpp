// SPDX-License-Identifier: GPL-3.0-or-later
// A ViT with a four-stage convolution decoder (256, 128, 64, 16 channels), segmentation. The back-bone has
// timm's names, so that a timm checkpoint loads into it when its head may be absent.
#include "core/model/networks/vit_trunk_private.h"

namespace fedefm {

namespace {

/// Doubles the grid, then two 3×3 convolutions with batch norm and ReLU.
class DecoderStage : public torch::nn::Module
{
public:
    DecoderStage(int inChannels, int outChannels)
        : m_conv1(register_module("conv1", convolution(inChannels, outChannels))),
          m_norm1(register_module("norm1", torch::nn::BatchNorm2d(outChannels))),
          m_conv2(register_module("conv2", convolution(outChannels, outChannels))),
          m_norm2(register_module("norm2", torch::nn::BatchNorm2d(outChannels)))
    {
    }

    torch::Tensor forward(torch::Tensor x)
    {
        x = torch::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, /*align_corners=*/false);
        x = torch::relu(m_norm1(m_conv1(x)));
        return torch::relu(m_norm2(m_conv2(x)));
    }

private:
    static torch::nn::Conv2d convolution(int from, int to)
    {
        return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, 3).padding(1).bias(false));
    }
    torch::nn::Conv2d m_conv1;
    torch::nn::BatchNorm2d m_norm1;
    torch::nn::Conv2d m_conv2;
    torch::nn::BatchNorm2d m_norm2;
};

class VitSeg final : public VitTrunk
{
public:
    VitSeg(const VitSettings& settings, const std::vector<int>& channels, int classes) : VitTrunk(settings)
    {
        initialiseLinearLayers(*this);
        torch::nn::ModuleList stages;
        int width = settings.width;
        for (const int next : channels) {
            m_stages.push_back(std::make_shared<DecoderStage>(width, next));
            stages->push_back(m_stages.back());
            width = next;
        }
        register_module("decoder", stages);
        m_head = register_module("segmentation_head",
                                 torch::nn::Conv2d(torch::nn::Conv2dOptions(width, classes, 3).padding(1)));
    }

    torch::Tensor forward(torch::Tensor input) override
    {
        const auto height = input.size(2);
        const auto width = input.size(3);
        const auto patch = settings().patch;
        const auto bottom = (patch - height % patch) % patch;
        const auto right = (patch - width % patch) % patch;
        if (bottom > 0 || right > 0)
            input = torch::constant_pad_nd(input, {0, right, 0, bottom});
        auto x = tokenMap(tokens(input), input);
        for (const auto& stage : m_stages)
            x = stage->forward(x);
        x = m_head(x);
        if (x.size(2) != input.size(2) || x.size(3) != input.size(3))
            x = torch::upsample_bilinear2d(x, {input.size(2), input.size(3)}, /*align_corners=*/false);
        return x.slice(2, 0, height).slice(3, 0, width);
    }

private:
    std::vector<std::shared_ptr<DecoderStage>> m_stages;
    torch::nn::Conv2d m_head{nullptr};
};

Result<NetworkPtr> makeVitSeg(const nlohmann::json& json)
{
    HyperParameters values(json);
    const VitSettings settings = readVitSettings(values);
    const int classes = values.integer("num_classes", 3);
    const std::vector<int> channels = values.integers("decoder_channels", {256, 128, 64, 16});
    if (const Status status = values.finish("vit_seg"); !status)
        return tl::unexpected(status.error());
    if (const Status status = checkVitSettings(settings, "vit_seg"); !status)
        return tl::unexpected(status.error());
    for (const int count : channels)
        if (count < 1)
            return badHyperParameters("vit_seg", "decoder_channels are positive");
    return std::make_shared<VitSeg>(settings, channels, classes);
}

nlohmann::json officialVitSeg(const std::string&)
{
    return {{"img_size", 224},
            {"patch_size", 16},
            {"in_chans", 3},
            {"embed_dim", 768},
            {"depth", 12},
            {"num_heads", 12},
            {"mlp_ratio", 4.0},
            {"num_classes", 3},
            {"qkv_bias", true},
            {"class_token", true},
            {"decoder_channels", {256, 128, 64, 16}}};
}

} // namespace

const Architecture& vitSegArchitecture()
{
    static const Architecture architecture{
        {"vit_seg", "Vision transformer with a four-stage convolution decoder, segmentation", {"default"}},
        officialVitSeg,
        makeVitSeg};
    return architecture;
}

} // namespace fedefm
