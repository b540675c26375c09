// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/swin_parts_private.h"

#include <cmath>

namespace fedefm {

namespace {

constexpr double kSwinPartsNormEps = 1e-5;
constexpr double kMaskedScore = -100.0;

/// n²×n² numbers of table rows: (Δy + n − 1)·(2n − 1) + Δx + n − 1.
torch::Tensor relativeIndex(int window)
{
    const auto along = torch::arange(window, torch::kLong);
    const auto y = along.repeat_interleave(window);
    const auto x = along.repeat({window});
    const auto dy = y.unsqueeze(1) - y.unsqueeze(0) + (window - 1);
    const auto dx = x.unsqueeze(1) - x.unsqueeze(0) + (window - 1);
    return dy * (2 * window - 1) + dx;
}

/// B×H×W×C → (B·windows)×window²×C, windows row by row.
torch::Tensor toWindows(const torch::Tensor& x, int window)
{
    const auto rows = x.size(1) / window;
    const auto columns = x.size(2) / window;
    return x.reshape({-1, rows, window, columns, window, x.size(3)})
        .transpose(2, 3)
        .reshape({-1, static_cast<std::int64_t>(window) * window, x.size(3)});
}

torch::Tensor fromWindows(const torch::Tensor& x, int window, std::int64_t side)
{
    const auto count = side / window;
    return x.reshape({-1, count, count, window, window, x.size(2)})
        .transpose(2, 3)
        .reshape({-1, side, side, x.size(2)});
}

/// After the roll the last window of a row or column holds tokens of both edges, which must not see each
/// other.
torch::Tensor shiftMask(int side, int window, int shift)
{
    auto region = torch::zeros({1, side, side, 1});
    const int cuts[4] = {0, side - window, side - shift, side};
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column)
            region.slice(1, cuts[row], cuts[row + 1])
                .slice(2, cuts[column], cuts[column + 1])
                .fill_(row * 3 + column);
    const auto numbers = toWindows(region, window).squeeze(-1);
    const auto differ = numbers.unsqueeze(1).ne(numbers.unsqueeze(2));
    return torch::zeros(differ.sizes()).masked_fill_(differ, kMaskedScore);
}

} // namespace

SwinWindowAttention::SwinWindowAttention(const SwinStageSettings& settings, int window)
    : m_heads(settings.heads),
      m_scale(settings.qkScale > 0.0 ? settings.qkScale
                                     : 1.0 / std::sqrt(static_cast<double>(settings.width / settings.heads))),
      m_table(register_parameter("relative_position_bias_table",
                                 torch::empty({(2 * window - 1) * (2 * window - 1), settings.heads}))),
      m_index(register_buffer("relative_position_index", relativeIndex(window))),
      m_qkv(register_module(
          "qkv", torch::nn::Linear(
                     torch::nn::LinearOptions(settings.width, 3 * settings.width).bias(settings.qkvBias)))),
      m_proj(register_module("proj", torch::nn::Linear(settings.width, settings.width))),
      m_attentionDrop(register_module("attn_drop", torch::nn::Dropout(settings.attentionDropRate))),
      m_drop(register_module("proj_drop", torch::nn::Dropout(settings.dropRate)))
{
    truncatedNormal(m_table, 0.02);
}

torch::Tensor SwinWindowAttention::forward(const torch::Tensor& x, const torch::Tensor& mask)
{
    const auto tokens = x.size(1);
    const auto channels = x.size(2);
    const auto windows = mask.defined() ? mask.size(0) : 1;
    const auto parts =
        m_qkv(x).reshape({-1, windows, tokens, 3, m_heads, channels / m_heads}).permute({3, 0, 1, 4, 2, 5});
    auto bias = m_table.index_select(0, m_index.flatten()).view({tokens, tokens, m_heads}).permute({2, 0, 1});
    if (mask.defined())
        bias = bias + mask.unsqueeze(1);
    const auto scores = torch::matmul(parts[0] * m_scale, parts[1].transpose(-2, -1)) + bias;
    const auto mixed = torch::matmul(m_attentionDrop(scores.softmax(-1)), parts[2]);
    return m_drop(m_proj(mixed.transpose(2, 3).reshape({-1, tokens, channels})));
}

