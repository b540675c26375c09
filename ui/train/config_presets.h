// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QStringList>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace fedefm {

/// Training configurations that come with the program.
QStringList presetNames();
/// Errors: FileNotFound; those of parseConfigDocument.
Result<nlohmann::json> presetDocument(const QString& name);

/// Hyper-parameters to begin with when a network is chosen: those of the first preset that trains it, else
/// its official sizes with a number of classes to adapt. Parameters of the network before would only be
/// refused. Nothing for a name that is not in the list, as while one is being typed.
std::optional<nlohmann::json> firstParameters(const std::string& network);

} // namespace fedefm
