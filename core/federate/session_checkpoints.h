// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// Checkpoints of a session in its run folder: states/round_000012 holds what there was behind the twelfth
/// round, with session.json as the last file that is written; without it the checkpoint is not complete.

/// Folder of one, relative to the run folder; `closedRounds` counts from 1.
std::string checkpointFolder(int closedRounds);
/// Where the session stood; relative to the run folder.
std::string checkpointFile(int closedRounds);

/// From how many closed rounds the session can go on, ascending. Folders that cannot be read count as none.
std::vector<int> keptCheckpoints(const std::filesystem::path& runFolder);
bool hasCheckpoint(const std::filesystem::path& runFolder, int closedRounds);

/// Removes the oldest ones until all together take at most `bytes`, and what is not complete; never the one
/// of `newest`. What cannot be removed stays.
void removeOldCheckpoints(const std::filesystem::path& runFolder, int newest, std::uintmax_t bytes);
/// Those of later rounds, which the session is about to do again.
void removeCheckpointsBehind(const std::filesystem::path& runFolder, int closedRounds);

} // namespace fedefm
