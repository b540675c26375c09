// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_card.h"
#include "core/model/torch/torch_private.h"

#include <functional>
#include <memory>
#include <string>

namespace fedefm {

/// The module for inputs of a shape (1×channels×H×W); it gives 1×outputs×H×W logits. Called when the shape
/// changes.
using ModuleForShape = std::function<Result<torch::jit::Module>(const std::vector<std::int64_t>& inputShape)>;

/// Runs script modules as a Segmenter. `card` shapes the input; `file` stands in errors.
std::unique_ptr<Segmenter> makeJitSegmenter(ModuleForShape modules, FileCard card, std::string file);

/// As many threads as OMP_NUM_THREADS says, else all cores: Debian's LibTorch starts with half of them.
void useAllCores();

} // namespace fedefm
