// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace fedefm {

/// Makes a new folder "20260131-120000-name" below `root`, with its sub-folders; a number follows where the
/// name is taken. Errors: WriteFailed, DiskFull.
Result<std::filesystem::path> makeRunFolder(const std::filesystem::path& root, const std::string& name);

/// Latest time that any table holds: what has been spent on the run.
inline constexpr const char* kSpentTimeSql =
    "SELECT max(coalesce((SELECT max(wall_seconds) FROM session), 0), "
    "coalesce((SELECT wall_seconds FROM point ORDER BY id DESC LIMIT 1), 0), "
    "coalesce((SELECT max(wall_seconds) FROM state), 0), "
    "coalesce((SELECT max(wall_seconds) FROM epoch), 0), "
    "coalesce((SELECT max(wall_seconds) FROM event), 0))";

} // namespace fedefm
