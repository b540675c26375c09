// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// Parses a configuration; a key that stands twice in one object is an error, because one of both would
/// silently count for nothing. Errors: InvalidArgument with line and column, `subject` = the file's name.
Result<nlohmann::json> parseConfigDocument(const std::string& text, const std::string& subject);

/// Applies "key.sub=value" settings in order: the value is JSON, anything else a text; missing objects are
/// made. Errors: InvalidArgument with the setting as subject.
Status applySettings(nlohmann::json& document, const std::vector<std::string>& settings);

/// Reads a file and does both. Errors: those of readFile as well.
Result<nlohmann::json> loadConfigDocument(const std::filesystem::path& file,
                                          const std::vector<std::string>& settings);

} // namespace fedefm
