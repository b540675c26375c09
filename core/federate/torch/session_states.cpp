// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_checkpoints.h"
#include "core/federate/torch/session_private.h"
#include "core/model/checkpoint/model_files.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kCheckpoint = "checkpoint.json";
constexpr int kVersion = 1;

std::string listOf(const std::vector<int>& rounds)
{
    std::string text;
    for (const int round : rounds)
        text += (text.empty() ? "" : ", ") + std::to_string(round);
    return text.empty() ? "none" : text;
}

/// A broken checkpoint need not be the end.
Error withOthers(Error error, const fs::path& runFolder, int brokenRound)
{
    std::vector<int> others = keptCheckpoints(runFolder);
    others.erase(std::remove(others.begin(), others.end(), brokenRound), others.end());
    const bool isBroken = error.code == ErrorCode::ModelBroken || error.code == ErrorCode::FileNotFound;
    if (isBroken && !others.empty())
        error.detail += "; `--round` goes back to another checkpoint: " + listOf(others);
    return error;
}

/// By the card of the best model's file; −1: not known.
int roundOfBest(const fs::path& runFolder)
{
    const std::string card = modelCardText(runFolder / "weights" / "best.safetensors");
    const nlohmann::json json = nlohmann::json::parse(card, nullptr, false);
    const nlohmann::json::json_pointer where("/training_record/epoch");
    return json.contains(where) && json[where].is_number_integer() ? json[where].get<int>() : -1;
}

} // namespace

nlohmann::json SessionState::toJson() const
{
    return {{"version", kVersion},
            {"round", round},
            {"epoch", epoch},
            {"members", members},
            {"threads", threads},
            {"best_round", bestRound},
            {"best_value", bestValue},
            {"best_metrics", bestMetrics},
            {"states", statesFolder},
            {"finished", finished},
            {"last_merged", lastMerged},
            {"last_own", lastOwn}};
}

Result<SessionState> SessionState::read(const fs::path& file)
{
    constexpr std::size_t kLimit = std::size_t{16} << 20;
    const auto text = readFile(file, kLimit);
    if (!text)
        return tl::unexpected(text.error());
    try {
        const nlohmann::json json = nlohmann::json::parse(*text);
        if (json.at("version").get<int>() != kVersion)
            return fail(ErrorCode::ModelBroken, file.string(), "of another version of the program");
        SessionState state;
        state.round = json.at("round").get<int>();
        state.epoch = json.at("epoch").get<int>();
        state.members = json.at("members").get<std::vector<bool>>();
        state.threads = json.at("threads").get<int>();
        state.bestRound = json.at("best_round").get<int>();
        state.bestValue = json.at("best_value").get<double>();
        state.bestMetrics = json.at("best_metrics");
        state.statesFolder = json.at("states").get<std::string>();
        // Of a version that did not keep them all members count, and the metrics are not known.
        if (json.contains("finished"))
            state.finished = json["finished"].get<std::vector<bool>>();
        state.lastMerged = json.value("last_merged", nlohmann::json());
        state.lastOwn = json.value("last_own", nlohmann::json());
        // Before the first round is closed there are no states.
        const bool isFirst = state.round == 0 && state.statesFolder.empty();
        if (!isFirst && (state.round < 0 || state.statesFolder != checkpointFolder(state.round)))
            return fail(ErrorCode::ModelBroken, file.string(), "it names no round's states");
        return state;
    } catch (const nlohmann::json::exception& exception) {
        return fail(ErrorCode::ModelBroken, file.string(), exception.what());
    }
}

Result<SessionState> SessionState::toResume(const fs::path& runFolder, std::optional<int> behindRound)
{
    auto last = read(runFolder / kCheckpoint);
    if (!last && last.error().code == ErrorCode::FileNotFound)
        return fail(ErrorCode::InvalidArgument, runFolder.string(),
                    "it has no checkpoint: it ended before its first one. Begin it anew");
    if (!last || !behindRound || *behindRound == last->round)
        return last;
    if (!hasCheckpoint(runFolder, *behindRound))
        return fail(ErrorCode::InvalidArgument, runFolder.string(),
                    "no checkpoint behind round " + std::to_string(*behindRound) +
                        "; there are: " + listOf(keptCheckpoints(runFolder)));
    auto state = read(runFolder / checkpointFile(*behindRound));
    if (!state)
        return state;
    if (auto whole =
            SiloPool::check(runFolder / state->statesFolder, static_cast<int>(state->members.size()));
        !whole)
        return tl::unexpected(withOthers(whole.error(), runFolder, *behindRound));
    // The best model in the folder may be of a round that is given up: the next one that is measured counts.
    if (roundOfBest(runFolder) != state->bestRound)
        state->bestRound = -1;
    return state;
}

