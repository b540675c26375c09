// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>

namespace fedefm::cli {

void addTrainCommands(CLI::App& app, Context& context); ///< train, finetune
void addFederateCommand(CLI::App& app, Context& context);
void addCompareCommand(CLI::App& app, Context& context);
void addModelCommand(CLI::App& app, Context& context); ///< model keys, check, convert
void addBenchCommand(CLI::App& app, Context& context); ///< bench

/// Sets the number of threads and the seed.
void prepareLibTorch(const GeneralOptions& general);

} // namespace fedefm::cli
