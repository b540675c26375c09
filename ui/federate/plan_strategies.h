// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/plan_fields.h"

namespace fedefm {

enum class LearningScenario { Central, ClientServer, Decentral };

/// What a person needs to know to choose a strategy; texts are translatable in context "ConfigField".
struct StrategyInfo
{
    enum class Uses { Nothing, Hub, Links };

    const char* name;
    const char* title;
    const char* text; ///< one line
    LearningScenario scenario;
    Uses uses = Uses::Nothing; ///< of the topology
    bool needsPublic = false;  ///< pictures that every silo has
    const char* topology = ""; ///< its own, whatever the plan says
};

/// In the order of the list: FedEFM first in its scenario.
const std::vector<StrategyInfo>& strategyInfos();
/// Null for a name that is not known.
const StrategyInfo* strategyInfo(const std::string& name);

/// Options of a strategy; none for names that are not known.
std::vector<PlanField> strategyFields(const std::string& name);
/// What an option is where `strategy` leaves it out.
nlohmann::json strategyDefault(const nlohmann::json& strategy, const std::string& option);

/// Options that the paper's literal algorithm sets by itself.
const std::vector<std::string>& strictOptions();

/// Optimiser steps of a silo in a round, and of each visitor that it has.
int stepsPerRound(const nlohmann::json& strategy);
int visitSteps(const nlohmann::json& strategy);
/// Whether what is learnt has parts that belong to no single picture: answers of models that are compared, or
/// the shares of all pictures' classes. Such a strategy cannot protect each picture.
bool comparesModels(const nlohmann::json& strategy);
bool usesClassShares(const nlohmann::json& strategy);
/// Whether anything but weights leaves a silo, or a round ends with something that did not leave it and is in
/// the next one. Such a strategy cannot protect the whole silo.
bool givesMoreThanWeights(const nlohmann::json& strategy);
bool keepsUnreleased(const nlohmann::json& strategy);
/// Hosts of a visitor; 0 where none travel.
int visitHops(const nlohmann::json& strategy);
/// How often a silo gives away what it has learnt in that many rounds, with so many visits at it.
std::int64_t releasesOf(const nlohmann::json& strategy, int rounds, std::int64_t visits);

} // namespace fedefm
