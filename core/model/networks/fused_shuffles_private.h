// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

namespace fedefm {

/// torch::pixel_shuffle and torch::pixel_unshuffle (blocks of pixels as channels); float32 maps N×C×H×W on
/// the CPU on all threads, from channels-last to channels-last.
torch::Tensor shuffledPixels(const torch::Tensor& map, std::int64_t factor);
torch::Tensor unshuffledPixels(const torch::Tensor& map, std::int64_t factor);

/// Replaces both operations in a frozen float32 module. The module cannot be saved for other programs
/// afterwards.
void fuseShuffles(torch::jit::Module& frozen);

} // namespace fedefm
