// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

#include <array>
#include <memory>
#include <vector>

namespace fedefm {

class HybridUnit;

/// The weight-standardised ResNet (BiT, Kolesnikov et al. 2020) that turns a picture into a map of 16·width
/// channels at a sixteenth of its size: `root`, `body.block1…3`.
class HybridResnet : public torch::nn::Module
{
public:
    /// `units` per block; `width` a multiple of 32.
    HybridResnet(const std::vector<int>& units, int width);

    struct Maps
    {
        torch::Tensor last;
        /// Block 2, block 1, root: padded at the bottom and right to 1/8, 1/4 and 1/2 of the picture.
        std::vector<torch::Tensor> skips;
    };
    Maps forward(const torch::Tensor& input, bool wantSkips);

    static constexpr int kBlocks = 3;

private:
    torch::nn::Conv2d m_conv{nullptr};
    torch::nn::GroupNorm m_norm{nullptr};
    std::array<std::vector<std::shared_ptr<HybridUnit>>, kBlocks> m_blocks;
};

} // namespace fedefm
