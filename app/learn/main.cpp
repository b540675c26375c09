// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/learning_environment.h"
#include "app/cli/program.h"
#include "app/learn/commands.h"
#include "core/base/process_environment.h"

#include <unistd.h>

using namespace fedefm::cli;

namespace {

constexpr std::size_t kMostKeptBytes = std::size_t(1) << 30; ///< a training has as much anyway

} // namespace

int main(int argc, char** argv)
{
    // Started by `fedefm` the environment is set already.
    if (prepareLearningEnvironment()) {
        holdInterrupts(true);
        ::execv("/proc/self/exe", argv);
    }
    fedefm::keepFreedMemory(kMostKeptBytes);
    // The program that users call is `fedefm`; its name stands in every message.
    return runProgram(
        argc, argv, "fedefm",
        {addTrainCommands, addFederateCommand, addCompareCommand, addModelCommand, addBenchCommand},
        prepareLibTorch);
}
