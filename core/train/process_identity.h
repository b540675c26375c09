// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace fedefm {

/// Names one process of one boot of one machine; a process that gets the same number later differs in its
/// start.
struct ProcessIdentity
{
    std::int64_t pid = 0;
    std::int64_t startTicks = 0; ///< since the boot; field 22 of /proc/PID/stat
    std::string bootId;          ///< random, new at every boot; empty where the system has none
};

ProcessIdentity thisProcess();

/// False once it has ended, also while its parent has not yet asked for its exit status.
bool isAlive(const ProcessIdentity& process);

/// Processor, cores, threads, device; without the machine's or a user's name.
std::string machineText(int threads, const std::string& device);

} // namespace fedefm
