// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_mask_decoder_private.h"

namespace fedefm {

namespace {

torch::nn::ConvTranspose2d doublingConvolution(int from, int to)
{
    return torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(from, to, 2).stride(2));
}

} // namespace

/// Linear layers named layers.N with ReLU between them.
class SamMaskDecoder::Perceptron : public torch::nn::Module
{
public:
    Perceptron(int in, int hidden, int out, int depth)
    {
        torch::nn::ModuleList layers;
        for (int i = 0; i < depth; ++i) {
            m_layers.emplace_back(i == 0 ? in : hidden, i + 1 == depth ? out : hidden);
            layers->push_back(m_layers.back());
        }
        register_module("layers", layers);
    }

    torch::Tensor forward(torch::Tensor x)
    {
        for (std::size_t i = 0; i < m_layers.size(); ++i)
            x = i + 1 < m_layers.size() ? torch::relu(m_layers[i](x)) : m_layers[i](x);
        return x;
    }

private:
    std::vector<torch::nn::Linear> m_layers;
};

SamMaskDecoder::SamMaskDecoder(const SamDecoderSettings& settings)
    : m_transformer(register_module("transformer", std::make_shared<SamTwoWayTransformer>(settings))),
      m_scoreToken(register_module("iou_token", torch::nn::Embedding(1, settings.width))),
      m_maskTokens(
          register_module("mask_tokens", torch::nn::Embedding(settings.maskCount + 1, settings.width))),
      m_up1(doublingConvolution(settings.width, settings.width / 4)),
      m_upNorm(std::make_shared<LayerNorm2d>(settings.width / 4)),
      m_up2(doublingConvolution(settings.width / 4, settings.width / 8))
{
    register_module("output_upscaling",
                    torch::nn::ModuleList(m_up1, m_upNorm, torch::nn::GELU(), m_up2, torch::nn::GELU()));
    constexpr int kHyperDepth = 3;
    torch::nn::ModuleList hyperNetworks;
    for (int i = 0; i <= settings.maskCount; ++i) {
        m_hyperNetworks.push_back(
            std::make_shared<Perceptron>(settings.width, settings.width, settings.width / 8, kHyperDepth));
        hyperNetworks->push_back(m_hyperNetworks.back());
    }
    register_module("output_hypernetworks_mlps", hyperNetworks);
    m_scoreHead = register_module("iou_prediction_head",
                                  std::make_shared<Perceptron>(settings.width, settings.scoreHidden,
                                                               settings.maskCount + 1, settings.scoreDepth));
}

torch::Tensor SamMaskDecoder::upscale(const torch::Tensor& image)
{
    return torch::gelu(m_up2(torch::gelu(m_upNorm->forward(m_up1(image)))));
}

SamMasks SamMaskDecoder::forward(const torch::Tensor& image, const torch::Tensor& positions,
                                 const torch::Tensor& sparse, const torch::Tensor& dense)
{
    const auto batch = sparse.size(0);
    const auto height = image.size(2);
    const auto width = image.size(3);
    const auto own = torch::cat({m_scoreToken->weight, m_maskTokens->weight}, 0).unsqueeze(0);
    const auto tokens = torch::cat({own.expand({batch, -1, -1}), sparse}, 1);
    const auto map = (image.size(0) == batch ? image : image.expand({batch, -1, -1, -1})) + dense;
    const auto flat = [](const torch::Tensor& x) { return x.flatten(2).transpose(1, 2); };
    const auto [hidden, updated] =
        m_transformer->forward(flat(map), flat(positions.expand({batch, -1, -1, -1})), tokens);

    const auto upscaled = upscale(updated.transpose(1, 2).reshape({batch, -1, height, width}));
    std::vector<torch::Tensor> weights;
    for (std::size_t i = 0; i < m_hyperNetworks.size(); ++i)
        weights.push_back(m_hyperNetworks[i]->forward(hidden.select(1, static_cast<std::int64_t>(i) + 1)));
    SamMasks masks;
    masks.logits = torch::matmul(torch::stack(weights, 1), upscaled.flatten(2))
                       .view({batch, -1, upscaled.size(2), upscaled.size(3)});
    masks.scores = m_scoreHead->forward(hidden.select(1, 0));
    return masks;
}

} // namespace fedefm
