// SPDX-License-Identifier: GPL-3.0-or-later
// Operations with loops of our own on the CPU. Each gives what LibTorch's operations give, and uses them for
// other devices and types, under autocast and in traces, which must not depend on this program.
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// Whether loops of our own may take this operand: float32 on the CPU, neither traced nor under autocast.
bool hasFastPath(const torch::Tensor& operand);

/// The same for N×C×H×W maps, which must be in channels-last order.
bool hasFastMapPath(const torch::Tensor& map);

/// relu(group_norm(map) + rest), or without `rest`, or group_norm(map) alone.
torch::Tensor groupNorm(torch::nn::GroupNorm& norm, const torch::Tensor& map);
torch::Tensor groupNormRelu(torch::nn::GroupNorm& norm, const torch::Tensor& map,
                            const torch::Tensor& rest = {});

/// conv2d without bias. 3×3 convolutions are computed by tiles (Winograd's F(4×4, 3×3)), 1×1 ones with a
/// stride read only the pixels that they use.
torch::Tensor mapConvolution(const torch::Tensor& map, const torch::Tensor& weight, std::int64_t stride,
                             std::int64_t padding);

/// softmax(q kᵀ × scale) v for tokens N×T×(heads × size).
torch::Tensor attendTokens(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, int heads,
                           double scale);

/// torch::dropout in training. One draw of the generator decides all values, and no mask is kept.
torch::Tensor tokenDropout(const torch::Tensor& values, double rate);

} // namespace fedefm
