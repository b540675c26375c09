// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace fedefm {

/// What a process of this machine has used so far, and holds.
struct ProcessUse
{
    double cpuSeconds = 0.0;  ///< all threads, user and system
    double memoryBytes = 0.0; ///< resident
};

/// Nothing for a process that is not there.
std::optional<ProcessUse> processUse(std::int64_t pid);

} // namespace fedefm
