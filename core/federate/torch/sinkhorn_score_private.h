// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/torch/torch_private.h"
#include "core/transport/emd_score.h"

namespace fedefm {

/// The EMD score of a batch by Sinkhorn's algorithm in the log domain, all samples at once and where the
/// nodes are, so that nothing leaves a GPU: the mean over the samples, differentiable by `student` where
/// asked. What EmdScorer gives for the solver "sinkhorn", up to its tolerance. Nodes: samples×nodes×channels.
/// Errors: InvalidArgument for features that are not finite.
Result<torch::Tensor> sinkhornScore(const torch::Tensor& student, const torch::Tensor& teacher,
                                    const EmdScoreOptions& options, bool isDifferentiated);

} // namespace fedefm
