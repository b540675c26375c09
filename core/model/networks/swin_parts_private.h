// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// The blocks of one stage; all have the same grid of side×side tokens.
struct SwinStageSettings
{
    int width = 96;
    int side = 56;
    int heads = 3;
    int window = 7;
    double mlpRatio = 4.0;
    bool qkvBias = true;
    double qkScale = 0.0; ///< 0: 1/√(head size)
    double dropRate = 0.0;
    double attentionDropRate = 0.0;
    std::vector<double> dropPathRates; ///< one per block
};

/// Window attention with a bias table by relative position (Liu et al. 2021). Windows×n²×C.
class SwinWindowAttention : public torch::nn::Module
{
public:
    SwinWindowAttention(const SwinStageSettings& settings, int window);
    /// `mask` windows×n²×n² or undefined; the windows of a picture follow each other.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask);

private:
    int m_heads;
    double m_scale;
    torch::Tensor m_table;
    torch::Tensor m_index;
    torch::nn::Linear m_qkv;
    torch::nn::Linear m_proj;
    torch::nn::Dropout m_attentionDrop;
    torch::nn::Dropout m_drop;
};

/// Tokens B×side²×C to the same.
class SwinBlock : public torch::nn::Module
{
public:
    /// A stage no larger than the window is one window, without shift.
    SwinBlock(const SwinStageSettings& settings, bool isShifted, double dropPathRate);
    torch::Tensor forward(const torch::Tensor& x);

private:
    torch::Tensor attendInWindows(const torch::Tensor& x);

    int m_side;
    int m_window;
    int m_shift;
    double m_dropPathRate;
    LayerNorm m_norm1;
    std::shared_ptr<SwinWindowAttention> m_attention;
    LayerNorm m_norm2;
    std::shared_ptr<TransformerMlp> m_mlp;
    torch::nn::Dropout m_drop;
    torch::Tensor m_mask;
};

/// B×side²×C → B×(side/2)²×2C; names "reduction", "norm".
class SwinMerging : public torch::nn::Module
{
public:
    SwinMerging(int width, int side);
    torch::Tensor forward(const torch::Tensor& x);

private:
    int m_side;
    torch::nn::Linear m_reduction;
    LayerNorm m_norm;
};

/// B×side²×C → B×(factor·side)²×out; names "expand", "norm".
class SwinExpanding : public torch::nn::Module
{
public:
    SwinExpanding(int width, int outWidth, int side, int factor);
    torch::Tensor forward(const torch::Tensor& x);

private:
    int m_side;
    int m_factor;
    torch::nn::Linear m_expand;
    LayerNorm m_norm;
};

/// Blocks named blocks.N, then "downsample" or "upsample" where there is one.
class SwinStage : public torch::nn::Module
{
public:
    explicit SwinStage(const SwinStageSettings& settings);
    void mergeAfterwards();
    void expandAfterwards();
    /// `name` is the recorded features' prefix.
    torch::Tensor forward(torch::Tensor x, const std::string& name);

private:
    int m_width;
    int m_side;
    std::vector<std::shared_ptr<SwinBlock>> m_blocks;
    std::shared_ptr<SwinMerging> m_merging;
    std::shared_ptr<SwinExpanding> m_expanding;
};

} // namespace fedefm
