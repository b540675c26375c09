// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/attention_private.h"
#include "core/model/networks/vit_trunk_private.h"

namespace fedefm {

namespace {
constexpr double kVitNormEps = 1e-6;
}

VitSettings readVitSettings(HyperParameters& values)
{
    VitSettings settings;
    settings.imageSize = values.integer("img_size", settings.imageSize);
    settings.patch = values.integer("patch_size", settings.patch);
    settings.inChannels = values.integer("in_chans", settings.inChannels);
    settings.width = values.integer("embed_dim", settings.width);
    settings.depth = values.integer("depth", settings.depth);
    settings.heads = values.integer("num_heads", settings.heads);
    const double ratio = values.number("mlp_ratio", 4.0);
    settings.mlpHidden = values.integer("mlp_dim", static_cast<int>(settings.width * ratio));
    settings.qkvBias = values.flag("qkv_bias", true);
    settings.classToken = values.flag("class_token", true);
    settings.dropPathRate = values.number("drop_path_rate", 0.0);
    return settings;
}

Status checkVitSettings(const VitSettings& settings, const std::string& architecture)
{
    if (settings.width % settings.heads != 0)
        return badHyperParameters(architecture, "embed_dim is no multiple of num_heads");
    if (settings.imageSize < settings.patch)
        return badHyperParameters(architecture, "img_size is smaller than patch_size");
    if (settings.mlpHidden < 1)
        return badHyperParameters(architecture, "mlp_ratio is too small");
    if (settings.dropPathRate < 0.0 || settings.dropPathRate >= 1.0)
        return badHyperParameters(architecture, "drop_path_rate lies outside 0…1");
    return {};
}

struct VitBlock::Attention : public torch::nn::Module
{
    Attention(int width, bool bias)
        : qkv(torch::nn::LinearOptions(width, 3 * width).bias(bias)), proj(width, width)
    {
        register_module("qkv", qkv);
        register_module("proj", proj);
    }
    torch::nn::Linear qkv;
    torch::nn::Linear proj;
};

VitBlock::VitBlock(const VitSettings& settings, double dropPathRate)
    : m_heads(settings.heads), m_dropPathRate(dropPathRate),
      m_norm1(register_module("norm1", layerNorm(settings.width, kVitNormEps))),
      m_norm2(register_module("norm2", layerNorm(settings.width, kVitNormEps))),
      m_attention(register_module("attn", std::make_shared<Attention>(settings.width, settings.qkvBias))),
      m_mlp(register_module("mlp", std::make_shared<TransformerMlp>(settings.width, settings.mlpHidden, "fc1",
                                                                    "fc2", Activation::Gelu)))
{
}

torch::Tensor VitBlock::forward(torch::Tensor x)
{
    const auto mixed = m_attention->proj(attendPacked(m_attention->qkv(m_norm1(x)), m_heads));
    x = x + dropPath(mixed, m_dropPathRate, is_training());
    return x + dropPath(m_mlp->forward(m_norm2(x)), m_dropPathRate, is_training());
}

VitTrunk::VitTrunk(const VitSettings& settings) : m_settings(settings)
{
    const std::int64_t grid = settings.grid();
    if (settings.classToken)
        m_classToken =
            register_parameter("cls_token", torch::empty({1, 1, settings.width}).normal_(0.0, 1e-6));
    m_positions =
        register_parameter("pos_embed", torch::empty({1, grid * grid + extraTokens(), settings.width}));
    truncatedNormal(m_positions, 0.02);
    m_patches = register_module("patch_embed", std::make_shared<PatchProjection>(
                                                   settings.inChannels, settings.width, settings.patch));
    const auto rates = dropPathRates(settings.dropPathRate, settings.depth);
    torch::nn::ModuleList blocks;
    for (const double rate : rates) {
        m_blocks.push_back(std::make_shared<VitBlock>(settings, rate));
        blocks->push_back(m_blocks.back());
    }
    register_module("blocks", blocks);
    if (settings.finalNorm)
        m_norm = register_module("norm", layerNorm(settings.width, kVitNormEps));
}

torch::Tensor VitTrunk::tokens(const torch::Tensor& input)
{
    const auto map = m_patches->forward(withChannels(input, m_settings.inChannels));
    recordFeature("patch_embed", map.flatten(2).transpose(1, 2));
    auto x = map.flatten(2).transpose(1, 2);
    if (m_classToken.defined())
        x = torch::cat({m_classToken.expand({x.size(0), -1, -1}), x}, 1);
    x = x + positionsForGrid(m_positions, extraTokens(), map.size(2), map.size(3));
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        x = m_blocks[i]->forward(x);
        recordFeature("blocks." + std::to_string(i), x);
    }
    if (!m_norm.is_empty())
        x = m_norm(x);
    recordFeature("norm", x);
    return x;
}

torch::Tensor VitTrunk::tokenMap(const torch::Tensor& tokens, const torch::Tensor& input) const
{
    return tokens.slice(1, extraTokens())
        .transpose(1, 2)
        .reshape({input.size(0), m_settings.width, input.size(2) / m_settings.patch,
                  input.size(3) / m_settings.patch});
}

} // namespace fedefm
