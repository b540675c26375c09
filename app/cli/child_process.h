// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fedefm::cli {

/// Runs a program to its end and returns what it wrote to stdout; stderr stays this process's. `environment`
/// holds "NAME=value" entries on top of this process's. The program is told to end when this process is
/// killed (Linux). Errors: Internal when it cannot start or does not exit with 0; Cancelled when `keepGoing`,
/// asked several times a second, said no and the program was told to end.
Result<std::string> outputOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment = {},
                             const std::function<bool()>& keepGoing = {});

/// The same, line by line as they come.
Status eachLineOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& take);

} // namespace fedefm::cli
