// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/openmp_environment.h"

#include <cstdlib>
#include <string>

namespace fedefm::cli {

bool limitOpenMpSpinning()
{
    if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY"))
        return false;
    return ::setenv("GOMP_SPINCOUNT", "10000", 1) == 0;
}

void setOpenMpThreads(int threads)
{
    ::setenv("OMP_NUM_THREADS", std::to_string(threads).c_str(), 1);
}

} // namespace fedefm::cli
