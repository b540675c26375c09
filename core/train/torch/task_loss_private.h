// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/losses_private.h"
#include "core/train/torch/tensors_private.h"

namespace fedefm {

/// What a network's output is compared with.
struct TaskSettings
{
    bool isClassification = false;
    int classes = 2;
    LossSettings loss;
    torch::Tensor classWeights; ///< undefined: all 1
};

/// The loss of a configuration for the logits of a batch; of pictures with flags that of the flags. Pictures
/// without a class do not count. Errors: InvalidArgument when the output has another
/// number of classes, or a sample that needs a mask has none.
Result<torch::Tensor> taskLoss(const torch::Tensor& logits, const Batch& batch, const TaskSettings& task);

} // namespace fedefm
