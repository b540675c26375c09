// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/learning_environment.h"

#include "core/base/process_environment.h"

#include <cstdlib>
#include <string>

namespace fedefm::cli {

bool prepareLearningEnvironment()
{
    const bool spinningChanged = limitSpinning();
    const bool pagesChanged = askForLargePages();
    return spinningChanged || pagesChanged;
}

void setOpenMpThreads(int threads)
{
    ::setenv("OMP_NUM_THREADS", std::to_string(threads).c_str(), 1);
}

} // namespace fedefm::cli
