// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/merge/model_stream.h"

namespace fedefm {

enum class TensorRole {
    Weight,
    BatchNormStatistic, ///< running_mean, running_var, num_batches_tracked
    BatchNormParameter  ///< weight and bias of the same layer
};

/// The role of each tensor by its name. A layer "p" is a BatchNorm where "p.running_mean" and "p.running_var"
/// exist with one and the same shape [channels]; its parameters are "p.weight" and "p.bias" of that shape.
/// GroupNorm and LayerNorm have no running values and count as weights, and so does a BatchNorm without them.
std::vector<TensorRole> tensorRoles(const ModelSchema& schema);

/// What a merge does with BatchNorm layers.
enum class BatchNormPolicy {
    Average,        ///< as any other tensor
    KeepStatistics, ///< running values stay each silo's own (SiloBN, Andreux et al. 2020)
    KeepLocal       ///< statistics and parameters stay each silo's own (FedBN, Li et al. 2021)
};

/// Whether a tensor of that role takes part in a merge.
bool isMerged(TensorRole role, BatchNormPolicy policy);

} // namespace fedefm
