// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/program.h"
#include "app/fedefm/commands.h"
#include "core/plugin/programs.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace fedefm::cli {

namespace {

/// Becomes fedefm-learn; returns only when that is impossible.
Result<Outcome> becomeLearningProgram(const Context& context)
{
    const auto program = learningProgram();
    if (!program)
        return tl::unexpected(program.error());
    std::vector<char*> arguments;
    for (const std::string& argument : context.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    holdInterrupts(true);
    if (context.cancel.isCancelled()) { // by one that came before; the other program would not know
        holdInterrupts(false);
        return fail(ErrorCode::Cancelled, context.input);
    }
    ::execv(program->c_str(), arguments.data());
    holdInterrupts(false);
    return fail(ErrorCode::ModuleBroken, program->string(), std::strerror(errno));
}

} // namespace

void addLearningCommands(CLI::App& app, Context& context)
{
    const std::pair<const char*, const char*> commands[] = {
        {"train", "Train a network from a configuration"},
        {"finetune", "Train from the weights of another run or model"},
        {"federate", "Train together: silos, topology, strategy, rounds"},
        {"compare", "One table over strategies, scenarios and shares of unseen data"},
        {"model", "List, check and convert networks and their weights"},
    };
    for (const auto& [name, description] : commands) {
        CLI::App* command = app.add_subcommand(name, description);
        // Everything behind the name, --help included, is read by the other program.
        command->prefix_command();
        // Inherited; it would hand what follows back to this program.
        command->fallthrough(false);
        command->set_help_flag();
        command->callback(
            [&context] { context.action = [&context] { return becomeLearningProgram(context); }; });
    }
}

} // namespace fedefm::cli
