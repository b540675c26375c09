// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// CLIP's transformer: pre-norm blocks named resblocks.N, on B×N×width.
class ClipTransformer : public torch::nn::Module
{
public:
    ClipTransformer(int width, int layers, int heads, Activation activation);
    /// `recordAs`: prefix of recorded features, empty for none. `mask` is added to the scores.
    torch::Tensor forward(torch::Tensor x, const std::string& recordAs, const torch::Tensor& mask = {});
    /// CLIP.initialize_parameters, which the official code applies to the text tower only.
    void initialiseAsTextTower();

private:
    struct Attention;
    struct Block;
    int m_heads;
    int m_width;
    std::vector<std::shared_ptr<Block>> m_blocks;
};

struct ClipTextSettings
{
    int contextLength = 77;
    int vocabulary = 49408;
    int width = 512;
    int heads = 8;
    int layers = 12;
    int embedding = 512;
};

struct ClipSettings
{
    int resolution = 224;
    int patch = 16;
    int width = 768;
    int layers = 12;
    int heads = 12;
    int embedding = 512;
    Activation activation = Activation::QuickGelu;
    std::string imageName = "visual"; ///< the image tower's sub-module; empty: its names have no prefix
    bool hasText = false;
    ClipTextSettings text;
};

/// CLIP's image tower: N×3×H×W → N×embedding.
class ClipImageTower : public Network
{
public:
    explicit ClipImageTower(const ClipSettings& settings);
    torch::Tensor forward(torch::Tensor input) override;
    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override;

private:
    /// Class token first; height and width are the grid's.
    torch::Tensor tokens(const torch::Tensor& input, std::int64_t& height, std::int64_t& width);
    torch::Tensor project(const torch::Tensor& allTokens);

    std::string m_prefix;
    torch::nn::Conv2d m_patches;
    torch::Tensor m_classEmbedding;
    torch::Tensor m_positions;
    LayerNorm m_normBefore;
    std::shared_ptr<ClipTransformer> m_transformer;
    LayerNorm m_normAfter;
    torch::Tensor m_projection;
};

} // namespace fedefm
