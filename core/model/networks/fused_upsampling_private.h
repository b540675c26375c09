// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// relu(coarse, each pixel doubled in both directions, + fine) in one pass over the memory; exactly what the
/// three operations give. Float32 on the CPU, N×C×H×W and N×C×2H×2W; the result is channels-last.
torch::Tensor upsampleAddRelu(const torch::Tensor& coarse, const torch::Tensor& fine);

/// Replaces these three operations in a frozen float32 module, the step from level to level of a decoder.
/// The module cannot be saved for other programs afterwards.
void fuseUpsampling(torch::jit::Module& frozen);

} // namespace fedefm
