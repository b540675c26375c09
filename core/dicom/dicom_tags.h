// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// One attribute of a data set, in file order; sequences have items as children, items have attributes.
struct DicomTag
{
    std::string tag; ///< "(0010,0010)"; for items "Item 1"
    std::string vr;
    std::string name;  ///< dictionary name, or "Unknown" / "Private"
    std::string value; ///< UTF-8, multi-values joined by "\", long or binary ones shortened with their size
    std::vector<DicomTag> children;
};

/// The whole header (pixel data by size only). Same limits and errors as openDicom, but needs no image.
Result<std::vector<DicomTag>> readTags(const std::filesystem::path& file);

} // namespace fedefm
