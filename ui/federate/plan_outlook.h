// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/partition/partition.h"
#include "core/federate/session_links.h"

#include <optional>
#include <utility>

namespace fedefm {

/// What a plan would come out as, before anything is trained. Of files those of underlay and links are read,
/// and data sets are listed.
struct PlanOutlook
{
    std::optional<SessionLinks> links;
    std::optional<Error> linksError;
    std::vector<std::pair<double, double>> places; ///< east and north in degrees; empty where not known

    std::optional<PartitionReport> report;
    std::optional<Error> partitionError;

    std::size_t leastSamples() const; ///< of a silo; 0: not known
};

/// Works on any thread; with hundreds of silos or thousands of files it takes seconds.
PlanOutlook planOutlook(const nlohmann::json& plan);
/// The parts of a plan that the outlook depends on.
nlohmann::json outlookInputs(const nlohmann::json& plan);

} // namespace fedefm
