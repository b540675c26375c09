// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// One value of a curve.
struct MetricPoint
{
    std::int64_t step = 0;    ///< optimiser steps done, over the whole run
    double epoch = 0.0;       ///< fractional
    double wallSeconds = 0.0; ///< since the run's first start, pauses left out
    double value = 0.0;
};

/// "running": a process writes; "paused", "done", "stopped" (by the user), "failed"; "lost": it says running
/// but its process is gone.
enum class RunState { Running, Paused, Done, Stopped, Failed, Lost };
const char* runStateName(RunState state);

/// What a table of runs shows.
struct RunSummary
{
    std::string id; ///< folder name: date, time, name; unique
    std::string name;
    std::string kind; ///< "train", "finetune", "federate"
    std::filesystem::path folder;
    RunState state = RunState::Running;
    std::string startedUtc;
    double wallSeconds = 0.0;
    std::uint64_t seed = 0;
    std::string version; ///< of the program
    std::string machine; ///< processor, cores, threads, device; no host name
    std::int64_t pid = 0;
    int epochsDone = 0;
    int epochsPlanned = 0;
    std::string architecture;
    nlohmann::json config;
    std::optional<int> bestEpoch;
    nlohmann::json bestMetrics; ///< of the best epoch
    std::string message;        ///< why it failed or stopped
};

/// A run folder holds run.sqlite (append-only tables, WAL), config.json, split.json, weights/*.safetensors,
/// checkpoint.safetensors, samples/epoch_0003/*.png. Any number of processes read while one writes.
///
/// Writer side; one per run and process, not for several threads at once. Every call but keepMetrics() is
/// durable when it returns. One that is destroyed without a final state leaves the run as lost.
class RunWriter
{
public:
    struct Start
    {
        std::string name;
        std::string kind = "train";
        std::uint64_t seed = 0;
        int epochsPlanned = 0;
        std::string architecture;
        std::string device = "cpu";
        int threads = 0;
        nlohmann::json config;
        nlohmann::json split;
    };
    /// Makes a new folder below `root`. Errors: WriteFailed, DiskFull.
    static Result<std::unique_ptr<RunWriter>> create(const std::filesystem::path& root, const Start& start);
    /// Goes on with a run that stopped; values behind `step` (the checkpoint's) are marked as superseded, not
    /// deleted. Errors: FileNotFound, FileUnreadable, InvalidArgument when its process still runs.
    static Result<std::unique_ptr<RunWriter>> resume(const std::filesystem::path& folder, std::int64_t step);
    ~RunWriter();

    const std::filesystem::path& folder() const;
    /// Many values of one step at once, e.g. {{"train/loss", 0.4}, {"train/lr", 0.001}}.
    Status addMetrics(std::int64_t step, double epoch,
                      const std::vector<std::pair<std::string, double>>& values);
    /// The same for steps that are too fast to sync each to the disk: written, in order, by the next
    /// addMetrics(), writeKept(), finishEpoch() or setState().
    void keepMetrics(std::int64_t step, double epoch, std::vector<std::pair<std::string, double>> values);
    Status writeKept();
    Status finishEpoch(int epoch, bool isBest, const nlohmann::json& metrics);
    Status addSample(int epoch, const std::string& picture, const std::string& reference,
                     const std::string& prediction);                    ///< file names relative to the folder
    Status addEvent(const std::string& level, const std::string& text); ///< "info", "warning", "error"
    Status setState(RunState state, const std::string& message = {});
    double wallSeconds() const;

    /// The first thing that a window asked for and that was not taken yet ("pause", "resume", "stop"; for
    /// sessions "admit 3", "drop 3"); a stop comes before all others. Empty: nothing. See sendRunCommand().
    std::string takeCommand();

private:
    struct State;
    explicit RunWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// Reader side; opening is cheap, several may exist.
class RunReader
{
public:
    static Result<std::unique_ptr<RunReader>> open(const std::filesystem::path& folder);
    ~RunReader();
    Result<RunSummary> summary() const;
    std::vector<std::string> metricNames() const;
    /// Points in order, without superseded ones; `afterRow` makes polling cheap: 0 at first, then the
    /// returned row.
    struct Curve
    {
        std::vector<MetricPoint> points;
        std::int64_t lastRow = 0; ///< a place to go on from, not a count
        bool restarted = false;   ///< earlier points were superseded: `points` is the whole curve
    };
    Result<Curve> curve(const std::string& metric, std::int64_t afterRow = 0) const;
    struct SampleFiles
    {
        int epoch = 0;
        std::filesystem::path picture, reference, prediction;
    };
    std::vector<SampleFiles> samples() const;
    struct Event
    {
        std::string utc, level, text;
    };
    std::vector<Event> events() const;
    /// Metrics of every epoch: [{"epoch": 0, "best": true, …}].
    nlohmann::json epochs() const;

private:
    struct State;
    explicit RunReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// FEDEFM_RUNS, else fedefm/runs in XDG_DATA_HOME (~/.local/share).
std::filesystem::path defaultRunsFolder();

/// The folder of a run that is named by its folder or, below `root`, by its id.
std::filesystem::path runFolderNamed(const std::string& name, const std::filesystem::path& root);

/// All runs below a folder, newest first; folders that are no runs are passed over, broken ones have state
/// Failed.
std::vector<RunSummary> listRuns(const std::filesystem::path& root);

/// Asks the process that trains to "pause", "resume" or "stop"; it answers at the next step. A federated
/// session also takes "admit 3" and "drop 3": silo 3 belongs to it, or no longer, from the next round on.
/// Errors: InvalidArgument for other words and for a run that no process works on; those of the file.
Status sendRunCommand(const std::filesystem::path& runFolder, const std::string& command);

/// step,epoch,wall_seconds,metric,value – one row per point, metric by metric; RFC 4180, shortest exact
/// numbers.
Result<std::string> csvText(const RunReader& run);
Status exportCsv(const RunReader& run, const std::filesystem::path& target, bool overwrite);

} // namespace fedefm
