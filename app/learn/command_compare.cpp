// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"
#include "app/learn/commands.h"
#include "app/learn/run_options.h"
#include "core/federate/comparison.h"
#include "core/train/config_document.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct CompareOptions
{
    std::string config;
    std::vector<std::string> settings;
    std::string out;
    int jobs = 0;
    const CLI::App* program = nullptr; ///< where the general options stand
};

/// Runs the sessions of a comparison as processes of their own. The output folder holds sessions/ (their
/// plans) and runs/; what is done there already is not done again.
class Comparison
{
public:
    Comparison(ComparisonPlan plan, std::vector<ComparisonCell> cells, fs::path out, const Context& context)
        : m_plan(std::move(plan)), m_cells(std::move(cells)), m_out(std::move(out)), m_context(context),
          m_outcomes(m_cells.size())
    {
    }

    Status run(int jobs)
    {
        std::error_code failed;
        fs::create_directories(m_out / "sessions", failed);
        if (failed)
            return fail(ErrorCode::WriteFailed, m_out.string(), failed.message());
        for (const RunSummary& run : listRuns(m_out / "runs"))
            m_runs.emplace(run.name, run);
        // A table never mixes configurations.
        for (const ComparisonCell& cell : m_cells)
            if (const RunSummary* run = startedRun(cell); run && run->config != toJson(cell.plan))
                return fail(ErrorCode::InvalidArgument, run->folder.string(),
                            "made with another configuration; give another --out");
        std::vector<std::thread> workers;
        for (int worker = 0; worker < jobs; ++worker)
            workers.emplace_back([this] { work(); });
        for (std::thread& worker : workers)
            worker.join();
        if (m_context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_out.string());
        return {};
    }

    nlohmann::json table() const { return comparisonTable(m_plan, m_cells, m_outcomes); }
    const std::vector<std::string>& failures() const { return m_failures; }

private:
    void work()
    {
        while (!m_context.cancel.isCancelled()) {
            const std::size_t at = m_next++;
            if (at >= m_cells.size())
                return;
            auto folder = finished(m_cells[at]);
            auto outcome = folder ? readOutcome(*folder, m_plan.metric)
                                  : Result<SessionOutcome>(tl::unexpected(folder.error()));
            const std::lock_guard lock(m_mutex);
            tell(at, outcome);
            if (outcome)
                m_outcomes[at] = std::move(*outcome);
        }
    }

    /// The run folder of a session, which is run or resumed where that is needed.
    Result<fs::path> finished(const ComparisonCell& cell) const
    {
        nlohmann::json plan = toJson(cell.plan);
        std::vector<std::string> arguments{"federate"};
        if (const RunSummary* run = startedRun(cell)) {
            if (run->state == RunState::Done)
                return run->folder;
            arguments.insert(arguments.end(), {"--resume", run->folder.string()});
        } else {
            const fs::path file = m_out / "sessions" / (cell.name + ".json");
            if (auto written = writeFile(file, plan.dump(2) + "\n", Overwrite::Yes); !written)
                return tl::unexpected(written.error());
            arguments.insert(arguments.end(), {file.string(), "--runs", (m_out / "runs").string()});
        }
        arguments.insert(arguments.end(), {"--json", "--quiet"});
        std::string text;
        std::error_code ignored;
        const Status ended = eachLineOf(fs::read_symlink("/proc/self/exe", ignored), arguments,
                                        [&text](const std::string& line) { text += line + "\n"; });
        const nlohmann::json result = nlohmann::json::parse(text, nullptr, false);
        if (ended && result.is_object() && result.contains("run"))
            return fs::path(result["run"].get<std::string>());
        const bool hasReason = result.is_object() && result.contains("error");
        return fail(ErrorCode::InvalidArgument, cell.name,
                    hasReason ? result["error"].value("message", "") : "its session did not end well");
    }

    /// One that was killed while it was set up cannot be resumed, and counts as none.
    const RunSummary* startedRun(const ComparisonCell& cell) const
    {
        const auto known = m_runs.find(cell.name);
        std::error_code ignored;
        return known != m_runs.end() && fs::exists(known->second.folder / "checkpoint.json", ignored)
                   ? &known->second
                   : nullptr;
    }

