// SPDX-License-Identifier: GPL-3.0-or-later
// Networks as TorchScript modules.
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/reduced_precision_private.h"

namespace fedefm {

/// What a trace is for: one size at full speed, or as many sizes as the network's operations allow.
enum class TraceFor { OneSize, AnySize };

/// Whether this thread traces for any size. Sizes that a network computes with become constants of the trace,
/// so it then prefers operations that ask their input.
bool isTracingAnySize();

/// The network traced in evaluation mode; the module shares parameters and buffers with it, under the same
/// nested names. The network's training mode is as before. `inputShape`: N×C×H×W.
/// Errors: InvalidArgument (message of the network), OutOfMemory.
Result<torch::jit::Module> tracedModule(Network& network, const std::vector<std::int64_t>& inputShape,
                                        TraceFor purpose = TraceFor::OneSize);

/// For repeated inference: traced, frozen (weights become constants, batch norms are folded) and either made
/// to compute in bfloat16 or, in float32, with convolutions by loops of our own (ADR 0012); where none fits
/// it is given to LibTorch's optimiser, which keeps convolutions in oneDNN's own memory layout on the CPU.
/// Its forward() takes one float32 tensor of exactly `inputShape` and gives float32 logits. Later changes of
/// the network do not reach it. The first two calls are slow: they compile. It cannot be saved to a file.
Result<torch::jit::Module> frozenForInference(Network& network, const std::vector<std::int64_t>& inputShape,
                                              Precision precision = Precision::Float32);

/// Gives back to the system what building a network has left, or what lies between smaller pieces that are in
/// use: the large tensors of inference are not made of it.
void returnFreedMemory();

} // namespace fedefm
