// SPDX-License-Identifier: GPL-3.0-or-later
// bfloat16: half the bytes and twice the products of float32 where the processor has it.
#pragma once

#include "core/base/result.h"
#include "core/model/torch/torch_private.h"

#include <string>

namespace fedefm {

enum class Precision { Float32, Bfloat16 };

/// Whether the device computes in bfloat16 by itself.
bool hasBfloat16(torch::Device device);

/// What a configuration's "float32", "bfloat16" or "auto" means there. Errors: InvalidArgument (bfloat16
/// without a device that has it).
Result<bool> usesBfloat16(const std::string& precision, torch::Device device);

/// Whether all its weights belong to convolutions and batch norms.
bool isConvolutional(const torch::nn::Module& network);

/// Bfloat16 for convolutional networks where the CPU has it: their masks differ
/// from those of float32 in a few pixels of a hundred thousand. Attention and layer norms need float32.
Precision inferencePrecision(const torch::nn::Module& network);

/// Makes a frozen module compute in bfloat16: the weights in its graph become such, input and output stay
/// float32.
void computeInBfloat16(torch::jit::Module& frozen);

} // namespace fedefm
