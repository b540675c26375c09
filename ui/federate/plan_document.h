// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fedefm {

/// How a plan says where the pictures come from.
enum class PlanDataKind {
    Pool,   ///< one data set that is shared over the silos
    Listed, ///< each silo has its own
    Other   ///< valid, but only editable as JSON
};
PlanDataKind planDataKind(const nlohmann::json& plan);

/// What stands in a new wizard: FedEFM on a ring of five silos with the simulator's sources.
nlohmann::json defaultPlan();
/// The part of a shipped training configuration that a session takes over; an empty object when there is no
/// such configuration.
nlohmann::json trainingOfPreset(const QString& name);

/// The description of the pool's training pictures, whichever form the pool has.
nlohmann::json poolSource(const nlohmann::json& plan);
/// As many scenes for the test from other anatomies than those of `source`.
nlohmann::json simulatedTest(const nlohmann::json& source, int scenes);
bool isSimulated(const nlohmann::json& description);

int planSiloCount(const nlohmann::json& plan);
std::string planStrategy(const nlohmann::json& plan);
/// The plan's topology, or the one that its strategy brings along.
nlohmann::json planTopology(const nlohmann::json& plan);
/// Where relative paths of the data begin.
std::filesystem::path planFolder(const nlohmann::json& plan);

/// Number of classes that the data asks for: sources of the simulator or its masks; 0 when not known.
int planClassCount(const nlohmann::json& plan);
/// Writes that number into the network's parameters where they have such a key.
void fitClassCount(nlohmann::json& plan);

} // namespace fedefm
