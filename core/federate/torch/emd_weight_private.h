// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"
#include "core/transport/emd_score.h"

#include <memory>

namespace fedefm {

/// Feature maps as the EMD score compares them: at most `side` × `side` nodes, N×nodes×C, float32. Features
/// of whole pictures (N×C) are one node.
torch::Tensor emdNodes(const torch::Tensor& features, int side);

/// The EMD score of a batch as a differentiable number: the mean over its samples, with the gradient by LP
/// duality for the student's side where `isDifferentiated`. Sinkhorn runs on the GPU where the nodes are
/// there, the other solvers on the CPU. Errors: those of the scorer.
Result<torch::Tensor> emdScore(const torch::Tensor& studentNodes, const torch::Tensor& teacherNodes,
                               EmdScorer& scorer, bool isDifferentiated);

} // namespace fedefm
