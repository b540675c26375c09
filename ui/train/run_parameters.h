// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace fedefm {

/// Values of a run's configuration by their keys, "optimizer.learning_rate". Those of a session's training
/// stand under a training's own keys, so that both compare. "loss" sums up the weights that are not 0.
using RunParameters = std::map<std::string, nlohmann::json>;
RunParameters runParameters(const nlohmann::json& config);

/// What a table of runs has columns for: the few that everybody asks for, then those in which the runs
/// differ, up to a number that can still be looked through. Keys that decide nothing of the result, and those
/// with a column of their own, are left out.
std::vector<std::string> comparedKeys(const std::vector<const RunParameters*>& runs);

QString parameterTitle(const std::string& key);
QString parameterText(const nlohmann::json& value);

/// Everything of a configuration that a filter looks at: the values, and "key=value".
struct ParameterWords
{
    QString values;
    QString pairs;
};
ParameterWords parameterWords(const nlohmann::json& config);

} // namespace fedefm
