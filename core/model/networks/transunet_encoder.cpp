// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/transunet_encoder_private.h"

#include "core/model/networks/attention_private.h"
#include "core/model/networks/convolution_private.h"
#include "core/model/networks/fast_path_private.h"
#include "core/model/networks/position_resize_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <cmath>

namespace fedefm {

namespace {

constexpr double kLayerNormEps = 1e-6;

torch::Tensor dropped(const torch::Tensor& values, double rate, bool isTraining)
{
    return isTraining && rate > 0 ? tokenDropout(values, rate) : values;
}

torch::nn::Linear mlpLinear(int in, int out)
{
    torch::nn::Linear linear(in, out);
    const torch::NoGradGuard noGrad;
    torch::nn::init::xavier_uniform_(linear->weight);
    torch::nn::init::normal_(linear->bias, 0.0, 1e-6);
    return linear;
}

} // namespace

/// Pre-norm attention and MLP, each with its residual.
class TransunetLayer : public torch::nn::Module
{
public:
    explicit TransunetLayer(const TransunetEncoderSizes& sizes)
        : m_heads(sizes.heads), m_dropout(sizes.dropout), m_attentionDropout(sizes.attentionDropout)
    {
        const int hidden = sizes.hidden;
        m_attentionNorm = register_module("attention_norm", layerNorm(hidden, kLayerNormEps));
        m_mlpNorm = register_module("ffn_norm", layerNorm(hidden, kLayerNormEps));
        auto mlp = register_module("ffn", std::make_shared<torch::nn::Module>());
        m_first = mlp->register_module("fc1", mlpLinear(hidden, sizes.mlp));
        m_second = mlp->register_module("fc2", mlpLinear(sizes.mlp, hidden));
        auto attention = register_module("attn", std::make_shared<torch::nn::Module>());
        m_query = attention->register_module("query", torch::nn::Linear(hidden, hidden));
        m_key = attention->register_module("key", torch::nn::Linear(hidden, hidden));
        m_value = attention->register_module("value", torch::nn::Linear(hidden, hidden));
        m_out = attention->register_module("out", torch::nn::Linear(hidden, hidden));
    }

    torch::Tensor forward(const torch::Tensor& tokens)
    {
        const torch::Tensor attended = tokens + attention(m_attentionNorm->forward(tokens));
        const torch::Tensor inner = torch::gelu(m_first->forward(m_mlpNorm->forward(attended)));
        const torch::Tensor outer = m_second->forward(dropped(inner, m_dropout, is_training()));
        return attended + dropped(outer, m_dropout, is_training());
    }

private:
    torch::Tensor heads(const torch::Tensor& tokens) const
    {
        return tokens.view({tokens.size(0), tokens.size(1), m_heads, -1}).transpose(1, 2);
    }

    torch::Tensor attention(const torch::Tensor& tokens)
    {
        const torch::Tensor query = m_query->forward(tokens);
        const torch::Tensor key = m_key->forward(tokens);
        const torch::Tensor value = m_value->forward(tokens);
        const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(-1) / m_heads));
        if (!is_training() || m_attentionDropout <= 0)
            return m_out->forward(attendTokens(query, key, value, m_heads, scale));
        const torch::Tensor shares =
            torch::matmul(heads(query) * scale, heads(key).transpose(-2, -1)).softmax(-1);
        const torch::Tensor mixed =
            torch::matmul(torch::dropout(shares, m_attentionDropout, true), heads(value));
        const torch::Tensor joined = mixed.transpose(1, 2).reshape_as(tokens);
        return dropped(m_out->forward(joined), m_attentionDropout, true);
    }

    int m_heads;
    double m_dropout;
    double m_attentionDropout;
    LayerNorm m_attentionNorm{nullptr};
    LayerNorm m_mlpNorm{nullptr};
    torch::nn::Linear m_first{nullptr};
    torch::nn::Linear m_second{nullptr};
    torch::nn::Linear m_query{nullptr};
    torch::nn::Linear m_key{nullptr};
    torch::nn::Linear m_value{nullptr};
    torch::nn::Linear m_out{nullptr};
};

torch::Tensor TransunetEncoder::Result::map() const
{
    return tokens.transpose(1, 2).reshape({tokens.size(0), tokens.size(2), height, width});
}

TransunetEncoder::TransunetEncoder(const TransunetEncoderSizes& sizes) : m_dropout(sizes.dropout)
{
    auto embeddings = register_module("embeddings", std::make_shared<torch::nn::Module>());
    const int stride = sizes.stride();
    if (sizes.hybrid)
        m_resnet = embeddings->register_module("hybrid_model",
                                               std::make_shared<HybridResnet>(sizes.units, sizes.width));
    const int patch = sizes.hybrid ? stride / 16 : stride;
    m_patches =
        embeddings->register_module("patch_embeddings", makeConv(sizes.hybrid ? 16 * sizes.width : 3,
                                                                 sizes.hidden, patch, patch, 0, true));
    const int side = sizes.imageSize / stride;
    m_positions =
        embeddings->register_parameter("position_embeddings", torch::zeros({1, side * side, sizes.hidden}));
    auto encoder = register_module("encoder", std::make_shared<torch::nn::Module>());
    auto layers = encoder->register_module("layer", std::make_shared<torch::nn::Module>());
    for (int i = 0; i < sizes.layers; ++i)
        m_layers.push_back(
            layers->register_module(std::to_string(i), std::make_shared<TransunetLayer>(sizes)));
    m_norm = encoder->register_module("encoder_norm", layerNorm(sizes.hidden, kLayerNormEps));
}

torch::Tensor TransunetEncoder::embed(const torch::Tensor& input, bool wantSkips, Result& result)
{
    torch::Tensor map = input;
    if (m_resnet) {
        auto maps = m_resnet->forward(input, wantSkips);
        map = maps.last;
        result.skips = std::move(maps.skips);
    }
    map = m_patches->forward(map);
    result.height = map.size(2);
    result.width = map.size(3);
    const torch::Tensor positions = gridPositions(m_positions, result.height, result.width);
    return dropped(map.flatten(2).transpose(1, 2) + positions, m_dropout, is_training());
}

TransunetEncoder::Result TransunetEncoder::forward(const torch::Tensor& input, bool wantSkips)
{
    Result result;
    torch::Tensor tokens = embed(input, wantSkips, result);
    recordFeature("embeddings", tokens);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        tokens = m_layers[i]->forward(tokens);
        recordFeature("encoder.layer" + std::to_string(i), tokens);
    }
    result.tokens = m_norm->forward(tokens);
    recordFeature("encoder", result.tokens);
    recordFeature("transformer", result.tokens);
    return result;
}

} // namespace fedefm
