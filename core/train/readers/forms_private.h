// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/strict_object.h"
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
    bool hasGroupPattern = false;
    int limit = 0; ///< at most that many samples; 0: all
};

/// Reads "path", "source", "group", "limit", calls options.finish() and resolves the path against `base`.
Result<FormOptions> readFormOptions(StrictObject& options, const std::filesystem::path& base);

/// What a picture's group is found in: its id where a pattern is given, else the video that it is a frame of.
std::string ownGroup(const std::string& id, const FormOptions& form);

/// Puts the group into the item, or lists a fault and drops it: false.
bool assignGroup(ListedItem& item, const std::string& text, const FormOptions& form, Listing& listing);

/// Checks that picture and mask of each item can be opened and have the same size; drops those that do not.
/// More than kMostHeaderChecks items are left for the moment of reading.
void checkHeaders(Listing& listing);

/// Puts the labels of a mask file (`part`: see readLabelFile) into the sample; `id` is for errors.
Status readMask(Sample& sample, const std::filesystem::path& mask, int part, const LabelMapping& mapping,
                const std::string& id);
/// Picture and mask of an item, with the mask's values mapped to classes.
Result<Sample> readPair(const ListedItem& item, const LabelMapping& mapping);

/// The classes of catheter sets, which agree with core/model/segmenter.h.
const std::vector<std::string>& wireClassNames();
inline constexpr int kCatheterLabel = 1;
inline constexpr int kGuidewireLabel = 2;
inline constexpr int kTipLabel = kCatheterLabel; ///< of tips whose device the file does not name

using Json = nlohmann::json;
using FormResult = Result<DatasetPtr>;
FormResult openMasks(const Json& description, const std::filesystem::path& base);
FormResult openEiPhantom(const Json& description, const std::filesystem::path& base); ///< CathAnimal, too
FormResult openEiSimulation(const Json& description, const std::filesystem::path& base);
FormResult openCathAction(const Json& description, const std::filesystem::path& base);
FormResult openRanzcr(const Json& description, const std::filesystem::path& base);
FormResult openGuide3d(const Json& description, const std::filesystem::path& base);
FormResult openVessel12(const Json& description, const std::filesystem::path& base);
FormResult openDecathlon(const Json& description, const std::filesystem::path& base);
FormResult openDrive(const Json& description, const std::filesystem::path& base);
FormResult openSenNet(const Json& description, const std::filesystem::path& base);
FormResult openCoco(const Json& description, const std::filesystem::path& base);
FormResult openFedefm(const Json& description, const std::filesystem::path& base);
FormResult openDicomSeg(const Json& description, const std::filesystem::path& base);
FormResult openFolders(const Json& description, const std::filesystem::path& base);

} // namespace fedefm
