// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/python_peer.h"

#include "app/cli/child_process.h"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr const char* kPython = "/usr/bin/python3";

/// FEDEFM_BENCH_PEER, else the script of the source tree that this was built from.
fs::path scriptPath()
{
    const char* given = std::getenv("FEDEFM_BENCH_PEER");
    return given ? fs::path(given) : fs::path(FEDEFM_BENCH_SCRIPT);
}

} // namespace

Result<std::unique_ptr<PythonPeer>> PythonPeer::start(int threads)
{
    const std::string script = scriptPath().string();
    std::error_code ignored;
    if (!fs::exists(script, ignored) || !fs::exists(kPython, ignored))
        return fail(ErrorCode::ModuleMissing, script, "the comparison needs this script and python3");
    std::array<int, 2> toChild{};
    std::array<int, 2> fromChild{};
    if (::pipe2(toChild.data(), O_CLOEXEC) != 0)
        return fail(ErrorCode::Internal, script, "no pipe");
    if (::pipe2(fromChild.data(), O_CLOEXEC) != 0) {
        ::close(toChild[0]);
        ::close(toChild[1]);
        return fail(ErrorCode::Internal, script, "no pipe");
    }
    std::unique_ptr<PythonPeer> peer(new PythonPeer);
    std::string python = kPython;
    std::string path = script;
    std::string option = "--threads";
    std::string count = std::to_string(threads);
    std::array<char*, 5> words{python.data(), path.data(), option.data(), count.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO);
    const int spawned = ::posix_spawn(&peer->m_child, kPython, &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(toChild[0]);
    ::close(fromChild[1]);
    peer->m_in = ::fdopen(toChild[1], "w");
    peer->m_out = ::fdopen(fromChild[0], "r");
    if (spawned != 0) {
        peer->m_child = -1;
        return fail(ErrorCode::ModuleMissing, kPython, "cannot be started");
    }
    auto ready = peer->readLine();
    if (!ready || ready->rfind("ready ", 0) != 0)
        return fail(ErrorCode::ModuleMissing, kPython, "python3-torch is not installed");
    peer->m_version = ready->substr(6);
    return peer;
}

PythonPeer::~PythonPeer()
{
    if (m_in)
        std::fclose(m_in); // the script ends at the end of its input
    if (m_out)
        std::fclose(m_out);
    if (m_child > 0)
        ::waitpid(m_child, nullptr, 0);
}

Result<std::string> PythonPeer::readLine()
{
    std::string line;
    for (int letter = std::fgetc(m_out); letter != '\n'; letter = std::fgetc(m_out)) {
        if (letter == EOF)
            return fail(ErrorCode::Internal, "compare.py", "ended early");
        line.push_back(static_cast<char>(letter));
    }
    return line;
}

Result<double> PythonPeer::runMs(const std::string& workload)
{
    if (std::fprintf(m_in, "%s\n", workload.c_str()) < 0 || std::fflush(m_in) != 0)
        return fail(ErrorCode::Internal, "compare.py", "ended early");
    const auto line = readLine();
    if (!line)
        return tl::unexpected(line.error());
    return std::strtod(line->c_str(), nullptr);
}

Result<double> PythonPeer::peakMemoryMb(const std::string& workload, int threads)
{
    const auto text = outputOf(
        kPython, {scriptPath().string(), "--threads", std::to_string(threads), "--memory", workload});
    if (!text)
        return tl::unexpected(text.error());
    return std::strtod(text->c_str(), nullptr);
}

} // namespace fedefm::cli
