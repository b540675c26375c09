// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace fedefm {

/// Checks that a file is a whole shared library of this machine before the dynamic loader maps it: a library
/// that was cut off would otherwise end the process by SIGBUS. Errors: FileUnreadable, ModuleBroken with the
/// reason.
Status checkSharedLibrary(const std::filesystem::path& file);

} // namespace fedefm
