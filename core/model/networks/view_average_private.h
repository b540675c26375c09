// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/picture_view.h"
#include "core/model/torch/torch_private.h"

#include <functional>
#include <vector>

namespace fedefm {

using LogitsOf = std::function<Result<torch::Tensor>(const torch::Tensor& pictures)>;

/// Logarithms of the mean probabilities that `logitsOf` gives for the views of the pictures N×C×H×W, turned
/// and scaled back to H×W. Scaled pictures are padded to multiples of `multiple` by their edge. Without
/// views: the logits of one look. Errors: those of `logitsOf`.
Result<torch::Tensor> viewAverage(const torch::Tensor& pictures, const std::vector<PictureView>& views,
                                  int multiple, const LogitsOf& logitsOf);

} // namespace fedefm
