// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/federate/plan.h"
#include "core/train/torch/trainer.h"

#include <functional>
#include <optional>

namespace fedefm {

/// What a session reports while it runs; called from its thread, at most 20 times a second besides the first
/// and last of a phase.
struct SessionProgress
{
    int round = 0, rounds = 0;
    std::string phase; ///< the strategy's name of it; "begun", "warm-up", "closed"
    int silo = 0, silos = 0;
    double loss = 0.0;
    nlohmann::json merged; ///< metrics of the merged model, when "closed"
    /// When "closed": silos that were out, edges that were lost; when "begun": what to know of the session.
    std::vector<std::string> notes;
};

/// Where a fault can strike, and which; for tests of what a session survives.
enum class FaultStage { Training, Waiting, Sending, Receiving };
enum class Fault { None, Crash, Freeze, Garbage };
struct FaultPoint
{
    int round = 0;
    int phase = 0;
    int silo = 0;
    FaultStage stage = FaultStage::Training;
};

/// What the caller of a session gives beside the plan; all but `openData` may be empty.
struct SessionHooks
{
    DatasetOpener openData;
    CancelToken cancel;
    std::function<void(const SessionProgress&)> progress;
    std::function<Fault(const FaultPoint&)> fault;
};

struct SessionResult
{
    std::filesystem::path runFolder;
    int roundsDone = 0;
    nlohmann::json mergedMetrics; ///< of the merged model on the test set, last round
    nlohmann::json siloMetrics;   ///< one entry per silo, their own models
    nlohmann::json epsilon; ///< what each silo has given away, with the plan's δ; null without a privacy unit
    std::string endedBecause; ///< why it stopped before its last round; empty: it did not
    std::filesystem::path mergedWeights;
};

/// Runs a session in this process from the beginning, in a new run folder below `runs`: config.json,
/// split.json (the partition), run.sqlite, checkpoint.json with states/ of the last closed round, live.json
/// (what goes on just now), audit/silo_003.jsonl (what left that silo), weights/{merged,best}.safetensors.
/// Stops at a cancel or "stop" command; the last closed round stays. A session whose silos may give away no
/// more is done before its last round. Errors: InvalidArgument, those of the data, OutOfRange (too few silos
/// finished a round) and Cancelled with the folder as subject, DiskFull.
Result<SessionResult> federate(const SessionPlan& plan, const SessionHooks& hooks,
                               const std::filesystem::path& runs);

/// Goes on behind the last checkpoint, after a stop or a kill; on a CPU with the same number of threads the
/// result is bit for bit that of an undisturbed session. `behindRound` (from 1) goes back to the checkpoint
/// behind that round and gives up what came later; not with a privacy unit, as noise would be used twice.
Result<SessionResult> resumeFederation(const std::filesystem::path& runFolder, const SessionHooks& hooks,
                                       std::optional<int> behindRound = {});

/// Names of all strategies, sorted.
std::vector<std::string> strategyNames();

} // namespace fedefm
