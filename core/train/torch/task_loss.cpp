// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/task_loss_private.h"

#include "core/train/data/augmentation.h"
#include "core/train/torch/evaluator_private.h"

namespace fedefm {

Result<torch::Tensor> taskLoss(const torch::Tensor& logits, const Batch& batch, const TaskSettings& task)
{
    if (auto fits = checkLogits(logits, task.classes, task.isClassification); !fits)
        return tl::unexpected(fits.error());
    if (task.isClassification && batch.flagCount > 0)
        return flagLoss(logits, imageFlagsOf(batch, logits.device()), task.classWeights);
    if (task.isClassification) {
        const torch::Tensor classes = imageClassesOf(batch, logits.device());
        return crossEntropyLoss(logits, classes.masked_fill(classes.lt(0), static_cast<int>(kIgnoreLabel)),
                                task.classWeights);
    }
    if (batch.labels.empty())
        return fail(ErrorCode::InvalidArgument, "data", "a training sample has no mask");
    return segmentationLoss(logitsAt(logits, batch.height, batch.width), labelsOf(batch, logits.device()),
                            task.loss, task.classWeights);
}

} // namespace fedefm
