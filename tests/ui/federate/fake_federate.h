// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session_folder.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace fedefm::test {

/// Stands in for fedefm-learn: closes rounds and obeys commands. Ends by itself, so that a failed test leaves
/// no process behind.
inline int fakeFederate(int argc, char** argv)
{
    std::string config, runs, resume, round = "1";
    for (int at = 2; at < argc; ++at) {
        const std::string argument = argv[at];
        if (argument == "--runs" && at + 1 < argc)
            runs = argv[++at];
        else if (argument == "--resume" && at + 1 < argc)
            resume = argv[++at];
        else if (argument == "--round" && at + 1 < argc)
            round = argv[++at];
        else
            config = argument;
    }
    if (config.empty() == resume.empty())
        return 2;
    std::unique_ptr<RunWriter> resumed;
    std::unique_ptr<SessionFolder> made;
    if (resume.empty()) {
        made = std::make_unique<SessionFolder>(runs);
        made->closeRound(0);
        made->writeLive(1, "local", 2, 3);
    } else if (auto opened = RunWriter::resume(resume, std::stoi(round))) {
        resumed = std::move(*opened);
    } else {
        return 1;
    }
    RunWriter& run = made ? made->run() : *resumed;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
        const std::string command = run.takeCommand();
        if (command == "pause")
            run.setState(RunState::Paused);
        else if (command == "resume")
            run.setState(RunState::Running);
        else if (command == "drop 2" && made)
            made->writeLive(1, "local", 0, 3, -1, 2);
        else if (command == "stop") {
            run.setState(RunState::Stopped, "by the user");
            return 0;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return 0;
}

} // namespace fedefm::test
