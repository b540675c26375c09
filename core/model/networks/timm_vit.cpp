// SPDX-License-Identifier: GPL-3.0-or-later
// timm's VisionTransformer with its classification head (Dosovitskiy et al. 2021).
#include "core/model/networks/vit_trunk_private.h"

namespace fedefm {

namespace {

struct TimmVitSettings
{
    VitSettings trunk;
    int classes = 1000;
    bool averagePool = false;
};

class TimmVit final : public VitTrunk
{
public:
    explicit TimmVit(const TimmVitSettings& settings)
        : VitTrunk(settings.trunk), m_averagePool(settings.averagePool)
    {
        const int width = settings.trunk.width;
        if (m_averagePool)
            m_poolNorm = register_module("fc_norm", layerNorm(width, 1e-6));
        if (settings.classes > 0)
            m_head = register_module("head", torch::nn::Linear(width, settings.classes));
        initialiseLinearLayers(*this);
    }

    torch::Tensor forward(torch::Tensor input) override { return classify(tokens(input)); }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const auto all = tokens(input);
        return {classify(all), tokenMap(all, input)};
    }

private:
    torch::Tensor classify(const torch::Tensor& all)
    {
        auto pooled = m_averagePool ? m_poolNorm(all.slice(1, extraTokens()).mean(1)) : all.select(1, 0);
        return m_head.is_empty() ? pooled : m_head(pooled);
    }

    bool m_averagePool;
    LayerNorm m_poolNorm{nullptr};
    torch::nn::Linear m_head{nullptr};
};

Result<NetworkPtr> makeTimmVit(const nlohmann::json& json)
{
    HyperParameters values(json);
    TimmVitSettings settings;
    settings.trunk = readVitSettings(values);
    settings.classes = values.integer("num_classes", settings.classes, 0);
    const std::string pool = values.text("global_pool", "token");
    if (const Status status = values.finish("timm_vit"); !status)
        return tl::unexpected(status.error());
    if (const Status status = checkVitSettings(settings.trunk, "timm_vit"); !status)
        return tl::unexpected(status.error());
    if (pool != "token" && pool != "avg")
        return badHyperParameters("timm_vit", "global_pool is \"token\" or \"avg\"");
    settings.averagePool = pool == "avg";
    settings.trunk.finalNorm = !settings.averagePool;
    if (!settings.averagePool && !settings.trunk.classToken)
        return badHyperParameters("timm_vit", "global_pool \"token\" needs class_token");
    return std::make_shared<TimmVit>(settings);
}

nlohmann::json officialTimmVit(const std::string&)
{
    return {{"img_size", 224},  {"patch_size", 16},    {"in_chans", 3},         {"embed_dim", 768},
            {"depth", 12},      {"num_heads", 12},     {"mlp_ratio", 4.0},      {"num_classes", 1000},
            {"qkv_bias", true}, {"class_token", true}, {"global_pool", "token"}};
}

} // namespace

const Architecture& timmVitArchitecture()
{
    static const Architecture architecture{
        {"timm_vit", "Vision transformer with timm's names, classification", {"default"}},
        officialTimmVit,
        makeTimmVit};
    return architecture;
}

} // namespace fedefm
