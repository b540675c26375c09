// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/learning_environment.h"
#include "app/cli/program.h"
#include "app/fedefm/commands.h"
#include "core/base/process_environment.h"

#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>

using namespace fedefm::cli;

int main(int argc, char** argv)
{
    // LibTorch's libraries come with a module, when a network is first used, and with the learning program.
    prepareLearningEnvironment();
    fedefm::keepFreedMemory(std::size_t(256) << 20);
    return runProgram(argc, argv, "fedefm",
                      {addInfoCommand, addDecodeCommand, addRenderCommand, addSegmentCommand,
                       addModelsCommand, addBenchCommand, addDemoCommand, addSimulateCommand,
                       addEvaluateCommand, addRunsCommand, addNetworkCommand, addTransportCommand,
                       addLearningCommands},
                      [](const GeneralOptions& general) {
                          cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
                          if (general.threads > 0) {
                              cv::setNumThreads(general.threads);
                              setOpenMpThreads(general.threads);
                          }
                      });
}
