// SPDX-License-Identifier: GPL-3.0-or-later
// For passes over TorchScript graphs: what they ask of nodes, and the operators that they put in.
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// The numbers of a constant list, wherever the graph keeps them; empty if they are not constant.
std::vector<std::int64_t> integersOf(const torch::jit::Value* value);
std::vector<double> numbersOf(const torch::jit::Value* value);

/// Whether what `first` reads is the same where `last`, of the same block, stands.
bool staysSame(const torch::jit::Node* first, const torch::jit::Node* last);

/// The only reader of `value`, if it is of the same block.
torch::jit::Node* readerOf(const torch::jit::Value* value);

/// The only reader of `value`, if it is a plain sum; else nothing.
torch::jit::Node* sumOf(const torch::jit::Value* value);
/// What `sum` adds to `value`.
torch::jit::Value* otherSummand(torch::jit::Node* sum, const torch::jit::Value* value);

/// The only reader of `value`, if it is a ReLU; else nothing.
torch::jit::Node* rectifierOf(const torch::jit::Value* value);

/// Makes an operator known to LibTorch. Another copy of this library in the process, such as a module's, may
/// have been first; its operator is the same. `schema`: "name(operands) -> results".
void registerOperator(const std::string& schema, void (*run)(torch::jit::Stack&));

} // namespace fedefm
