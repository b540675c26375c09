// SPDX-License-Identifier: GPL-3.0-or-later
// Networks as TorchScript modules.
#pragma once

#include "core/model/networks/network_private.h"

namespace fedefm {

/// The network traced in evaluation mode; the module shares parameters and buffers with it, under the same
/// nested names. Sizes are those of `inputShape` (N×C×H×W); purely convolutional networks take others too.
/// The network's training mode is as before. Errors: InvalidArgument (message of the network), OutOfMemory.
Result<torch::jit::Module> tracedModule(Network& network, const std::vector<std::int64_t>& inputShape);

/// For repeated inference: traced, frozen (weights become constants, batch norms are folded) and given to
/// LibTorch's optimiser, which fuses convolution, bias and ReLU into oneDNN's operations on the CPU. Its
/// forward() takes one tensor of exactly `inputShape` and gives the logits. Later changes of the network do
/// not reach it. The first two calls are slow: they compile.
Result<torch::jit::Module> frozenForInference(Network& network, const std::vector<std::int64_t>& inputShape);

} // namespace fedefm
