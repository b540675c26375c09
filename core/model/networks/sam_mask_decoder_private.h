// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <vector>

namespace fedefm {

struct SamDecoderSettings
{
    int width = 256;
    int depth = 2;
    int heads = 8;
    int mlpHidden = 2048;
    int crossReduction = 2; ///< attention_downsample_rate
    int maskCount = 3;      ///< num_multimask_outputs; one more token stands for the single mask
    int scoreDepth = 3;
    int scoreHidden = 256;
};

struct SamMasks
{
    torch::Tensor logits; ///< B×(maskCount + 1)×4h×4w; index 0 is the single mask
    torch::Tensor scores; ///< B×(maskCount + 1), predicted IoU
};

/// Two-way attention between tokens and image. Tokens B×N×C, image B×h·w×C.
class SamTwoWayTransformer : public torch::nn::Module
{
public:
    explicit SamTwoWayTransformer(const SamDecoderSettings& settings);
    /// Updated tokens and image.
    std::pair<torch::Tensor, torch::Tensor>
    forward(const torch::Tensor& image, const torch::Tensor& imagePositions, const torch::Tensor& tokens);

private:
    class Attention;
    class Layer;
    std::vector<std::shared_ptr<Layer>> m_layers;
    std::shared_ptr<Attention> m_finalAttention;
    LayerNorm m_finalNorm;
};

class SamMaskDecoder : public torch::nn::Module
{
public:
    explicit SamMaskDecoder(const SamDecoderSettings& settings);
    /// `image` 1×C×h×w is shared by all prompts; one with a row per prompt is used as it is.
    SamMasks forward(const torch::Tensor& image, const torch::Tensor& positions, const torch::Tensor& sparse,
                     const torch::Tensor& dense);

private:
    class Perceptron;
    torch::Tensor upscale(const torch::Tensor& image);

    std::shared_ptr<SamTwoWayTransformer> m_transformer;
    torch::nn::Embedding m_scoreToken;
    torch::nn::Embedding m_maskTokens;
    torch::nn::ConvTranspose2d m_up1;
    std::shared_ptr<LayerNorm2d> m_upNorm;
    torch::nn::ConvTranspose2d m_up2;
    std::vector<std::shared_ptr<Perceptron>> m_hyperNetworks;
    std::shared_ptr<Perceptron> m_scoreHead;
};

} // namespace fedefm
