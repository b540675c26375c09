// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/peak_memory.h"

#include <cstdlib>
#include <fstream>
#include <string>

namespace fedefm::cli {

double peakMemoryMb()
{
    constexpr double kKbPerMb = 1024.0;
    const std::string key = "VmHWM:";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, key.size(), key) == 0)
            return std::strtod(line.c_str() + key.size(), nullptr) / kKbPerMb;
    return 0.0;
}

} // namespace fedefm::cli
