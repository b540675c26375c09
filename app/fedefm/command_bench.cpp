// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_measure.h"
#include "app/fedefm/commands.h"
#include "core/base/version.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

namespace fedefm::cli {

namespace {

struct BenchOptions
{
    std::string only;
    std::string data;
    std::string memoryOf;
};

struct Group
{
    const char* name;
    Result<Figures> (*measure)(const BenchInputs&, Context&); ///< null: a group of fedefm-learn
};

constexpr std::array kGroups{
    Group{"decode", benchDecode},     Group{"open", benchOpen},         Group{"window", benchWindow},
    Group{"subtract", benchSubtract}, Group{"segment", benchSegment},   Group{"memory", benchMemory},
    Group{"desktop", benchDesktop},   Group{"simulate", benchSimulate}, Group{"loader", benchLoader},
    Group{"train", nullptr},          Group{"real-time", nullptr},      Group{"transport", benchTransport},
    Group{"federate", nullptr},
};

std::string processorName()
{
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);)
        if (line.rfind("model name", 0) == 0)
            return line.substr(line.find(':') + 2);
    return "unknown";
}

Result<Outcome> runBench(const BenchOptions& options, Context& context)
{
    if (!options.memoryOf.empty()) {
        const auto megabytes = peakMemoryOf(options.memoryOf);
        if (!megabytes)
            return tl::unexpected(megabytes.error());
        context.say(std::to_string(*megabytes));
        return Outcome{{{"peak_mb", *megabytes}}, false};
    }
    const bool needsLossless = options.only.empty() || options.only == "decode" || options.only == "desktop";
    const auto inputs = BenchInputs::create(options.data, needsLossless);
    if (!inputs)
        return tl::unexpected(inputs.error());
    Outcome outcome;
    outcome.document = {{"version", kVersion},
                        {"processor", processorName()},
                        {"threads", std::thread::hardware_concurrency()},
                        {"data", (*inputs)->isReal ? "real" : "generated"},
                        {"figures", nlohmann::json::array()}};
    context.say(processorName() + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads, " +
                ((*inputs)->isReal ? "real" : "generated") + " data");
    const auto add = [&](const BenchFigure& figure) {
        outcome.document["figures"].push_back(toJson(figure));
        context.say(textOf(figure));
        // Each figure is there as soon as it is known, also in a pipe.
        std::fflush(stdout);
    };
    for (const Group& group : kGroups) {
        if (!options.only.empty() && options.only != group.name)
            continue;
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "bench");
        if (!group.measure) {
            if (auto measured = benchLearning(group.name, context, add); !measured)
                return tl::unexpected(measured.error());
            continue;
        }
        const auto figures = group.measure(**inputs, context);
        if (!figures)
            return tl::unexpected(figures.error());
        for (const BenchFigure& figure : *figures)
            add(figure);
    }
    return outcome;
}

} // namespace

void addBenchCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand("bench", "Measure this machine beside targets, limits and peers");
    std::vector<std::string> names;
    for (const Group& group : kGroups)
        names.emplace_back(group.name);
    command->add_option("--only", options->only, "One group of measurements")->check(CLI::IsMember(names));
    command->add_option("--data", options->data,
                        "Folder of real files (default: FEDEFM_TEST_DATA, ../shared/data)");
    // The empty group hides it from the help: the memory measurement calls itself with it.
    command->add_option("--memory-of", options->memoryOf)->group("");
    command->callback([options, &context] {
        context.action = [options, &context] { return runBench(*options, context); };
    });
}

} // namespace fedefm::cli
