// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <nlohmann/json.hpp>

#include <string>

namespace fedefm {

/// Reads what a session's process has written. Whatever stands in the files, nothing throws, numbers that are
/// out of range are left out, and sizes are bounded.

constexpr int kMostShownSilos = 400;
constexpr std::size_t kMostShownEdges = 200'000; ///< of one round

/// nullopt while the file is half written or is something else.
std::optional<LiveState> parseLive(const std::string& text);

/// An entry of RunReader::epochs(); `measure` is the plan's "select_by". nullopt for entries that are no
/// rounds.
std::optional<SessionRound> parseRound(const nlohmann::json& entry, const std::string& measure);

/// Name, samples and sources of every silo, from split.json; empty when it says nothing.
std::vector<SiloFacts> parseSilos(const std::string& splitJson);

/// Sets where the silos lie, when the plan names a network of as many places.
void placeSilos(const nlohmann::json& plan, std::vector<SiloFacts>& silos);

/// The value of the plan's measure for each silo's own model; empty when the entry has none.
std::vector<double> ownQualityOf(const nlohmann::json& entry, const std::string& measure);

} // namespace fedefm
