// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <string_view>
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

void readAll(int descriptor, const Take& take)
{
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(descriptor, buffer, sizeof buffer)) > 0;)
        take({buffer, static_cast<std::size_t>(got)});
}

Status run(const std::filesystem::path& program, const std::vector<std::string>& arguments,
           const std::vector<std::string>& environment, const Take& take)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(ErrorCode::Internal, program.string(), "no pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> words{program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment;
    for (char** entry = environ; *entry; ++entry)
        variables.emplace_back(*entry);
    pid_t child = 0;
    const int spawned = ::posix_spawn(&child, program.c_str(), &actions, nullptr, pointersTo(words).data(),
                                      pointersTo(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (spawned == 0)
        readAll(ends[0], take);
    ::close(ends[0]);
    int status = 1;
    if (spawned == 0)
        ::waitpid(child, &status, 0);
    if (spawned != 0 || status != 0)
        return fail(ErrorCode::Internal, program.string(), "the measuring process failed");
    return {};
}

} // namespace

Result<std::string> outputOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment)
{
    std::string text;
    const auto done = run(program, arguments, environment, [&text](std::string_view part) { text += part; });
    return done ? Result<std::string>(std::move(text)) : tl::unexpected(done.error());
}

Status eachLineOf(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& take)
{
    std::string rest;
    return run(program, arguments, {}, [&](std::string_view part) {
        rest += part;
        for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos;) {
            take(rest.substr(0, end));
            rest.erase(0, end + 1);
        }
    });
}

} // namespace fedefm::cli
