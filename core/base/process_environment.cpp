// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process_environment.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fedefm {

namespace {

bool setUnlessSet(const char* name, const char* value)
{
    return !std::getenv(name) && ::setenv(name, value, 1) == 0;
}

} // namespace

bool limitSpinning()
{
    return !std::getenv("OMP_WAIT_POLICY") && setUnlessSet("GOMP_SPINCOUNT", "10000");
}

bool askForLargePages()
{
    return setUnlessSet("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
}

void keepFreedMemory([[maybe_unused]] std::size_t mostBytes)
{
#ifdef __GLIBC__
    constexpr int kLargestKept = 32 << 20; // the most that is allowed
    ::mallopt(M_MMAP_THRESHOLD, kLargestKept);
    ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(std::min<std::size_t>(mostBytes, INT_MAX)));
#endif
}

} // namespace fedefm
