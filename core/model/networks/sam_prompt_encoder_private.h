// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <vector>

namespace fedefm {

/// What was clicked, in pixels of the resized picture; undefined tensors are absent.
struct SamPrompts
{
    torch::Tensor points; ///< B×N×2, x and y
    torch::Tensor labels; ///< B×N: 1 object, 0 background, −1 no point
    torch::Tensor boxes;  ///< B×4: left, top, right, bottom
    torch::Tensor mask;   ///< B×1×4h×4w logits, h×w the grid of the image embedding
};

/// Sizes that prompts refer to.
struct SamGrid
{
    std::int64_t height = 0; ///< of the image embedding
    std::int64_t width = 0;
    std::int64_t patch = 16; ///< input pixels per cell
};

struct SamPromptEmbeddings
{
    torch::Tensor sparse; ///< B×tokens×C
    torch::Tensor dense;  ///< B×C×h×w
};

class SamPromptEncoder : public torch::nn::Module
{
public:
    SamPromptEncoder(int width, int maskChannels);
    SamPromptEmbeddings forward(const SamPrompts& prompts, const SamGrid& grid);
    torch::Tensor densePositions(const SamGrid& grid); ///< 1×C×h×w

private:
    class RandomPositions;
    torch::Tensor embedPoints(const SamPrompts& prompts, const SamGrid& grid);
    torch::Tensor embedBoxes(const torch::Tensor& boxes, const SamGrid& grid);
    torch::Tensor embedMask(const torch::Tensor& mask);

    int m_width;
    std::shared_ptr<RandomPositions> m_positions;
    std::vector<torch::nn::Embedding> m_pointKinds;
    torch::nn::Embedding m_notAPoint;
    torch::nn::Embedding m_noMask;
    torch::nn::Conv2d m_down1;
    std::shared_ptr<LayerNorm2d> m_norm1;
    torch::nn::Conv2d m_down2;
    std::shared_ptr<LayerNorm2d> m_norm2;
    torch::nn::Conv2d m_lift;
};

} // namespace fedefm
