// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// The card (JSON, see core/model/model_card.h) of a model file: NAME.json beside it, else the one that the
/// trainer writes into the metadata of its weights, then with the file's stem as id and name. Empty when
/// there is none.
std::string modelCardText(const std::filesystem::path& file);

/// Where the user's own models lie: fedefm/models in XDG_DATA_HOME (~/.local/share). Empty without a home.
std::filesystem::path userModelsFolder();

/// Folders that models lie in: those of FEDEFM_MODEL_PATH (colon-separated), the user's, the system's, and
/// `own`, that of the program's installation or build tree. Of models of one name the first counts.
std::vector<std::filesystem::path> modelFolders(const std::filesystem::path& own);

/// Endings, with dot, of the files that count as models of a folder: weights, and what TorchScript archives
/// are called.
const std::vector<std::string>& modelExtensions();

/// NAME with one of these endings in the first of the folders that has one; empty when none has, and for what
/// is no plain name.
std::filesystem::path modelFileNamed(const std::string& name,
                                     const std::vector<std::filesystem::path>& folders);

} // namespace fedefm
