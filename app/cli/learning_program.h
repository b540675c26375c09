// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace fedefm::cli {

/// Where fedefm-learn lies: lib/fedefm beside the folder of the running program, or FEDEFM_LEARN_PROGRAM.
/// Errors: ModuleMissing (it comes with the package fedefm-neural).
Result<std::filesystem::path> learningProgram();

} // namespace fedefm::cli
