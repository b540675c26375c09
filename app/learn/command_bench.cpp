// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_federate.h"
#include "app/learn/bench_learn.h"
#include "app/learn/bench_session.h"
#include "app/learn/commands.h"
#include "core/base/log.h"

#include <cstdio>
#include <thread>

namespace fedefm::cli {

namespace {

struct BenchOptions
{
    std::string only;
    std::string memoryOf;
    std::string session;
    bool asLines = false;
    bool includes(const char* group) const { return only.empty() || only == group; }
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
    if (!options.session.empty()) {
        const auto measured = measureSession(options.session, threads, context.cancel);
        if (!measured)
            return tl::unexpected(measured.error());
        context.say(measured->dump());
        return Outcome{*measured, false};
    }
    Outcome outcome;
    outcome.document = {{"threads", threads}, {"figures", nlohmann::json::array()}};
    const auto add = [&](const BenchFigure& figure) {
        outcome.document["figures"].push_back(toJson(figure));
        context.say(options.asLines ? toJson(figure).dump() : textOf(figure));
        // Each figure is there as soon as it is known, also in a pipe.
        std::fflush(stdout);
    };
    if (options.includes("train"))
        if (auto done = benchTraining(threads, add, log::info); !done)
            return tl::unexpected(done.error());
    if (options.includes("real-time"))
        if (auto done = benchRealTime(threads, add); !done)
            return tl::unexpected(done.error());
    if (options.includes("federate"))
        if (auto done = benchFederation(threads, add, log::info); !done)
            return tl::unexpected(done.error());
    return outcome;
}

} // namespace

void addBenchCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* command =
        app.add_subcommand("bench", "Measure training, inference and federated rounds beside eager Python");
    command->add_option("--only", options->only, "One group of measurements")
        ->check(CLI::IsMember({"train", "real-time", "federate"}));
    // The empty group hides them from the help: measurements in a process of their own call themselves.
    command->add_option("--memory-of", options->memoryOf)->group("");
    command->add_option("--session", options->session)->group("");
    command->add_flag("--json-lines", options->asLines)->group("");
    command->callback([options, &context] {
        context.action = [options, &context] { return runBench(*options, context); };
    });
}

} // namespace fedefm::cli
