// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/hybrid_resnet_private.h"

#include "core/model/networks/convolution_private.h"
#include "core/model/networks/fast_path_private.h"
#include "core/model/networks/network_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr double kStandardisationEps = 1e-5;
constexpr double kNormEps = 1e-6;
constexpr int kGroups = 32;

/// (w − mean) / sqrt(var + eps) per output channel: a layer normalisation of each filter, which the library
/// does in one pass forwards and one backwards. The order within a filter does not matter.
torch::Tensor standardised(const torch::Tensor& weight)
{
    const bool channelsLast = weight.is_contiguous(torch::MemoryFormat::ChannelsLast);
    const torch::Tensor filters = channelsLast ? weight.permute({0, 2, 3, 1}) : weight;
    const auto shape = filters.sizes().slice(1).vec();
    const torch::Tensor result = torch::layer_norm(filters, shape, {}, {}, kStandardisationEps);
    return channelsLast ? result.permute({0, 3, 1, 2}) : result;
}

torch::Tensor standardisedConv(torch::nn::Conv2d& conv, const torch::Tensor& input)
{
    const auto padding = c10::get<torch::ExpandingArray<2>>(conv->options.padding());
    return mapConvolution(input, standardised(conv->weight), conv->options.stride()->front(),
                          padding->front());
}

torch::nn::GroupNorm makeGroupNorm(int groups, int channels, double eps)
{
    return torch::nn::GroupNorm(torch::nn::GroupNormOptions(groups, channels).eps(eps));
}

} // namespace

/// Bottleneck with the ReLU after the sum; its names say "pre-activation" upstream.
class HybridUnit : public torch::nn::Module
{
public:
    HybridUnit(int in, int middle, int out, int stride)
    {
        m_norm1 = register_module("gn1", makeGroupNorm(kGroups, middle, kNormEps));
        m_conv1 = register_module("conv1", makeConv(in, middle, 1, 1, 0, false));
        m_norm2 = register_module("gn2", makeGroupNorm(kGroups, middle, kNormEps));
        m_conv2 = register_module("conv2", makeConv(middle, middle, 3, stride, 1, false));
        m_norm3 = register_module("gn3", makeGroupNorm(kGroups, out, kNormEps));
        m_conv3 = register_module("conv3", makeConv(middle, out, 1, 1, 0, false));
        if (stride == 1 && in == out)
            return;
        constexpr double kProjectionEps = 1e-5;
        m_downsample = register_module("downsample", makeConv(in, out, 1, stride, 0, false));
        m_projectionNorm = register_module("gn_proj", makeGroupNorm(out, out, kProjectionEps));
    }

    torch::Tensor forward(const torch::Tensor& input)
    {
        torch::Tensor map = groupNormRelu(m_norm1, standardisedConv(m_conv1, input));
        map = groupNormRelu(m_norm2, standardisedConv(m_conv2, map));
        const torch::Tensor rest =
            m_downsample ? groupNorm(m_projectionNorm, standardisedConv(m_downsample, input)) : input;
        return groupNormRelu(m_norm3, standardisedConv(m_conv3, map), rest);
    }

private:
    torch::nn::Conv2d m_conv1{nullptr};
    torch::nn::Conv2d m_conv2{nullptr};
    torch::nn::Conv2d m_conv3{nullptr};
    torch::nn::Conv2d m_downsample{nullptr};
    torch::nn::GroupNorm m_norm1{nullptr};
    torch::nn::GroupNorm m_norm2{nullptr};
    torch::nn::GroupNorm m_norm3{nullptr};
    torch::nn::GroupNorm m_projectionNorm{nullptr};
};

HybridResnet::HybridResnet(const std::vector<int>& units, int width)
{
    auto root = register_module("root", std::make_shared<torch::nn::Module>());
    m_conv = root->register_module("conv", makeConv(3, width, 7, 2, 3, false));
    m_norm = root->register_module("gn", makeGroupNorm(kGroups, width, kNormEps));
    auto body = register_module("body", std::make_shared<torch::nn::Module>());
    int in = width;
    for (int b = 0; b < kBlocks; ++b) {
        auto block =
            body->register_module("block" + std::to_string(b + 1), std::make_shared<torch::nn::Module>());
        const int middle = width << b;
        for (int u = 0; u < units[b]; ++u) {
            const int stride = u == 0 && b > 0 ? 2 : 1;
            m_blocks[b].push_back(
                block->register_module("unit" + std::to_string(u + 1),
                                       std::make_shared<HybridUnit>(in, middle, 4 * middle, stride)));
            in = 4 * middle;
        }
    }
}

HybridResnet::Maps HybridResnet::forward(const torch::Tensor& input, bool wantSkips)
{
    Maps maps;
    const auto keep = [&](const torch::Tensor& map, std::int64_t divisor) {
        if (!wantSkips)
            return;
        // The pooling without padding leaves the maps a pixel short.
        const std::int64_t rows = std::max<std::int64_t>(input.size(2) / divisor - map.size(2), 0);
        const std::int64_t columns = std::max<std::int64_t>(input.size(3) / divisor - map.size(3), 0);
        const bool fits = rows == 0 && columns == 0;
        maps.skips.insert(maps.skips.begin(),
                          fits ? map : torch::constant_pad_nd(map, {0, columns, 0, rows}));
    };
    torch::Tensor map = groupNormRelu(m_norm, standardisedConv(m_conv, input));
    recordFeature("root", map);
    keep(map, 2);
    map = torch::max_pool2d(map, 3, 2);
    for (int b = 0; b < kBlocks; ++b) {
        for (const auto& unit : m_blocks[b])
            map = unit->forward(map);
        recordFeature("block" + std::to_string(b + 1), map);
        if (b + 1 < kBlocks)
            keep(map, 4 * (b + 1));
    }
    maps.last = map;
    return maps;
}

} // namespace fedefm
