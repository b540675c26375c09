// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace fedefm {

/// The card (JSON, see core/model/model_card.h) of a model file: NAME.json beside it, else the one that the
/// trainer writes into the metadata of its weights, then with the file's stem as id and name. Empty when
/// there is none.
std::string modelCardText(const std::filesystem::path& file);

/// Where the user's own models lie: fedefm/models in XDG_DATA_HOME (~/.local/share). Empty without a home.
std::filesystem::path userModelsFolder();

} // namespace fedefm
