// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/federate/merge/merge.h"
#include "core/federate/torch/silo_private.h"

namespace fedefm {

struct WeightedModel
{
    std::string name; ///< for reports
    double weight = 1.0;
    TensorFile tensors;
};

/// Merges models and copies the result into the network's tensors of the same names. The first model says
/// which tensors there are. Errors: those of mergeModels(); InvalidArgument without models.
Result<MergeReport> mergeInto(Network& network, std::vector<WeightedModel> models,
                              const MergeOptions& options, const CancelToken& cancel);

} // namespace fedefm
