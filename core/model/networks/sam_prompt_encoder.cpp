// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_prompt_encoder_private.h"

#include <cmath>

namespace fedefm {

namespace {

constexpr int kPointKinds = 4; ///< background, object, top-left corner, bottom-right corner

torch::nn::Conv2d halvingConvolution(int from, int to)
{
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, 2).stride(2));
}

} // namespace

/// Positions as random Fourier features (Tancik et al. 2020).
class SamPromptEncoder::RandomPositions : public torch::nn::Module
{
public:
    explicit RandomPositions(int features)
        : m_matrix(register_buffer("positional_encoding_gaussian_matrix", torch::randn({2, features})))
    {
    }

    /// …×2 coordinates in 0…1 → …×2·features.
    torch::Tensor forward(const torch::Tensor& unitCoordinates)
    {
        const auto phase = torch::matmul(2 * unitCoordinates - 1, m_matrix) * (2 * M_PI);
        return torch::cat({phase.sin(), phase.cos()}, -1);
    }

    torch::TensorOptions options() const { return m_matrix.options(); }

private:
    torch::Tensor m_matrix;
};

SamPromptEncoder::SamPromptEncoder(int width, int maskChannels)
    : m_width(width), m_positions(register_module("pe_layer", std::make_shared<RandomPositions>(width / 2))),
      m_notAPoint(register_module("not_a_point_embed", torch::nn::Embedding(1, width))),
      m_noMask(register_module("no_mask_embed", torch::nn::Embedding(1, width))),
      m_down1(halvingConvolution(1, maskChannels / 4)),
      m_norm1(std::make_shared<LayerNorm2d>(maskChannels / 4)),
      m_down2(halvingConvolution(maskChannels / 4, maskChannels)),
      m_norm2(std::make_shared<LayerNorm2d>(maskChannels)),
      m_lift(torch::nn::Conv2dOptions(maskChannels, width, 1))
{
    torch::nn::ModuleList kinds;
    for (int i = 0; i < kPointKinds; ++i) {
        m_pointKinds.emplace_back(1, width);
        kinds->push_back(m_pointKinds.back());
    }
    register_module("point_embeddings", kinds);
    register_module("mask_downscaling", torch::nn::ModuleList(m_down1, m_norm1, torch::nn::GELU(), m_down2,
                                                              m_norm2, torch::nn::GELU(), m_lift));
}

torch::Tensor SamPromptEncoder::densePositions(const SamGrid& grid)
{
    const auto options = m_positions->options();
    const auto rows = (torch::arange(grid.height, options) + 0.5) / static_cast<double>(grid.height);
    const auto columns = (torch::arange(grid.width, options) + 0.5) / static_cast<double>(grid.width);
    const auto xy = torch::stack({columns.unsqueeze(0).expand({grid.height, grid.width}),
                                  rows.unsqueeze(1).expand({grid.height, grid.width})},
                                 -1);
    return m_positions->forward(xy).permute({2, 0, 1}).unsqueeze(0);
}

torch::Tensor SamPromptEncoder::embedPoints(const SamPrompts& prompts, const SamGrid& grid)
{
    auto points = prompts.points.to(m_positions->options()) + 0.5;
    auto labels = prompts.labels.to(points.device(), torch::kLong);
    if (!prompts.boxes.defined()) {
        points = torch::cat({points, torch::zeros({points.size(0), 1, 2}, points.options())}, 1);
        labels = torch::cat({labels, torch::full({labels.size(0), 1}, -1, labels.options())}, 1);
    }
    const auto size = torch::tensor(
        {static_cast<double>(grid.width * grid.patch), static_cast<double>(grid.height * grid.patch)},
        points.options());
    auto embedded = m_positions->forward(points / size);
    const auto where = [&labels](int kind) { return labels.eq(kind).unsqueeze(-1); };
    embedded = torch::where(where(-1), m_notAPoint->weight, embedded);
    embedded = embedded + where(0) * m_pointKinds[0]->weight;
    return embedded + where(1) * m_pointKinds[1]->weight;
}

torch::Tensor SamPromptEncoder::embedBoxes(const torch::Tensor& boxes, const SamGrid& grid)
{
    const auto corners = boxes.to(m_positions->options()).reshape({-1, 2, 2}) + 0.5;
    const auto size = torch::tensor(
        {static_cast<double>(grid.width * grid.patch), static_cast<double>(grid.height * grid.patch)},
        corners.options());
    return m_positions->forward(corners / size) +
           torch::cat({m_pointKinds[2]->weight, m_pointKinds[3]->weight}, 0);
}

torch::Tensor SamPromptEncoder::embedMask(const torch::Tensor& mask)
{
    auto x = torch::gelu(m_norm1->forward(m_down1(mask)));
    x = torch::gelu(m_norm2->forward(m_down2(x)));
    return m_lift(x);
}

SamPromptEmbeddings SamPromptEncoder::forward(const SamPrompts& prompts, const SamGrid& grid)
{
    std::int64_t batch = 1;
    for (const auto& tensor : {prompts.points, prompts.boxes, prompts.mask})
        if (tensor.defined()) {
            batch = tensor.size(0);
            break;
        }
    SamPromptEmbeddings result;
    result.sparse = torch::zeros({batch, 0, m_width}, m_positions->options());
    if (prompts.points.defined())
        result.sparse = torch::cat({result.sparse, embedPoints(prompts, grid)}, 1);
    if (prompts.boxes.defined())
        result.sparse = torch::cat({result.sparse, embedBoxes(prompts.boxes, grid)}, 1);
    result.dense = prompts.mask.defined()
                       ? embedMask(prompts.mask.to(m_positions->options()))
                       : m_noMask->weight.view({1, -1, 1, 1}).expand({batch, -1, grid.height, grid.width});
    return result;
}

} // namespace fedefm
