// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// A convolution with an odd square kernel, as many zeros around as keep the size at stride 1, and what
/// follows it.
struct FusedConvolution
{
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    bool rectify = false;

    /// Winograd's algorithm, where the channels make up for its transforms; otherwise directly.
    bool usesWinograd() const;
};

/// Weights outputs × inputs × kernel × kernel, in the order that the loops of this processor read.
torch::Tensor packedWeight(const FusedConvolution& shape, const torch::Tensor& weight);

/// The convolution, plus bias and `residual` (may be undefined), then ReLU where `shape` asks for it. The
/// inputs are joined as channels; without a copy for Winograd's algorithm. `residual` is expanded as in a sum
/// of tensors. `weight`: from packedWeight(). Float32 on the CPU; the result is channels-last. Any thread may
/// call it.
torch::Tensor fusedConvolution(const FusedConvolution& shape, const std::vector<torch::Tensor>& inputs,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& residual = {});

/// Replaces the convolutions of a frozen float32 module that are faster by loops of our own, with the
/// concatenation before and the sum and ReLU behind them. What remains runs fastest on dense channels-last
/// tensors. Returns whether there were any. The module cannot be saved for other programs afterwards.
bool fuseConvolutions(torch::jit::Module& frozen);

} // namespace fedefm
