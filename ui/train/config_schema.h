// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fedefm {

/// One line of the form: where the value stands in the configuration, how it is edited and what it means.
struct ConfigField
{
    enum class Kind { Text, Choice, Integer, Real, Flag, Json };

    const char* group;
    const char* key; ///< "loss.dice"
    const char* label;
    const char* tip;
    Kind kind;
    double least = 0.0;
    double most = 1e9;
    const char* choices = ""; ///< separated by '|'
    const char* unit = "";
    bool isOpenChoice = false; ///< other values may be typed
};

/// Every key of a training configuration, in the order of the form; texts are translatable in context
/// "ConfigField".
const std::vector<ConfigField>& configFields();

/// The value at "loss.dice"; null when absent.
nlohmann::json valueAt(const nlohmann::json& document, const std::string& key);
/// Sets it and makes missing objects on the way.
void setValueAt(nlohmann::json& document, const std::string& key, nlohmann::json value);

/// Where relative paths of the data begin: "data.folder", else the configuration's own folder.
std::string dataFolder(const nlohmann::json& document, const std::string& folder);

/// Says in the document where relative paths begin, so that it may be stored elsewhere than in `folder`.
nlohmann::json withAbsolutePaths(nlohmann::json document, const std::string& folder);

} // namespace fedefm
