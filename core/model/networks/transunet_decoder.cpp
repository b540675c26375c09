// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/transunet_decoder_private.h"

#include "core/model/networks/convolution_private.h"
#include "core/model/networks/network_private.h"

namespace fedefm {

/// 3×3 convolution, normalisation, ReLU; `{0,1}`.
class TransunetConv : public torch::nn::Module
{
public:
    TransunetConv(int in, int out)
        : m_conv(register_module("0", makeConv(in, out, 3, 1, 1, false))),
          m_norm(register_module("1", makeBatchNorm(out)))
    {
    }
    torch::Tensor forward(const torch::Tensor& map) { return convNormRelu(m_conv, m_norm, map); }

private:
    torch::nn::Conv2d m_conv;
    torch::nn::BatchNorm2d m_norm;
};

class TransunetUpBlock : public torch::nn::Module
{
public:
    TransunetUpBlock(int in, int skip, int out)
        : m_conv1(register_module("conv1", std::make_shared<TransunetConv>(in + skip, out))),
          m_conv2(register_module("conv2", std::make_shared<TransunetConv>(out, out)))
    {
    }
    torch::Tensor forward(const torch::Tensor& map, const torch::Tensor& skip)
    {
        torch::Tensor larger = upsampleTwice(map);
        if (skip.defined())
            larger = torch::cat({larger, skip}, 1);
        return m_conv2->forward(m_conv1->forward(larger));
    }

private:
    std::shared_ptr<TransunetConv> m_conv1;
    std::shared_ptr<TransunetConv> m_conv2;
};

TransunetDecoder::TransunetDecoder(int hidden, int head, const std::vector<int>& channels,
                                   const std::vector<int>& skipChannels)
    : m_more(register_module("conv_more", std::make_shared<TransunetConv>(hidden, head)))
{
    auto blocks = register_module("blocks", std::make_shared<torch::nn::Module>());
    int in = head;
    for (int i = 0; i < kBlocks; ++i) {
        m_blocks.push_back(blocks->register_module(
            std::to_string(i), std::make_shared<TransunetUpBlock>(in, skipChannels[i], channels[i])));
        in = channels[i];
    }
}

torch::Tensor TransunetDecoder::forward(torch::Tensor map, const std::vector<torch::Tensor>& skips)
{
    map = m_more->forward(map);
    recordFeature("decoder.conv_more", map);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        map = m_blocks[i]->forward(map, i < skips.size() ? skips[i] : torch::Tensor());
        recordFeature("decoder.block" + std::to_string(i), map);
    }
    recordFeature("decoder", map);
    return map;
}

} // namespace fedefm
