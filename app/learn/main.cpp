// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/learning_environment.h"
#include "app/cli/program.h"
#include "app/learn/commands.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <unistd.h>

using namespace fedefm::cli;

namespace {

/// Tensors come and go by the thousand: memory goes back to the system less eagerly, and larger pieces are
/// kept, or a tenth of the time is spent on page faults.
void keepFreedMemory()
{
#ifdef __GLIBC__
    constexpr int kLargestKept = 32 << 20;
    constexpr int kKeptAtTheTop = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kLargestKept);
    ::mallopt(M_TRIM_THRESHOLD, kKeptAtTheTop);
#endif
}

} // namespace

int main(int argc, char** argv)
{
    // Started by `fedefm` the environment is set already.
    if (prepareLearningEnvironment())
        ::execv("/proc/self/exe", argv);
    keepFreedMemory();
    // The program that users call is `fedefm`; its name stands in every message.
    return runProgram(
        argc, argv, "fedefm",
        {addTrainCommands, addFederateCommand, addCompareCommand, addModelCommand, addBenchCommand},
        prepareLibTorch);
}