Status Session::writeState() const
{
    return writeFile(m_run->folder() / kCheckpoint, m_state.toJson().dump(2) + "\n", Overwrite::Yes);
}

/// All but the one that counts.
void Session::dropEarlierCheckpoints() const
{
    if (const auto last = SessionState::read(m_run->folder() / kCheckpoint))
        removeOldCheckpoints(m_run->folder(), last->round, 0);
}

Status Session::checkpoint()
{
    const double startMs = m_clock.nowMs();
    const fs::path& folder = m_run->folder();
    m_state.statesFolder = checkpointFolder(m_state.round);
    removeCheckpointsBehind(folder, m_state.round - 1); // of a course that was given up
    auto saved = m_pool->checkpoint(folder / m_state.statesFolder);
    if (!saved && saved.error().code == ErrorCode::DiskFull) {
        dropEarlierCheckpoints(); // going back is worth less than going on
        saved = m_pool->checkpoint(folder / m_state.statesFolder);
    }
    if (!saved)
        return saved;
    const std::string text = m_state.toJson().dump(2) + "\n";
    if (auto written = writeFile(folder / checkpointFile(m_state.round), text, Overwrite::Yes); !written)
        return written;
    // From here on the new states count; before, those of the older round.
    if (auto written = writeState(); !written)
        return written;
    // What was given away cannot be taken back: a session with a promise never goes back.
    const int keptMb = m_privacy.unit == PrivacyUnit::None ? m_plan.checkpointsMb : 0;
    removeOldCheckpoints(folder, m_state.round, static_cast<std::uintmax_t>(keptMb) << 20U);
    m_checkpointSeconds = (m_clock.nowMs() - startMs) / 1000.0;
    return {};
}

Status Session::restore(const fs::path& folder, SessionState state)
{
    if (state.members.size() != m_data.silos.size() ||
        (!state.finished.empty() && state.finished.size() != state.members.size()))
        return fail(ErrorCode::ModelBroken, folder.string(), "a checkpoint of another number of silos");
    if (state.round > m_plan.rounds)
        return fail(ErrorCode::ModelBroken, folder.string(), "a checkpoint of a round that the plan has not");
    auto run = RunWriter::resume(folder, state.round);
    if (!run)
        return tl::unexpected(run.error());
    m_run = std::move(*run);
    const int round = state.round;
    const auto restored = restoreStates(std::move(state));
    if (restored)
        return restored;
    const Error error = withOthers(restored.error(), folder, round);
    // For whoever looks at the list; the error of a second write would hide this one.
    static_cast<void>(m_run->setState(RunState::Failed, describe(error)));
    return tl::unexpected(error);
}

Status Session::restoreStates(SessionState state)
{
    const fs::path& folder = m_run->folder();
    const auto before = SessionState::read(folder / kCheckpoint);
    m_state = std::move(state);
    // Where it goes back to an earlier round, this is its last one from now on.
    if (auto written = writeState(); !written)
        return written;
    removeCheckpointsBehind(folder, m_state.round);
    if (before && before->round > m_state.round)
        if (auto noted = m_run->addEvent("info", "went back behind round " + std::to_string(m_state.round) +
                                                     "; what came later is done again");
            !noted)
            return noted;
    if (auto opened = openFolder(); !opened)
        return opened;
    if (!m_state.statesFolder.empty())
        if (auto restored = m_pool->restore(folder / m_state.statesFolder); !restored)
            return restored;
    if (auto used = useMembers(); !used)
        return used;
    if (m_state.threads != m_threads) {
        m_state.threads = m_threads;
        if (auto noted =
                m_run->addEvent("warning", "another number of threads: sums may differ in the last digit");
            !noted)
            return noted;
    }
    return m_run->setState(RunState::Running);
}

} // namespace fedefm
