// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/plan_outlook.h"

#include <QString>

namespace fedefm {

/// Something about a plan that its author should know.
struct PlanProblem
{
    std::string key; ///< of the field that it concerns: "training.device"
    QString text;
    bool blocks = true; ///< else a warning
};

/// All that can be known before the session starts, in the order of the pages.
std::vector<PlanProblem> planProblems(const nlohmann::json& plan, const PlanOutlook& outlook);

/// Of the session's end at the silo that gives away most; infinity without noise, below 0 when not known.
double expectedEpsilon(const nlohmann::json& plan, const PlanOutlook& outlook);

} // namespace fedefm