    void tell(std::size_t at, const Result<SessionOutcome>& outcome)
    {
        ++m_done;
        if (!outcome)
            m_failures.push_back(describe(outcome.error()));
        if (m_context.general.quiet)
            return;
        const std::string what =
            outcome ? m_plan.metric + " " + std::to_string(outcome->course.back().value) : m_failures.back();
        std::fprintf(stderr, "%zu of %zu: %s: %s\n", m_done, m_cells.size(), m_cells[at].name.c_str(),
                     what.c_str());
    }

    const ComparisonPlan m_plan;
    const std::vector<ComparisonCell> m_cells;
    const fs::path m_out;
    const Context& m_context;
    std::map<std::string, RunSummary> m_runs;
    std::atomic<std::size_t> m_next{0};
    std::mutex m_mutex;
    std::vector<std::optional<SessionOutcome>> m_outcomes;
    std::vector<std::string> m_failures;
    std::size_t m_done = 0;
};

/// So many sessions at a time that each thread has a core.
int jobsFor(const CompareOptions& options, const std::vector<ComparisonCell>& cells)
{
    if (options.jobs > 0)
        return options.jobs;
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    int threads = 1;
    for (const ComparisonCell& cell : cells)
        threads = std::max(threads, cell.plan.training.threads > 0 ? cell.plan.training.threads : cores);
    return std::max(1, cores / threads);
}

/// Whether the command line says it over the configuration.
bool isGiven(const CompareOptions& options, const char* name)
{
    return options.program->get_option(name)->count() > 0;
}

Result<Outcome> runCompare(const CompareOptions& options, Context& context)
{
    const auto document = loadConfigDocument(options.config, options.settings);
    if (!document)
        return tl::unexpected(document.error());
    auto plan = parseComparison(*document);
    if (!plan)
        return tl::unexpected(inConfiguration(plan.error(), options.config));
    if (isGiven(options, "--seed"))
        plan->seeds = {context.general.seed};
    auto cells = cellsOf(*plan);
    if (!cells)
        return tl::unexpected(inConfiguration(cells.error(), options.config));
    const fs::path folder = fs::absolute(options.config).parent_path();
    for (ComparisonCell& cell : *cells) {
        if (!cell.plan.data.contains("folder"))
            cell.plan.data["folder"] = folder.string();
        TrainConfig& training = cell.plan.training;
        training.init = whereInitIs(training.init, folder);
        if (isGiven(options, "--threads"))
            training.threads = context.general.threads;
        if (isGiven(options, "--device"))
            training.device = context.general.device;
        if (plan->metric.empty())
            plan->metric = training.selectBy;
    }
    const fs::path out = options.out.empty()
                             ? defaultRunsFolder() / ("compare-" + fs::path(options.config).stem().string())
                             : fs::path(options.out);
    const int jobs = jobsFor(options, *cells);
    Comparison comparison(std::move(*plan), std::move(*cells), fs::absolute(out), context);
    if (auto done = comparison.run(jobs); !done)
        return tl::unexpected(done.error());
    nlohmann::json table = comparison.table();
    const std::string markdown = comparisonMarkdown(table);
    const std::pair<const char*, std::string> files[] = {
        {"table.json", table.dump(2) + "\n"}, {"table.md", markdown}, {"table.csv", comparisonCsv(table)}};
    for (const auto& [name, text] : files)
        if (auto written = writeFile(out / name, text, Overwrite::Yes); !written)
            return tl::unexpected(written.error());
    context.say(markdown);
    context.say((out / "table.md").string());
    table["out"] = out.string();
    table["failures"] = comparison.failures();
    return Outcome{std::move(table), !comparison.failures().empty()};
}

} // namespace

void addCompareCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<CompareOptions>();
    options->program = &app;
    CLI::App* command =
        app.add_subcommand("compare", "One table over strategies, scenarios and shares of unseen data");
    command->add_option("config", options->config, "Configuration (JSON, docs/federation.md)")->required();
    command->add_option("--set", options->settings, "key.sub=value, over the configuration; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--out", options->out,
                        "Folder for sessions and tables; what is done there is not done again");
    command
        ->add_option("--jobs", options->jobs, "Sessions at a time (default: cores by threads of a session)")
        ->check(CLI::Range(1, 64));
    command->callback([options, &context] {
        context.input = options->config;
        context.action = [options, &context] { return runCompare(*options, context); };
    });
}

} // namespace fedefm::cli