SwinBlock::SwinBlock(const SwinStageSettings& settings, bool isShifted, double dropPathRate)
    : m_side(settings.side), m_window(std::min(settings.window, settings.side)),
      m_shift(isShifted && settings.side > settings.window ? settings.window / 2 : 0),
      m_dropPathRate(dropPathRate),
      m_norm1(register_module("norm1", layerNorm(settings.width, kSwinPartsNormEps))),
      m_attention(register_module("attn", std::make_shared<SwinWindowAttention>(settings, m_window))),
      m_norm2(register_module("norm2", layerNorm(settings.width, kSwinPartsNormEps))),
      m_mlp(register_module("mlp", std::make_shared<TransformerMlp>(
                                       settings.width, static_cast<int>(settings.width * settings.mlpRatio),
                                       "fc1", "fc2", Activation::Gelu))),
      m_drop(register_module("drop", torch::nn::Dropout(settings.dropRate)))
{
    if (m_shift > 0)
        m_mask = register_buffer("attn_mask", shiftMask(m_side, m_window, m_shift));
}

torch::Tensor SwinBlock::attendInWindows(const torch::Tensor& x)
{
    auto grid = x.reshape({x.size(0), m_side, m_side, x.size(2)});
    if (m_shift > 0)
        grid = torch::roll(grid, {-m_shift, -m_shift}, {1, 2});
    grid = fromWindows(m_attention->forward(toWindows(grid, m_window), m_mask), m_window, m_side);
    if (m_shift > 0)
        grid = torch::roll(grid, {m_shift, m_shift}, {1, 2});
    return grid.flatten(1, 2);
}

torch::Tensor SwinBlock::forward(const torch::Tensor& x)
{
    const auto sum = x + dropPath(attendInWindows(m_norm1(x)), m_dropPathRate, is_training());
    return sum + dropPath(m_drop(m_mlp->forward(m_norm2(sum))), m_dropPathRate, is_training());
}

SwinMerging::SwinMerging(int width, int side)
    : m_side(side),
      m_reduction(register_module(
          "reduction", torch::nn::Linear(torch::nn::LinearOptions(4 * width, 2 * width).bias(false)))),
      m_norm(register_module("norm", layerNorm(4 * width, kSwinPartsNormEps)))
{
}

torch::Tensor SwinMerging::forward(const torch::Tensor& x)
{
    const auto half = m_side / 2;
    // The row offset varies first: (0,0), (1,0), (0,1), (1,1).
    const auto merged = x.reshape({x.size(0), half, 2, half, 2, x.size(2)})
                            .permute({0, 1, 3, 4, 2, 5})
                            .reshape({x.size(0), static_cast<std::int64_t>(half) * half, 4 * x.size(2)});
    return m_reduction(m_norm(merged));
}

SwinExpanding::SwinExpanding(int width, int outWidth, int side, int factor)
    : m_side(side), m_factor(factor),
      m_expand(register_module(
          "expand",
          torch::nn::Linear(torch::nn::LinearOptions(width, factor * factor * outWidth).bias(false)))),
      m_norm(register_module("norm", layerNorm(outWidth, kSwinPartsNormEps)))
{
}

torch::Tensor SwinExpanding::forward(const torch::Tensor& x)
{
    const auto expanded = m_expand(x);
    const auto channels = expanded.size(2) / (m_factor * m_factor);
    return m_norm(expanded.reshape({x.size(0), m_side, m_side, m_factor, m_factor, channels})
                      .transpose(2, 3)
                      .reshape({x.size(0), -1, channels}));
}

SwinStage::SwinStage(const SwinStageSettings& settings) : m_width(settings.width), m_side(settings.side)
{
    torch::nn::ModuleList blocks;
    for (std::size_t i = 0; i < settings.dropPathRates.size(); ++i) {
        m_blocks.push_back(std::make_shared<SwinBlock>(settings, i % 2 == 1, settings.dropPathRates[i]));
        blocks->push_back(m_blocks.back());
    }
    register_module("blocks", blocks);
}

void SwinStage::mergeAfterwards()
{
    m_merging = register_module("downsample", std::make_shared<SwinMerging>(m_width, m_side));
}

void SwinStage::expandAfterwards()
{
    m_expanding =
        register_module("upsample", std::make_shared<SwinExpanding>(m_width, m_width / 2, m_side, 2));
}

torch::Tensor SwinStage::forward(torch::Tensor x, const std::string& name)
{
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        x = m_blocks[i]->forward(x);
        recordFeature(name + ".blocks." + std::to_string(i), x);
    }
    if (m_merging)
        x = m_merging->forward(x);
    if (m_expanding)
        x = m_expanding->forward(x);
    recordFeature(name, x);
    return x;
}

} // namespace fedefm
