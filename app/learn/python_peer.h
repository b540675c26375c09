// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>

namespace fedefm::cli {

/// tests/bench/compare.py in a process of its own, which does the same work in eager Python when it is asked
/// to.
class PythonPeer
{
public:
    /// Errors: ModuleMissing when the script, Python or its torch is not there.
    static Result<std::unique_ptr<PythonPeer>> start(int threads);
    ~PythonPeer();
    PythonPeer(const PythonPeer&) = delete;
    PythonPeer& operator=(const PythonPeer&) = delete;

    /// Milliseconds that one repetition of a workload took over there. Errors: Internal when the process has
    /// ended.
    Result<double> runMs(const std::string& workload);
    const std::string& version() const { return m_version; }

    /// Peak resident memory in MB of a fresh process that repeats a workload three times.
    static Result<double> peakMemoryMb(const std::string& workload, int threads);

private:
    PythonPeer() = default;
    Result<std::string> readLine();

    pid_t m_child = -1;
    std::FILE* m_in = nullptr;
    std::FILE* m_out = nullptr;
    std::string m_version;
};

} // namespace fedefm::cli
