// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <optional>
#include <string>

namespace fedefm {

/// The value that chooses the best epoch of a run, "foreground.dice".
std::string selectedMetric(const RunSummary& run);

/// That value among the metrics of an epoch: a training keeps what it measured on its validation set, a
/// session what the merged model has. Nothing where the epoch was not measured.
std::optional<double> measuredValue(const nlohmann::json& metrics, const std::string& metric);

} // namespace fedefm
