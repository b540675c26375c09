// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"

#include <filesystem>

namespace fedefm {

/// Copies a weights file, whose card lies inside it. Errors: FileNotFound as long as there is none; those of
/// the target.
Status copyWeights(const std::filesystem::path& weights, const std::filesystem::path& target,
                   Overwrite overwrite);

} // namespace fedefm
