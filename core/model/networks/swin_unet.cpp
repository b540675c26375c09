// SPDX-License-Identifier: GPL-3.0-or-later
// Swin-Unet (Cao et al. 2022). Everything is below "swin_unet."; the input's size is fixed by the
// construction.
#include "core/model/networks/swin_parts_private.h"

#include <array>

namespace fedefm {

namespace {

constexpr int kStages = 4;
constexpr int kPatch = 4; ///< the last expansion undoes exactly this
constexpr double kSwinUnetNormEps = 1e-5;

struct SwinUnetSettings
{
    int imageSize = 224;
    int inChannels = 3;
    int classes = 9;
    int width = 96;
    std::vector<int> depths{2, 2, 2, 2};
    std::vector<int> heads{3, 6, 12, 24};
    SwinStageSettings block; ///< window, ratios and rates; the rest is set per stage
    double dropPathRate = 0.2;
    bool absolutePositions = false;
    bool patchNorm = true;

    int side(int stage) const { return imageSize / kPatch >> stage; }
    int stageWidth(int stage) const { return width << stage; }
};

/// "patch_embed": proj and norm. B×side²×C.
class SwinPatches : public torch::nn::Module
{
public:
    explicit SwinPatches(const SwinUnetSettings& settings)
        : m_proj(register_module(
              "proj",
              torch::nn::Conv2d(
                  torch::nn::Conv2dOptions(settings.inChannels, settings.width, kPatch).stride(kPatch))))
    {
        if (settings.patchNorm)
            m_norm = register_module("norm", layerNorm(settings.width, kSwinUnetNormEps));
    }

    torch::Tensor forward(const torch::Tensor& x)
    {
        const auto tokens = m_proj(x).flatten(2).transpose(1, 2);
        return m_norm.is_empty() ? tokens : m_norm(tokens);
    }

private:
    torch::nn::Conv2d m_proj;
    LayerNorm m_norm{nullptr};
};

class SwinBody : public torch::nn::Module
{
public:
    explicit SwinBody(const SwinUnetSettings& settings)
        : m_settings(settings),
          m_patches(register_module("patch_embed", std::make_shared<SwinPatches>(settings))),
          m_drop(register_module("pos_drop", torch::nn::Dropout(settings.block.dropRate)))
    {
        const std::int64_t tokens = static_cast<std::int64_t>(settings.side(0)) * settings.side(0);
        if (settings.absolutePositions) {
            m_positions = register_parameter("absolute_pos_embed", torch::empty({1, tokens, settings.width}));
            truncatedNormal(m_positions, 0.02);
        }
        addEncoder();
        addDecoder();
        const int last = kStages - 1;
        m_norm = register_module("norm", layerNorm(settings.stageWidth(last), kSwinUnetNormEps));
        m_normUp = register_module("norm_up", layerNorm(settings.width, kSwinUnetNormEps));
        m_up = register_module(
            "up", std::make_shared<SwinExpanding>(settings.width, settings.width, settings.side(0), kPatch));
        m_output = register_module(
            "output",
            torch::nn::Conv2d(torch::nn::Conv2dOptions(settings.width, settings.classes, 1).bias(false)));
        initialiseLinearLayers(*this);
    }

