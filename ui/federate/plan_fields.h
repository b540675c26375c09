// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/config_schema.h"

namespace fedefm {

/// One line of the wizard: a field as the Train mode has them, and where its value stands in a plan.
struct PlanField
{
    ConfigField field;
    std::string key; ///< "training.optimizer.kind"
};

/// What a training has too, with its texts.
std::vector<PlanField> planRunFields();
std::vector<PlanField> planNetworkFields();
std::vector<PlanField> planOptimizerFields();
/// Rounds, deadlines, what is evaluated and kept when.
std::vector<PlanField> planCourseFields();
/// Of a partition, besides scheme and unseen share, which the page shows by itself.
std::vector<PlanField> planPartitionFields(const std::string& scheme);
/// Options that this topology reads.
std::vector<PlanField> planTopologyFields(const std::string& topology);
std::vector<PlanField> planPrivacyFields();

/// The value of a key that the plan leaves out; null where there is none. It depends on the plan for some
/// options of strategies.
nlohmann::json planDefault(const nlohmann::json& plan, const std::string& key);

} // namespace fedefm
