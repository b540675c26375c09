// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

namespace fedefm::cli {

/// Declares one command; when it is chosen, its action is stored in the context.
using AddCommand = void (*)(CLI::App& app, Context& context);

/// Interrupts (SIGINT, SIGTERM, SIGHUP) wait until they can be answered. A program that becomes another one
/// holds them before: while that one is loaded, which with LibTorch takes seconds, they would end it without
/// a word. runProgram() lets them come.
void holdInterrupts(bool hold);

/// What all command-line programs do: general options, signals, errors, `--json`, exit status (docs/cli.md).
/// `prepare` runs after the command line is read, before the command.
int runProgram(int argc, char** argv, const char* name, const std::vector<AddCommand>& commands,
               const std::function<void(const GeneralOptions&)>& prepare);

} // namespace fedefm::cli
