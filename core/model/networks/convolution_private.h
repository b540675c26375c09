// SPDX-License-Identifier: GPL-3.0-or-later
// Pieces that the convolutional networks share.
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// Without bias when `bias` is false; `padding` on every side.
torch::nn::Conv2d makeConv(int in, int out, int kernel, int stride, int padding, bool bias);
torch::nn::BatchNorm2d makeBatchNorm(int channels);

/// norm(conv(x)). Without autograd and in evaluation the normalisation is folded into the weights, which
/// saves one pass over the result.
torch::Tensor convNorm(torch::nn::Conv2d& conv, torch::nn::BatchNorm2d& norm, const torch::Tensor& input);

/// relu(norm(conv(x))), the ReLU in place.
torch::Tensor convNormRelu(torch::nn::Conv2d& conv, torch::nn::BatchNorm2d& norm, const torch::Tensor& input);

/// ConvTranspose2d with kernel 2 and stride 2 as one matrix product: its windows do not overlap. `weight` is
/// in×out×2×2. The result is channels-last when the input is.
torch::Tensor transposedConv2x2(const torch::Tensor& input, const torch::Tensor& weight,
                                const torch::Tensor& bias);

/// Zeros around `input` up to the given size, the smaller half at the top and left.
torch::Tensor padCentred(const torch::Tensor& input, std::int64_t height, std::int64_t width);

/// Twice the size, bilinear, corners aligned.
torch::Tensor upsampleTwice(const torch::Tensor& input);

} // namespace fedefm
