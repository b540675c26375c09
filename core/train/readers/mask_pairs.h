// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fedefm {

/// One mask of a folder: a picture, or one frame of an .npy stack.
struct MaskEntry
{
    std::string name; ///< what both sides of a pair have in common: the stem without its ending
    std::filesystem::path file;
    int part = -1; ///< index in a stack; −1: the file is the mask
};

/// The masks of a folder (or of one .npy file), in natural order. Files named NAME_classes, NAME_label,
/// NAME_labels, NAME_mask or NAME_masks are masks of NAME, in this order of preference, and files without
/// such an ending are then pictures; where no file has one, all are masks. A given `ending` ("_1stHO") counts
/// alone. A stack of frames × rows × columns has the names frame_0000 …. A folder without masks of its own
/// stands for its sub-folder masks or labels, or for its sub-folders, whose names then lead. Errors:
/// FileNotFound, FileUnreadable, NotRecognised when there is no mask.
Result<std::vector<MaskEntry>> listMasks(const std::filesystem::path& folder, const std::string& ending = {});

/// Two lists of masks put together.
struct MaskPairs
{
    std::vector<std::pair<MaskEntry, MaskEntry>> pairs; ///< prediction, reference
    std::vector<MaskEntry> unpredicted;                 ///< references without prediction
    std::vector<MaskEntry> unreferenced;                ///< predictions without reference
    bool isByOrder = false; ///< no name is on both sides and the counts agree: first with first
};
/// By name; numbers compare by value, so that frame_7 and frame_0007 are the same.
MaskPairs pairMasks(const std::vector<MaskEntry>& predictions, const std::vector<MaskEntry>& references);

/// Stored values of one mask, 0…255.
struct MaskValues
{
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> values;
};
/// Errors: those of the readers; UnsupportedPixels for colours, JPEG and values above 255.
Result<MaskValues> readMask(const MaskEntry& entry);

} // namespace fedefm
