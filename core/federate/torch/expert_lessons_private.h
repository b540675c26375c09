// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/fedefm_options_private.h"
#include "core/federate/torch/strategy_private.h"

namespace fedefm {

/// An overseas expert back home: the silo's own weights after training at `host`.
struct Expert
{
    int host = 0;
    TensorFile tensors;
};

/// One expert's answers to some batches.
struct ExpertAnswers
{
    std::vector<torch::Tensor> logits;
    std::vector<torch::Tensor> nodes; ///< of the EMD score; empty without it
};

/// The expert's weights are put into the workbench's scratch network, one at a time.
ExpertAnswers answersOf(Workbench& bench, const Expert& expert,
                        const std::vector<std::shared_ptr<const Batch>>& batches,
                        const FedEfmOptions& options);

/// One scorer for each expert, on the threads of the session. They are made anew in every round and within it
/// begin at the flows of the step before: a resume, which begins with a round, comes out the same.
Result<std::vector<EmdScorer>> expertScorers(std::size_t experts, const FedEfmOptions& options);

/// What the label term counts: Σ_j w_j (1 − β), and at least the floor where there is one.
torch::Tensor labelWeight(const std::vector<torch::Tensor>& weights, const FedEfmOptions& options);

/// `homeSteps` of distillation (eqs 2 and 11). Notes the scores. Errors: those of learner and scorer.
Status learnFromExperts(Workbench& bench, const std::vector<Expert>& experts, const FedEfmOptions& options);

/// Own weights ← (1 − fuse)·own + fuse·experts.
Status fuseExperts(Workbench& bench, const std::vector<Expert>& experts, const FedEfmOptions& options);

} // namespace fedefm
