// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/commands.h"
#include "core/train/run_store.h"

#include <array>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct RunsOptions
{
    std::string folder;
    std::string run;
    std::string csv;
};

/// Of a session's best round what the merged model reached; the rest of the round is in the store.
nlohmann::json bestMetricsOf(const RunSummary& run)
{
    const bool isSession = run.kind == "federate" && run.bestMetrics.is_object();
    return isSession ? run.bestMetrics.value("merged", nlohmann::json()) : run.bestMetrics;
}

nlohmann::json runJson(const RunSummary& run)
{
    return {{"id", run.id},
            {"name", run.name},
            {"kind", run.kind},
            {"folder", run.folder.string()},
            {"state", runStateName(run.state)},
            {"message", run.message},
            {"started_utc", run.startedUtc},
            {"wall_seconds", run.wallSeconds},
            {"seed", run.seed},
            {"version", run.version},
            {"machine", run.machine},
            {"epochs_done", run.epochsDone},
            {"epochs_planned", run.epochsPlanned},
            {"architecture", run.architecture},
            {"best_epoch", run.bestEpoch ? nlohmann::json(*run.bestEpoch) : nlohmann::json()},
            {"best_metrics", bestMetricsOf(run)},
            {"config", run.config}};
}

std::string durationText(double seconds)
{
    const auto whole = static_cast<long long>(seconds);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    return text.data();
}

Result<Outcome> listAll(const RunsOptions& options, const Context& context)
{
    const fs::path root = options.folder.empty() ? defaultRunsFolder() : fs::path(options.folder);
    std::error_code ignored;
    if (!options.folder.empty() && !fs::is_directory(root, ignored))
        return fail(ErrorCode::FileNotFound, root.string());
    Outcome outcome;
    outcome.document = {{"folder", root.string()}, {"runs", nlohmann::json::array()}};
    const auto runs = listRuns(root);
    for (const RunSummary& run : runs) {
        outcome.document["runs"].push_back(runJson(run));
        const std::string unit = run.kind == "federate" ? "round" : "epoch";
        context.say(run.id + "  " + run.kind + "  " + runStateName(run.state) + "  " + run.architecture +
                    "  " + unit + " " + std::to_string(run.epochsDone) + " of " +
                    std::to_string(run.epochsPlanned) + "  " + durationText(run.wallSeconds) +
                    (run.bestEpoch ? "  best " + unit + " " + std::to_string(*run.bestEpoch + 1) : ""));
        if (!run.message.empty())
            context.say("  " + run.message);
    }
    if (runs.empty())
        context.say("no runs in " + root.string());
    return outcome;
}

Result<Outcome> exportRun(const RunsOptions& options, const Context& context)
{
    const auto reader = RunReader::open(runFolderNamed(options.run, defaultRunsFolder()));
    if (!reader)
        return tl::unexpected(reader.error());
    Outcome outcome;
    if (!options.csv.empty()) {
        if (auto written = exportCsv(**reader, options.csv, context.general.force); !written)
            return tl::unexpected(written.error());
        outcome.document = {{"run", options.run}, {"file", options.csv}};
        context.say(options.csv);
        return outcome;
    }
    const auto text = csvText(**reader);
    if (!text)
        return tl::unexpected(text.error());
    if (!context.general.json)
        std::fwrite(text->data(), 1, text->size(), stdout);
    outcome.document = {{"run", options.run}, {"csv", *text}};
    return outcome;
}

} // namespace

void addRunsCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<RunsOptions>();
    CLI::App* command = app.add_subcommand("runs", "List trainings, or export the curves of one");
    command->add_option("DIR", options->folder, "Folder of runs (default: FEDEFM_RUNS or the user's own)")
        ->check(checkNotEmpty);
    CLI::App* exporting = command->add_subcommand("export", "Write the curves of a run as CSV");
    exporting->add_option("RUN", options->run, "Run folder, or its name")->required()->check(checkNotEmpty);
    exporting->add_option("--csv", options->csv, "File to write; without a name the table goes to stdout")
        ->expected(0, 1);
    command->callback([options, command, exporting, &context] {
        const bool isExport = command->got_subcommand(exporting);
        context.input = isExport ? options->run : options->folder;
        context.action = [options, isExport, &context] {
            return isExport ? exportRun(*options, context) : listAll(*options, context);
        };
    });
}

} // namespace fedefm::cli
