// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/strategy_private.h"

namespace fedefm {

/// Averages the silo's model with those that its neighbours published in `phase`, by the round's mixing
/// matrix. The weight of a model that is missing goes to its own.
Status mixWithNeighbours(Workbench& bench, int phase, const MergeOptions& merge);

} // namespace fedefm
