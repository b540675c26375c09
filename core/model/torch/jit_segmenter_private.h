// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_card.h"
#include "core/model/torch/torch_private.h"

#include <memory>
#include <string>

namespace fedefm {

/// Runs a script module as a Segmenter. `card` shapes the input; `file` stands in errors. The module maps
/// 1×channels×H×W to 1×outputs×H×W logits.
std::unique_ptr<Segmenter> makeJitSegmenter(torch::jit::Module module, FileCard card, std::string file);

/// All cores, unless OMP_NUM_THREADS says otherwise: Debian's LibTorch starts with half of them.
void useAllCores();

} // namespace fedefm
