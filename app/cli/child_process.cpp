// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

namespace fedefm::cli {

namespace {

std::vector<char*> pointersTo(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

using Take = std::function<void(std::string_view)>;
using KeepGoing = std::function<bool()>;

constexpr int kAskEveryMs = 100;

/// Asks until the child's output can be read on; false: it was told to end.
bool waitForOutput(int descriptor, pid_t child, const KeepGoing& keepGoing)
{
    pollfd waiting{descriptor, POLLIN, 0};
    for (int ready = 0; ready == 0 || (ready < 0 && errno == EINTR);) {
        if (!keepGoing()) {
            ::kill(child, SIGTERM);
            return false;
        }
        ready = ::poll(&waiting, 1, kAskEveryMs);
    }
    return true;
}

/// False when the child was told to end; what it still wrote is read all the same.
bool readAll(int descriptor, pid_t child, const Take& take, const KeepGoing& keepGoing)
{
    bool goesOn = true;
    char buffer[4096];
    for (ssize_t got = 1; got > 0;) {
        if (keepGoing && goesOn)
            goesOn = waitForOutput(descriptor, child, keepGoing);
        do
            got = ::read(descriptor, buffer, sizeof buffer);
        while (got < 0 && errno == EINTR);
        if (got > 0)
            take({buffer, static_cast<std::size_t>(got)});
    }
    return goesOn;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void becomeProgram(const std::vector<char*>& words, const std::vector<char*>& variables,
                                int output, pid_t parent)
{
#ifdef __linux__
    // Whoever kills this process does not want its children to go on: nobody would read their results.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    // Where this process has no stdout, the pipe itself may be in its place.
    const int placed = output == STDOUT_FILENO ? ::fcntl(output, F_SETFD, 0) : ::dup2(output, STDOUT_FILENO);
    if (::getppid() == parent && placed >= 0)
        ::execve(words.front(), words.data(), variables.data());
    ::_exit(127);
}

Status run(const std::filesystem::path& program, const std::vector<std::string>& arguments,
           const std::vector<std::string>& environment, const Take& take, const KeepGoing& keepGoing = {})
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(ErrorCode::Internal, program.string(), "no pipe");
    std::vector<std::string> words{program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment;
    for (char** entry = environ; *entry; ++entry)
        variables.emplace_back(*entry);
    const std::vector<char*> wordPointers = pointersTo(words);
    const std::vector<char*> variablePointers = pointersTo(variables);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0)
        becomeProgram(wordPointers, variablePointers, ends[1], parent);
    const int spawnError = errno;
    ::close(ends[1]);
    if (child < 0) {
        ::close(ends[0]);
        return fail(ErrorCode::Internal, program.string(), std::strerror(spawnError));
    }
    const bool goesOn = readAll(ends[0], child, take, keepGoing);
    ::close(ends[0]);
    int status = 1;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!goesOn)
        return fail(ErrorCode::Cancelled, program.string());
    if (status != 0)
        return fail(ErrorCode::Internal, program.string(), "it did not start or did not end well");
    return {};
}

} // namespace

Result<std::string> outputOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment,
                             const std::function<bool()>& keepGoing)
{
    std::string text;
    const auto done = run(
        program, arguments, environment, [&text](std::string_view part) { text += part; }, keepGoing);
    return done ? Result<std::string>(std::move(text)) : tl::unexpected(done.error());
}

Status eachLineOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& take)
{
    std::string rest;
    auto done = run(program, arguments, {}, [&](std::string_view part) {
        rest += part;
        for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos;) {
            take(rest.substr(0, end));
            rest.erase(0, end + 1);
        }
    });
    if (!rest.empty())
        take(rest);
    return done;
}

} // namespace fedefm::cli
