// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/learning_environment.h"

#include <cstdlib>
#include <string>

namespace fedefm::cli {

namespace {

bool setUnlessSet(const char* name, const char* value)
{
    return !std::getenv(name) && ::setenv(name, value, 1) == 0;
}

} // namespace

bool prepareLearningEnvironment()
{
    const bool spinningChanged = !std::getenv("OMP_WAIT_POLICY") && setUnlessSet("GOMP_SPINCOUNT", "10000");
    const bool pagesChanged = setUnlessSet("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
    return spinningChanged || pagesChanged;
}

void setOpenMpThreads(int threads)
{
    ::setenv("OMP_NUM_THREADS", std::to_string(threads).c_str(), 1);
}

} // namespace fedefm::cli
