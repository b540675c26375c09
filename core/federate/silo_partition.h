// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <cstdint>
#include <nlohmann/json.hpp>

namespace fedefm {

/// Which samples of a pool each silo has.
struct SiloPartition
{
    std::vector<std::vector<std::size_t>> silos;
    nlohmann::json record; ///< the rule with all its values
};

/// `rule`: {"kind": "even", "silos": N, "seed"}. Groups stay whole. Errors: InvalidArgument.
Result<SiloPartition> partitionSilos(const Dataset& pool, const nlohmann::json& rule, std::uint64_t seed);

} // namespace fedefm
