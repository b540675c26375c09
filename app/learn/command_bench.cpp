// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_learn.h"
#include "app/learn/commands.h"
#include "core/base/log.h"

#include <thread>

namespace fedefm::cli {

namespace {

struct BenchOptions
{
    std::string only;
    std::string memoryOf;
};

Result<Outcome> runBench(const BenchOptions& options, Context& context)
{
    const int threads = context.general.threads > 0
                            ? context.general.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    if (!options.memoryOf.empty()) {
        const auto megabytes = peakMemoryOfWorkload(options.memoryOf, threads);
        if (!megabytes)
            return tl::unexpected(megabytes.error());
        context.say(std::to_string(*megabytes));
        return Outcome{{{"peak_mb", *megabytes}}, false};
    }
    Outcome outcome;
    outcome.document = {{"threads", threads}, {"figures", nlohmann::json::array()}};
    const auto add = [&](const Result<std::vector<BenchFigure>>& figures) -> Status {
        if (!figures)
            return tl::unexpected(figures.error());
        for (const BenchFigure& figure : *figures) {
            outcome.document["figures"].push_back(toJson(figure));
            context.say(textOf(figure));
        }
        return {};
    };
    if (options.only.empty() || options.only == "train")
        if (auto added = add(benchTraining(threads, log::info)); !added)
            return tl::unexpected(added.error());
    if (options.only.empty() || options.only == "real-time")
        if (auto added = add(benchRealTime(threads)); !added)
            return tl::unexpected(added.error());
    return outcome;
}

} // namespace

void addBenchCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand("bench", "Measure training and inference beside eager Python");
    command->add_option("--only", options->only, "One group of measurements")
        ->check(CLI::IsMember({"train", "real-time"}));
    // The empty group hides it from the help: the memory measurement calls itself with it.
    command->add_option("--memory-of", options->memoryOf)->group("");
    command->callback([options, &context] {
        context.action = [options, &context] { return runBench(*options, context); };
    });
}

} // namespace fedefm::cli
