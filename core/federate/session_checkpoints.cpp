// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_checkpoints.h"

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kStates = "states";
constexpr const char* kSessionFile = "session.json";

/// Complete or not, by what their folders are called; ascending.
std::vector<int> checkpointsIn(const fs::path& runFolder)
{
    std::vector<int> rounds;
    std::error_code failed;
    for (fs::directory_iterator at(runFolder / kStates, failed), end; !failed && at != end;
         at.increment(failed)) {
        int round = 0;
        const std::string name = at->path().filename().string();
        if (std::sscanf(name.c_str(), "round_%d", &round) == 1 && round > 0 &&
            at->path() == runFolder / checkpointFolder(round))
            rounds.push_back(round);
    }
    std::sort(rounds.begin(), rounds.end());
    return rounds;
}

std::uintmax_t bytesIn(const fs::path& folder)
{
    std::uintmax_t bytes = 0;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code unknown;
        const std::uintmax_t size = at->file_size(unknown);
        bytes += unknown ? 0 : size;
    }
    return bytes;
}

void removeCheckpoint(const fs::path& runFolder, int round)
{
    std::error_code ignored;
    // First what makes it complete: whoever is killed in between leaves none that looks whole.
    fs::remove(runFolder / checkpointFile(round), ignored);
    fs::remove_all(runFolder / checkpointFolder(round), ignored);
}

} // namespace

std::string checkpointFolder(int closedRounds)
{
    char name[40];
    std::snprintf(name, sizeof name, "%s/round_%06d", kStates, closedRounds);
    return name;
}

std::string checkpointFile(int closedRounds)
{
    return checkpointFolder(closedRounds) + "/" + kSessionFile;
}

bool hasCheckpoint(const fs::path& runFolder, int closedRounds)
{
    std::error_code failed;
    return closedRounds > 0 && fs::is_regular_file(runFolder / checkpointFile(closedRounds), failed);
}

std::vector<int> keptCheckpoints(const fs::path& runFolder)
{
    std::vector<int> rounds = checkpointsIn(runFolder);
    rounds.erase(std::remove_if(rounds.begin(), rounds.end(),
                                [&](int round) { return !hasCheckpoint(runFolder, round); }),
                 rounds.end());
    return rounds;
}

void removeOldCheckpoints(const fs::path& runFolder, int newest, std::uintmax_t bytes)
{
    std::uintmax_t kept = bytesIn(runFolder / checkpointFolder(newest));
    bool isFull = false;
    const std::vector<int> rounds = checkpointsIn(runFolder);
    for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
        if (*round == newest)
            continue;
        if (hasCheckpoint(runFolder, *round) && !isFull) {
            kept += bytesIn(runFolder / checkpointFolder(*round));
            isFull = kept > bytes;
            if (!isFull)
                continue;
        }
        removeCheckpoint(runFolder, *round);
    }
}

void removeCheckpointsBehind(const fs::path& runFolder, int closedRounds)
{
    for (const int round : checkpointsIn(runFolder))
        if (round > closedRounds)
            removeCheckpoint(runFolder, round);
}

} // namespace fedefm
