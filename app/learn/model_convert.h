// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>

namespace fedefm::cli {

void addConvertCommand(CLI::App& modelCommand, Context& context); ///< model convert IN OUT

} // namespace fedefm::cli
