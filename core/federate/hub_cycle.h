// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace fedefm {

/// Whether models meet at one silo, whatever the topology says.
bool gathersAtHub(const std::string& strategy);

/// Cycle time of the star that such a strategy of a plan works over, around its hub; of one whose hub wanders
/// the mean over all silos. Nothing for other strategies, and where the plan's topology cannot be made.
std::optional<double> hubCycleTimeMs(const nlohmann::json& plan);

} // namespace fedefm
