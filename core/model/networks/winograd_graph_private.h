// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// 3×3 convolution of stride 1 with zeros around, then the bias and, if asked, ReLU. The inputs are joined as
/// channels without a copy. `weight`: from packedForWinograd(). Float32 on the CPU; the result is
/// channels-last. Any thread may call it.
torch::Tensor winogradConvolution(const std::vector<torch::Tensor>& inputs, const torch::Tensor& weight,
                                  const torch::Tensor& bias, bool rectify);

/// `weight`: outputs × inputs × 3 × 3.
torch::Tensor packedForWinograd(const torch::Tensor& weight);

/// Replaces the convolutions of a frozen float32 module that Winograd's algorithm makes faster, with the ReLU
/// behind and the concatenation before them. What remains runs fastest on dense channels-last tensors.
/// Returns whether there were any. The module cannot be saved for other programs afterwards.
bool computeByWinograd(torch::jit::Module& frozen);

} // namespace fedefm
