// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_identity.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace fedefm {

namespace {

/// Position of the start time among the fields behind the name (field 3 is the first of them).
constexpr int kStartField = 22 - 3;

struct ProcessState
{
    char state = '?';
    std::int64_t startTicks = 0;
};

std::optional<ProcessState> stateOf(std::int64_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line))
        return std::nullopt;
    // The name may hold spaces and brackets itself.
    const std::size_t behindName = line.rfind(')');
    if (behindName == std::string::npos)
        return std::nullopt;
    std::istringstream fields(line.substr(behindName + 1));
    ProcessState found;
    fields >> found.state;
    std::string skipped;
    for (int i = 1; i < kStartField; ++i)
        fields >> skipped;
    if (!(fields >> found.startTicks))
        return std::nullopt;
    return found;
}

std::string bootId()
{
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string line;
    std::getline(file, line);
    return line;
}

std::string processorName()
{
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        const std::size_t colon = line.find(": ");
        if (line.rfind("model name", 0) == 0 && colon != std::string::npos)
            return line.substr(colon + 2);
    }
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "unknown processor";
}

} // namespace

ProcessIdentity thisProcess()
{
    ProcessIdentity self;
    self.pid = ::getpid();
    if (const auto state = stateOf(self.pid))
        self.startTicks = state->startTicks;
    self.bootId = bootId();
    return self;
}

bool isAlive(const ProcessIdentity& process)
{
    if (process.pid <= 0 || process.bootId != bootId())
        return false;
    const auto state = stateOf(process.pid);
    return state && state->startTicks == process.startTicks && state->state != 'Z' && state->state != 'X';
}

std::string machineText(int threads, const std::string& device)
{
    const unsigned cores = std::thread::hardware_concurrency();
    const int used = threads > 0 ? threads : static_cast<int>(cores);
    return processorName() + ", " + std::to_string(cores) + " cores, " + std::to_string(used) + " threads, " +
           device;
}

} // namespace fedefm