    torch::Tensor forward(const torch::Tensor& input)
    {
        auto x = m_patches->forward(input);
        recordFeature("patch_embed", x);
        if (m_positions.defined())
            x = x + m_positions;
        x = m_drop(x);
        std::array<torch::Tensor, kStages> skips;
        for (std::size_t i = 0; i < kStages; ++i) {
            skips[i] = x;
            x = m_encoder[i]->forward(x, "layers." + std::to_string(i));
        }
        x = m_norm(x);
        recordFeature("norm", x);
        x = m_firstExpanding->forward(x);
        recordFeature("layers_up.0", x);
        for (std::size_t i = 1; i < kStages; ++i) {
            x = m_joins[i - 1](torch::cat({x, skips[kStages - 1 - i]}, -1));
            x = m_decoder[i - 1]->forward(x, "layers_up." + std::to_string(i));
        }
        x = m_normUp(x);
        recordFeature("norm_up", x);
        x = m_up->forward(x);
        recordFeature("up", x);
        return m_output(x.transpose(1, 2).reshape({x.size(0), -1, input.size(2), input.size(3)}));
    }

private:
    SwinStageSettings stage(int index) const
    {
        SwinStageSettings result = m_settings.block;
        const auto at = static_cast<std::size_t>(index);
        result.width = m_settings.stageWidth(index);
        result.side = m_settings.side(index);
        result.heads = m_settings.heads[at];
        int before = 0;
        int all = 0;
        for (int i = 0; i < kStages; ++i) {
            before += i < index ? m_settings.depths[static_cast<std::size_t>(i)] : 0;
            all += m_settings.depths[static_cast<std::size_t>(i)];
        }
        const auto rates = dropPathRates(m_settings.dropPathRate, all);
        result.dropPathRates.assign(rates.begin() + before, rates.begin() + before + m_settings.depths[at]);
        return result;
    }

    void addEncoder()
    {
        torch::nn::ModuleList layers;
        for (int i = 0; i < kStages; ++i) {
            m_encoder.push_back(std::make_shared<SwinStage>(stage(i)));
            if (i + 1 < kStages)
                m_encoder.back()->mergeAfterwards();
            layers->push_back(m_encoder.back());
        }
        register_module("layers", layers);
    }

    void addDecoder()
    {
        const int last = kStages - 1;
        torch::nn::ModuleList layers;
        torch::nn::ModuleList joins;
        m_firstExpanding = std::make_shared<SwinExpanding>(
            m_settings.stageWidth(last), m_settings.stageWidth(last) / 2, m_settings.side(last), 2);
        layers->push_back(m_firstExpanding);
        joins->push_back(torch::nn::Identity());
        for (int i = last - 1; i >= 0; --i) {
            m_joins.emplace_back(2 * m_settings.stageWidth(i), m_settings.stageWidth(i));
            joins->push_back(m_joins.back());
            m_decoder.push_back(std::make_shared<SwinStage>(stage(i)));
            if (i > 0)
                m_decoder.back()->expandAfterwards();
            layers->push_back(m_decoder.back());
        }
        register_module("layers_up", layers);
        register_module("concat_back_dim", joins);
    }

    SwinUnetSettings m_settings;
    std::shared_ptr<SwinPatches> m_patches;
    torch::nn::Dropout m_drop;
    torch::Tensor m_positions;
    std::vector<std::shared_ptr<SwinStage>> m_encoder;
    LayerNorm m_norm{nullptr};
    std::shared_ptr<SwinExpanding> m_firstExpanding;
    std::vector<torch::nn::Linear> m_joins;
    std::vector<std::shared_ptr<SwinStage>> m_decoder;
    LayerNorm m_normUp{nullptr};
    std::shared_ptr<SwinExpanding> m_up;
    torch::nn::Conv2d m_output{nullptr};
};

class SwinUnet final : public Network
{
public:
    explicit SwinUnet(const SwinUnetSettings& settings)
        : m_imageSize(settings.imageSize), m_inChannels(settings.inChannels),
          m_body(register_module("swin_unet", std::make_shared<SwinBody>(settings)))
    {
    }

