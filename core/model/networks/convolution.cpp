// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/convolution_private.h"

#include "core/model/networks/fast_path_private.h"
#include "core/model/networks/torchscript_private.h"

namespace fedefm {

namespace {

torch::Tensor foldedConvolution(torch::nn::Conv2d& conv, torch::nn::BatchNorm2d& norm,
                                const torch::Tensor& input)
{
    const torch::Tensor scale = norm->weight * torch::rsqrt(norm->running_var + norm->options.eps());
    const torch::Tensor weight = conv->weight * scale.view({-1, 1, 1, 1});
    torch::Tensor bias = norm->bias - norm->running_mean * scale;
    if (conv->bias.defined())
        bias = bias + conv->bias * scale;
    const auto padding = c10::get<torch::ExpandingArray<2>>(conv->options.padding());
    return torch::conv2d(input, weight, bias, conv->options.stride(), padding, conv->options.dilation(),
                         conv->options.groups());
}

} // namespace

torch::nn::Conv2d makeConv(int in, int out, int kernel, int stride, int padding, bool bias)
{
    return torch::nn::Conv2d(
        torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).bias(bias));
}

torch::nn::BatchNorm2d makeBatchNorm(int channels)
{
    return torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels));
}

torch::Tensor convNorm(torch::nn::Conv2d& conv, torch::nn::BatchNorm2d& norm, const torch::Tensor& input)
{
    if (!norm->is_training() && !torch::GradMode::is_enabled())
        return foldedConvolution(conv, norm, input);
    if (conv->bias.defined() || conv->options.groups() != 1)
        return norm->forward(conv->forward(input));
    const auto padding = c10::get<torch::ExpandingArray<2>>(conv->options.padding());
    return norm->forward(
        mapConvolution(input, conv->weight, conv->options.stride()->front(), padding->front()));
}

torch::Tensor convNormRelu(torch::nn::Conv2d& conv, torch::nn::BatchNorm2d& norm, const torch::Tensor& input)
{
    // Neither a convolution nor a batch normalisation needs its own result for the gradient.
    return convNorm(conv, norm, input).relu_();
}

torch::Tensor transposedConv2x2(const torch::Tensor& input, const torch::Tensor& weight,
                                const torch::Tensor& bias)
{
    if (isTracingAnySize()) { // not conv_transpose2d: LibTorch 1.13 cannot freeze a traced one
        const torch::Tensor kernel =
            weight.permute({1, 2, 3, 0}).reshape({4 * weight.size(1), weight.size(0), 1, 1});
        const torch::Tensor offsets = bias.defined() ? bias.repeat_interleave(4) : torch::Tensor();
        return torch::pixel_shuffle(torch::conv2d(input, kernel, offsets), 2);
    }
    const std::int64_t count = input.size(0);
    const std::int64_t height = input.size(2);
    const std::int64_t width = input.size(3);
    const std::int64_t out = weight.size(1);
    const bool channelsLast = input.is_contiguous(torch::MemoryFormat::ChannelsLast);
    // Rows are pixels; columns are (row offset, column offset, channel), so that whole pixels move
    // afterwards.
    const torch::Tensor pixels = input.permute({0, 2, 3, 1}).reshape({-1, input.size(1)});
    const torch::Tensor matrix = weight.permute({0, 2, 3, 1}).reshape({weight.size(0), 4 * out});
    const torch::Tensor product =
        bias.defined() ? torch::addmm(bias.repeat({4}), pixels, matrix) : torch::mm(pixels, matrix);
    const torch::Tensor result = product.view({count, height, width, 2, 2, out})
                                     .permute({0, 1, 3, 2, 4, 5})
                                     .reshape({count, 2 * height, 2 * width, out})
                                     .permute({0, 3, 1, 2});
    return channelsLast ? result : result.contiguous();
}

torch::Tensor padCentred(const torch::Tensor& input, std::int64_t height, std::int64_t width)
{
    const std::int64_t extraRows = height - input.size(2);
    const std::int64_t extraColumns = width - input.size(3);
    if (extraRows == 0 && extraColumns == 0)
        return input;
    return torch::constant_pad_nd(
        input, {extraColumns / 2, extraColumns - extraColumns / 2, extraRows / 2, extraRows - extraRows / 2});
}

torch::Tensor upsampleTwice(const torch::Tensor& input)
{
    if (isTracingAnySize())
        return torch::upsample_bilinear2d(input, c10::nullopt, true, std::vector<double>{2.0, 2.0});
    return torch::upsample_bilinear2d(input, {2 * input.size(2), 2 * input.size(3)}, /*align_corners=*/true);
}

} // namespace fedefm
