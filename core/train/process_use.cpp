// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_use.h"

#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace fedefm {

namespace {

/// Positions of the fields of /proc/PID/stat behind the name (field 3 is the first of them).
constexpr std::size_t kUserTicks = 14 - 3;
constexpr std::size_t kSystemTicks = 15 - 3;
constexpr std::size_t kPages = 24 - 3;

} // namespace

std::optional<ProcessUse> processUse(std::int64_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (pid <= 0 || !std::getline(file, line))
        return std::nullopt;
    // The name may hold spaces and brackets itself.
    const std::size_t behindName = line.rfind(')');
    if (behindName == std::string::npos)
        return std::nullopt;
    std::istringstream text(line.substr(behindName + 1));
    char state = '?';
    text >> state;
    std::vector<double> fields{0.0};
    for (double field = 0.0; fields.size() <= kPages && text >> field;)
        fields.push_back(field);
    if (fields.size() <= kPages)
        return std::nullopt;
    ProcessUse use;
    use.cpuSeconds =
        (fields[kUserTicks] + fields[kSystemTicks]) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    use.memoryBytes = fields[kPages] * static_cast<double>(::sysconf(_SC_PAGESIZE));
    return use;
}

} // namespace fedefm
