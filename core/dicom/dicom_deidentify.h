// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

struct DeidentifyReport
{
    int removed = 0;
    int replaced = 0;
    std::vector<std::string> warnings; ///< e.g. burned-in annotation
};

/// A copy without identity, by the Basic Application Level Confidentiality Profile (PS3.15 table E.1-1):
/// listed attributes removed, emptied or replaced at every depth, private ones removed, UIDs mapped
/// consistently (`salt` keeps the mapping secret and equal within one study), Patient Identity Removed and
/// method code set. Warns when Burned In Annotation is not NO.
Result<DeidentifyReport> deidentify(const std::filesystem::path& source, const std::filesystem::path& target,
                                    const std::string& salt, bool overwrite);

} // namespace fedefm
