// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/attention_private.h"
#include "core/model/networks/clip_parts_private.h"

#include <cmath>

namespace fedefm {

namespace {
constexpr double kClipNormEps = 1e-5;
}

/// torch.nn.MultiheadAttention's names.
struct ClipTransformer::Attention : public torch::nn::Module
{
    explicit Attention(int width)
        : inWeight(register_parameter("in_proj_weight", torch::empty({3 * width, width}))),
          inBias(register_parameter("in_proj_bias", torch::zeros({3 * width}))),
          out(register_module("out_proj", torch::nn::Linear(width, width)))
    {
        const torch::NoGradGuard noGradient;
        torch::nn::init::xavier_uniform_(inWeight);
        out->bias.zero_();
    }
    torch::Tensor inWeight;
    torch::Tensor inBias;
    torch::nn::Linear out;
};

struct ClipTransformer::Block : public torch::nn::Module
{
    Block(int width, Activation activation)
        : norm1(register_module("ln_1", layerNorm(width, kClipNormEps))),
          attention(register_module("attn", std::make_shared<Attention>(width))),
          norm2(register_module("ln_2", layerNorm(width, kClipNormEps))),
          mlp(register_module(
              "mlp", std::make_shared<TransformerMlp>(width, 4 * width, "c_fc", "c_proj", activation)))
    {
    }
    LayerNorm norm1;
    std::shared_ptr<Attention> attention;
    LayerNorm norm2;
    std::shared_ptr<TransformerMlp> mlp;
};

ClipTransformer::ClipTransformer(int width, int layers, int heads, Activation activation)
    : m_heads(heads), m_width(width)
{
    torch::nn::ModuleList blocks;
    for (int i = 0; i < layers; ++i) {
        m_blocks.push_back(std::make_shared<Block>(width, activation));
        blocks->push_back(m_blocks.back());
    }
    register_module("resblocks", blocks);
}

torch::Tensor ClipTransformer::forward(torch::Tensor x, const std::string& recordAs,
                                       const torch::Tensor& mask)
{
    // The official code runs tokens first, and its recorded results are so.
    const auto record = [&recordAs](const std::string& name, const torch::Tensor& value) {
        if (!recordAs.empty())
            recordFeature(recordAs + name + " (tokens,batch,width)", value.transpose(0, 1));
    };
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        Block& block = *m_blocks[i];
        const auto qkv = torch::linear(block.norm1(x), block.attention->inWeight, block.attention->inBias);
        x = x + block.attention->out(attendPacked(qkv, m_heads, mask));
        x = x + block.mlp->forward(block.norm2(x));
        record("resblocks." + std::to_string(i), x);
    }
    record("transformer", x);
    return x;
}

void ClipTransformer::initialiseAsTextTower()
{
    const torch::NoGradGuard noGradient;
    const double attention = 1.0 / std::sqrt(static_cast<double>(m_width));
    const double projection = attention / std::sqrt(2.0 * static_cast<double>(m_blocks.size()));
    const double hidden = 1.0 / std::sqrt(2.0 * m_width);
    for (const auto& block : m_blocks) {
        block->attention->inWeight.normal_(0.0, attention);
        block->attention->out->weight.normal_(0.0, projection);
        block->mlp->first->weight.normal_(0.0, hidden);
        block->mlp->second->weight.normal_(0.0, projection);
    }
}

ClipImageTower::ClipImageTower(const ClipSettings& settings)
    : m_prefix(settings.imageName.empty() ? "" : settings.imageName + "."),
      m_patches(register_module("conv1",
                                torch::nn::Conv2d(torch::nn::Conv2dOptions(3, settings.width, settings.patch)
                                                      .stride(settings.patch)
                                                      .bias(false)))),
      m_normBefore(register_module("ln_pre", layerNorm(settings.width, kClipNormEps))),
      m_transformer(register_module("transformer",
                                    std::make_shared<ClipTransformer>(settings.width, settings.layers,
                                                                      settings.heads, settings.activation))),
      m_normAfter(register_module("ln_post", layerNorm(settings.width, kClipNormEps)))
{
    const std::int64_t grid = settings.resolution / settings.patch;
    const double scale = 1.0 / std::sqrt(static_cast<double>(settings.width));
    m_classEmbedding = register_parameter("class_embedding", torch::randn({settings.width}) * scale);
    m_positions =
        register_parameter("positional_embedding", torch::randn({grid * grid + 1, settings.width}) * scale);
    m_projection = register_parameter("proj", torch::randn({settings.width, settings.embedding}) * scale);
}

torch::Tensor ClipImageTower::tokens(const torch::Tensor& input, std::int64_t& height, std::int64_t& width)
{
    const auto map = m_patches(withChannels(input, 3));
    recordFeature(m_prefix + "conv1", map);
    height = map.size(2);
    width = map.size(3);
    auto x = torch::cat(
        {m_classEmbedding.view({1, 1, -1}).expand({map.size(0), -1, -1}), map.flatten(2).transpose(1, 2)}, 1);
    x = m_normBefore(x + positionsForGrid(m_positions.unsqueeze(0), 1, height, width));
    recordFeature(m_prefix + "ln_pre", x);
    return m_transformer->forward(x, m_prefix);
}

torch::Tensor ClipImageTower::project(const torch::Tensor& allTokens)
{
    const auto x = m_normAfter(allTokens.select(1, 0));
    recordFeature(m_prefix + "ln_post", x);
    return torch::matmul(x, m_projection);
}

torch::Tensor ClipImageTower::forward(torch::Tensor input)
{
    std::int64_t height = 0;
    std::int64_t width = 0;
    return project(tokens(input, height, width));
}

std::pair<torch::Tensor, torch::Tensor> ClipImageTower::forwardWithFeatures(torch::Tensor input)
{
    std::int64_t height = 0;
    std::int64_t width = 0;
    const auto all = tokens(input, height, width);
    const auto map = m_normAfter(all.slice(1, 1)).transpose(1, 2).reshape({all.size(0), -1, height, width});
    return {project(all), map};
}

} // namespace fedefm
