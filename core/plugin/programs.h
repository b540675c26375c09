// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace fedefm {

/// Where fedefm-learn lies: FEDEFM_LEARN_PROGRAM, else lib/fedefm beside the folder of the running program.
/// Errors: ModuleMissing (it comes with the package fedefm-neural).
Result<std::filesystem::path> learningProgram();

} // namespace fedefm
