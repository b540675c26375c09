// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

namespace fedefm::cli {

/// Declares one command; when it is chosen, its action is stored in the context.
using AddCommand = void (*)(CLI::App& app, Context& context);

/// What all command-line programs do: general options, signals, errors, `--json`, exit status (docs/cli.md).
/// `prepare` runs after the command line is read, before the command.
int runProgram(int argc, char** argv, const char* name, const std::vector<AddCommand>& commands,
               const std::function<void(const GeneralOptions&)>& prepare);

} // namespace fedefm::cli
