// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"

#include <functional>

namespace fedefm {

/// Logarithms of the mean probabilities that `logitsOf` gives for the pictures N×C×H×W and their three mirror
/// images, turned back: four times the work, for the points where a network is unsure.
torch::Tensor mirrorAverage(const torch::Tensor& pictures,
                            const std::function<torch::Tensor(const torch::Tensor&)>& logitsOf);

} // namespace fedefm
