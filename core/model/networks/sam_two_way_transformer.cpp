// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/attention_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/sam_mask_decoder_private.h"

#include <cmath>

namespace fedefm {

namespace {
constexpr double kSamDecoderNormEps = 1e-5;
}

class SamTwoWayTransformer::Attention : public torch::nn::Module
{
public:
    Attention(const SamDecoderSettings& settings, int reduction)
        : m_heads(settings.heads),
          m_query(register_module("q_proj", torch::nn::Linear(settings.width, settings.width / reduction))),
          m_key(register_module("k_proj", torch::nn::Linear(settings.width, settings.width / reduction))),
          m_value(register_module("v_proj", torch::nn::Linear(settings.width, settings.width / reduction))),
          m_out(register_module("out_proj", torch::nn::Linear(settings.width / reduction, settings.width)))
    {
    }

    torch::Tensor forward(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)
    {
        const auto split = [this](const torch::Tensor& x) {
            return x.view({x.size(0), x.size(1), m_heads, x.size(2) / m_heads}).transpose(1, 2);
        };
        const auto queries = split(m_query(q));
        const double scale = 1.0 / std::sqrt(static_cast<double>(queries.size(3)));
        return m_out(attend(queries, split(m_key(k)), split(m_value(v)), scale).transpose(1, 2).flatten(2));
    }

private:
    int m_heads;
    torch::nn::Linear m_query;
    torch::nn::Linear m_key;
    torch::nn::Linear m_value;
    torch::nn::Linear m_out;
};

class SamTwoWayTransformer::Layer : public torch::nn::Module
{
public:
    Layer(const SamDecoderSettings& settings, bool isFirst)
        : m_isFirst(isFirst), m_self(register_module("self_attn", std::make_shared<Attention>(settings, 1))),
          m_norm1(register_module("norm1", layerNorm(settings.width, kSamDecoderNormEps))),
          m_toImage(register_module("cross_attn_token_to_image",
                                    std::make_shared<Attention>(settings, settings.crossReduction))),
          m_norm2(register_module("norm2", layerNorm(settings.width, kSamDecoderNormEps))),
          m_mlp(register_module("mlp", std::make_shared<TransformerMlp>(settings.width, settings.mlpHidden,
                                                                        "lin1", "lin2", Activation::Relu))),
          m_norm3(register_module("norm3", layerNorm(settings.width, kSamDecoderNormEps))),
          m_norm4(register_module("norm4", layerNorm(settings.width, kSamDecoderNormEps))),
          m_toTokens(register_module("cross_attn_image_to_token",
                                     std::make_shared<Attention>(settings, settings.crossReduction)))
    {
    }

    void forward(torch::Tensor& tokens, torch::Tensor& image, const torch::Tensor& tokenPositions,
                 const torch::Tensor& imagePositions)
    {
        // The first layer's tokens are their own positions: nothing is added and they are replaced.
        if (m_isFirst) {
            tokens = m_self->forward(tokens, tokens, tokens);
        } else {
            const auto q = tokens + tokenPositions;
            tokens = tokens + m_self->forward(q, q, tokens);
        }
        tokens = m_norm1(tokens);
        tokens = m_norm2(tokens + m_toImage->forward(tokens + tokenPositions, image + imagePositions, image));
        tokens = m_norm3(tokens + m_mlp->forward(tokens));
        image = m_norm4(image + m_toTokens->forward(image + imagePositions, tokens + tokenPositions, tokens));
    }

private:
    bool m_isFirst;
    std::shared_ptr<Attention> m_self;
    LayerNorm m_norm1;
    std::shared_ptr<Attention> m_toImage;
    LayerNorm m_norm2;
    std::shared_ptr<TransformerMlp> m_mlp;
    LayerNorm m_norm3;
    LayerNorm m_norm4;
    std::shared_ptr<Attention> m_toTokens;
};

SamTwoWayTransformer::SamTwoWayTransformer(const SamDecoderSettings& settings)
    : m_finalAttention(register_module("final_attn_token_to_image",
                                       std::make_shared<Attention>(settings, settings.crossReduction))),
      m_finalNorm(register_module("norm_final_attn", layerNorm(settings.width, kSamDecoderNormEps)))
{
    torch::nn::ModuleList layers;
    for (int i = 0; i < settings.depth; ++i) {
        m_layers.push_back(std::make_shared<Layer>(settings, i == 0));
        layers->push_back(m_layers.back());
    }
    register_module("layers", layers);
}

std::pair<torch::Tensor, torch::Tensor> SamTwoWayTransformer::forward(const torch::Tensor& image,
                                                                      const torch::Tensor& imagePositions,
                                                                      const torch::Tensor& tokens)
{
    auto x = tokens;
    auto map = image;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        m_layers[i]->forward(x, map, tokens, imagePositions);
        recordFeature("decoder_layer" + std::to_string(i) + "_tokens", x);
    }
    x = m_finalNorm(x + m_finalAttention->forward(x + tokens, map + imagePositions, map));
    recordFeature("decoder_transformer_tokens", x);
    return {x, map};
}

} // namespace fedefm
