// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

#include <memory>
#include <vector>

namespace fedefm {

class TransunetConv;
class TransunetUpBlock;

/// TransUNet's cascaded up-sampler: `conv_more`, then `blocks.0…3`, each twice the size, joining skip i at
/// block i while there is one.
class TransunetDecoder : public torch::nn::Module
{
public:
    static constexpr int kBlocks = 4;

    /// `channels` has one entry per block, `skipChannels` too (0: no skip).
    TransunetDecoder(int hidden, int head, const std::vector<int>& channels,
                     const std::vector<int>& skipChannels);
    torch::Tensor forward(torch::Tensor map, const std::vector<torch::Tensor>& skips);

private:
    std::shared_ptr<TransunetConv> m_more;
    std::vector<std::shared_ptr<TransunetUpBlock>> m_blocks;
};

} // namespace fedefm