    torch::Tensor forward(torch::Tensor input) override
    {
        TORCH_CHECK(input.size(2) == m_imageSize && input.size(3) == m_imageSize, "Swin-Unet was built for ",
                    m_imageSize, "x", m_imageSize, " pixels, not ", input.size(2), "x", input.size(3));
        return m_body->forward(withChannels(input, m_inChannels));
    }

private:
    int m_imageSize;
    int m_inChannels;
    std::shared_ptr<SwinBody> m_body;
};

Status check(const SwinUnetSettings& settings)
{
    const char* name = "swin_unet";
    if (settings.depths.size() != kStages || settings.heads.size() != kStages)
        return badHyperParameters(name, "depths and num_heads have four entries");
    if (settings.imageSize % (kPatch << (kStages - 1)) != 0)
        return badHyperParameters(name, "img_size is a multiple of 32");
    if (settings.dropPathRate < 0.0 || settings.dropPathRate >= 1.0)
        return badHyperParameters(name, "drop_path_rate lies outside 0…1");
    for (const double rate : {settings.block.dropRate, settings.block.attentionDropRate})
        if (rate < 0.0 || rate > 1.0)
            return badHyperParameters(name, "drop_rate and attn_drop_rate lie outside 0…1");
    if (settings.width * settings.block.mlpRatio < 1.0)
        return badHyperParameters(name, "mlp_ratio is too small");
    for (int i = 0; i < kStages; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (settings.depths[at] < 1 || settings.heads[at] < 1 ||
            settings.stageWidth(i) % settings.heads[at] != 0)
            return badHyperParameters(name, "depths are positive, the widths are multiples of num_heads");
        const int side = settings.side(i);
        if (side > settings.block.window && side % settings.block.window != 0)
            return badHyperParameters(name, "stage " + std::to_string(i) + " has " + std::to_string(side) +
                                                " tokens a side, which is no multiple of window_size");
    }
    return {};
}

Result<NetworkPtr> makeSwinUnet(const nlohmann::json& json)
{
    HyperParameters values(json);
    SwinUnetSettings settings;
    settings.imageSize = values.integer("img_size", settings.imageSize);
    values.integer("patch_size", kPatch, kPatch, kPatch);
    settings.inChannels = values.integer("in_chans", settings.inChannels);
    settings.classes = values.integer("num_classes", settings.classes);
    settings.width = values.integer("embed_dim", settings.width, 2, 1 << 16);
    settings.depths = values.integers("depths", settings.depths);
    settings.heads = values.integers("num_heads", settings.heads);
    settings.block.window = values.integer("window_size", settings.block.window);
    settings.block.mlpRatio = values.number("mlp_ratio", settings.block.mlpRatio);
    settings.block.qkvBias = values.flag("qkv_bias", settings.block.qkvBias);
    settings.block.qkScale = values.number("qk_scale", 0.0);
    settings.block.dropRate = values.number("drop_rate", 0.0);
    settings.block.attentionDropRate = values.number("attn_drop_rate", 0.0);
    settings.dropPathRate = values.number("drop_path_rate", settings.dropPathRate);
    settings.absolutePositions = values.flag("ape", false);
    settings.patchNorm = values.flag("patch_norm", true);
    const std::string upsample = values.text("final_upsample", "expand_first");
    for (const char* known : {"in_channels_given", "depths_decoder"})
        values.ignore(known);
    if (const Status status = values.finish("swin_unet"); !status)
        return tl::unexpected(status.error());
    if (upsample != "expand_first")
        return badHyperParameters("swin_unet", "final_upsample is \"expand_first\"");
    if (const Status status = check(settings); !status)
        return tl::unexpected(status.error());
    return std::make_shared<SwinUnet>(settings);
}

nlohmann::json officialSwinUnet(const std::string&)
{
    return {{"img_size", 224},
            {"patch_size", 4},
            {"in_chans", 3},
            {"num_classes", 9},
            {"embed_dim", 96},
            {"depths", {2, 2, 2, 2}},
            {"num_heads", {3, 6, 12, 24}},
            {"window_size", 7},
            {"mlp_ratio", 4.0},
            {"qkv_bias", true},
            {"drop_rate", 0.0},
            {"drop_path_rate", 0.2},
            {"ape", false},
            {"patch_norm", true},
            {"final_upsample", "expand_first"}};
}

} // namespace

const Architecture& swinUnetArchitecture()
{
    static const Architecture architecture{
        {"swin_unet", "Swin-Unet, segmentation at a fixed input size", {"default"}},
        officialSwinUnet,
        makeSwinUnet};
    return architecture;
}

} // namespace fedefm
