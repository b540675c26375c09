// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <CLI/CLI.hpp>

namespace fedefm::cli {

/// Each declares one command; when it is chosen, its action is stored in the context.
void addInfoCommand(CLI::App& app, Context& context);
void addDecodeCommand(CLI::App& app, Context& context);
void addRenderCommand(CLI::App& app, Context& context);
void addSegmentCommand(CLI::App& app, Context& context);
void addModelsCommand(CLI::App& app, Context& context);
void addBenchCommand(CLI::App& app, Context& context);
void addDemoCommand(CLI::App& app, Context& context);
void addEvaluateCommand(CLI::App& app, Context& context);
void addNetworkCommand(CLI::App& app, Context& context);
void addRunsCommand(CLI::App& app, Context& context);
void addSimulateCommand(CLI::App& app, Context& context);
void addTransportCommand(CLI::App& app, Context& context);
/// train, finetune, model: run by fedefm-learn, the program with LibTorch, with the same command line.
void addLearningCommands(CLI::App& app, Context& context);

} // namespace fedefm::cli
