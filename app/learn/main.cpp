// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/openmp_environment.h"
#include "app/cli/program.h"
#include "app/learn/commands.h"

#include <unistd.h>

using namespace fedefm::cli;

int main(int argc, char** argv)
{
    // Started by `fedefm` the environment is set already.
    if (limitOpenMpSpinning())
        ::execv("/proc/self/exe", argv);
    // The program that users call is `fedefm`; its name stands in every message.
    return runProgram(argc, argv, "fedefm", {addTrainCommands, addModelCommand, addBenchCommand},
                      prepareLibTorch);
}
