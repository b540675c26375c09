// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/transformer_parts_private.h"

#include <cmath>

namespace fedefm {

namespace {

torch::Tensor resizedGrid(const torch::Tensor& grid, std::int64_t height, std::int64_t width, bool isBicubic)
{
    const auto map = grid.permute({0, 3, 1, 2});
    const auto resized = isBicubic
                             ? torch::upsample_bicubic2d(map, {height, width}, /*align_corners=*/false)
                             : torch::upsample_bilinear2d(map, {height, width}, /*align_corners=*/false);
    return resized.permute({0, 2, 3, 1});
}

} // namespace

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x)
{
    return torch::nn::LayerNormImpl::forward(x.to(weight.scalar_type()));
}

LayerNorm layerNorm(int width, double eps)
{
    return LayerNorm(torch::nn::LayerNormOptions({width}).eps(eps));
}

torch::Tensor activate(const torch::Tensor& x, Activation activation)
{
    switch (activation) {
    case Activation::Gelu:
        return torch::gelu(x);
    case Activation::QuickGelu:
        return x * torch::sigmoid(1.702 * x);
    case Activation::Relu:
        return torch::relu(x);
    }
    return x;
}

TransformerMlp::TransformerMlp(int width, int hidden, const char* firstName, const char* secondName,
                               Activation activation)
    : first(width, hidden), second(hidden, width), m_activation(activation)
{
    register_module(firstName, first);
    register_module(secondName, second);
}

torch::Tensor TransformerMlp::forward(const torch::Tensor& x)
{
    return second(activate(first(x), m_activation));
}

LayerNorm2d::LayerNorm2d(int channels, double eps)
    : m_weight(register_parameter("weight", torch::ones({channels}))),
      m_bias(register_parameter("bias", torch::zeros({channels}))), m_eps(eps)
{
}

torch::Tensor LayerNorm2d::forward(const torch::Tensor& x)
{
    return torch::layer_norm(x.to(m_weight.scalar_type()).permute({0, 2, 3, 1}), {x.size(1)}, m_weight,
                             m_bias, m_eps)
        .permute({0, 3, 1, 2});
}

PatchProjection::PatchProjection(int inChannels, int width, int patch)
    : proj(torch::nn::Conv2dOptions(inChannels, width, patch).stride(patch))
{
    register_module("proj", proj);
}

torch::Tensor PatchProjection::forward(const torch::Tensor& x)
{
    return proj(x);
}

torch::Tensor dropPath(const torch::Tensor& branch, double rate, bool isTraining)
{
    if (!isTraining || rate <= 0.0)
        return branch;
    std::vector<std::int64_t> shape(static_cast<std::size_t>(branch.dim()), 1);
    shape[0] = branch.size(0);
    const double keep = 1.0 - rate;
    return branch * torch::empty(shape, branch.options()).bernoulli_(keep).div_(keep);
}

std::vector<double> dropPathRates(double last, int depth)
{
    std::vector<double> rates(static_cast<std::size_t>(depth), 0.0);
    for (int layer = 1; layer < depth; ++layer)
        rates[static_cast<std::size_t>(layer)] = last * layer / (depth - 1);
    return rates;
}

void truncatedNormal(torch::Tensor tensor, double deviation)
{
    const torch::NoGradGuard noGradient;
    const double edge = std::erf(2.0 / deviation / std::sqrt(2.0));
    // For deviations this small the cut lies beyond 50 σ, where erfinv is infinite.
    if (edge >= 1.0 - 1e-7) {
        tensor.normal_(0.0, deviation);
        return;
    }
    tensor.uniform_(-edge, edge).erfinv_().mul_(deviation * std::sqrt(2.0)).clamp_(-2.0, 2.0);
}

void initialiseLinearLayers(torch::nn::Module& network)
{
    const torch::NoGradGuard noGradient;
    for (const auto& module : network.modules(/*include_self=*/false)) {
        auto* linear = module->as<torch::nn::Linear>();
        if (!linear)
            continue;
        truncatedNormal(linear->weight, 0.02);
        if (linear->bias.defined())
            linear->bias.zero_();
    }
}

torch::Tensor withChannels(const torch::Tensor& input, int channels)
{
    return input.size(1) == 1 && channels > 1 ? input.expand({-1, channels, -1, -1}) : input;
}

torch::Tensor positionsForGrid(const torch::Tensor& positions, int extraTokens, std::int64_t height,
                               std::int64_t width)
{
    const std::int64_t tokens = positions.size(1) - extraTokens;
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens))));
    if (height == side && width == side)
        return positions;
    const auto grid = positions.slice(1, extraTokens).reshape({1, side, side, positions.size(2)});
    return torch::cat({positions.slice(1, 0, extraTokens),
                       resizedGrid(grid, height, width, /*isBicubic=*/true).flatten(1, 2)},
                      1);
}

torch::Tensor positionMapForGrid(const torch::Tensor& positions, std::int64_t height, std::int64_t width)
{
    if (positions.size(1) == height && positions.size(2) == width)
        return positions;
    return resizedGrid(positions, height, width, /*isBicubic=*/false);
}

Result<std::vector<double>> numberList(const nlohmann::json& values, const char* name,
                                       const std::vector<double>& fallback)
{
    const auto found = values.find(name);
    if (found == values.end())
        return fallback;
    std::vector<double> numbers;
    for (const auto& entry : *found)
        if (entry.is_number())
            numbers.push_back(entry.get<double>());
    if (!found->is_array() || numbers.size() != found->size() || numbers.size() != fallback.size())
        return fail(ErrorCode::InvalidArgument, name,
                    "a list of " + std::to_string(fallback.size()) + " numbers is needed");
    return numbers;
}

} // namespace fedefm
