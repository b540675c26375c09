// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/json_options.h"
#include "core/train/readers/data_folder_private.h"
#include "core/train/readers/label_file_private.h"
#include "core/train/readers/listed_dataset_private.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// The part of a description that all forms on disk share.
struct FormOptions
{
    std::filesystem::path folder; ///< of the data
    std::string source;           ///< name for statistics; the folder's name by default
    GroupRule group;
    int limit = 0; ///< at most that many samples; 0: all
};

/// Reads "path", "source", "group", "limit", calls options.finish() and resolves the path against `base`.
Result<FormOptions> readFormOptions(JsonOptions& options, const std::filesystem::path& base);

/// Puts the group into the item, or lists a fault and drops it: false.
bool assignGroup(ListedItem& item, const std::string& text, const FormOptions& form, Listing& listing);

/// Checks that picture and mask of each item can be opened and have the same size; drops those that do not.
/// More than kMostHeaderChecks items are left for the moment of reading.
void checkHeaders(Listing& listing);

/// Picture and mask of an item, with the mask's values mapped to classes.
Result<Sample> readPair(const ListedItem& item, const LabelMapping& mapping);

using Json = nlohmann::json;
using FormResult = Result<DatasetPtr>;
FormResult openMasks(const Json& description, const std::filesystem::path& base);

} // namespace fedefm
