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
    Result<Figures> (*measure)(const BenchInputs&, Context&);
};

constexpr std::array kGroups{
    Group{"decode", benchDecode},     Group{"open", benchOpen},         Group{"window", benchWindow},
    Group{"subtract", benchSubtract}, Group{"segment", benchSegment},   Group{"memory", benchMemory},
    Group{"desktop", benchDesktop},   Group{"simulate", benchSimulate},
};

std::string processorName()
{
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);)
        if (line.rfind("model name", 0) == 0)
            return line.substr(line.find(':') + 2);
    return "unknown";
}

nlohmann::json referenceJson(const std::optional<BenchFigure::Reference>& reference)
{
    if (!reference)
        return nullptr;
    return {{"name", reference->name}, {"value", reference->value}};
}

nlohmann::json figureJson(const BenchFigure& figure)
{
    return {{"name", figure.name},
            {"value", figure.value},
            {"unit", figure.unit},
            {"target",
             {{"kind", figure.targetIsMinimum ? "at_least" : "below"},
              {"of", figure.targetIsRatio ? "peer_ratio" : "value"},
              {"value", figure.target}}},
            {"met", figure.isMet()},
            {"limit", referenceJson(figure.limit)},
            {"peer", referenceJson(figure.peer)},
            {"peer_ratio", figure.peerRatio ? nlohmann::json(*figure.peerRatio) : nlohmann::json(nullptr)}};
}

std::string figureText(const BenchFigure& figure)
{
    char text[400];
    std::snprintf(text, sizeof text, "%-40s %10.4g %-8s  %s  target %s %g%s", figure.name.c_str(),
                  figure.value, figure.unit.c_str(), figure.isMet() ? "met   " : "MISSED",
                  figure.targetIsMinimum ? "at least" : "below", figure.target,
                  figure.targetIsRatio ? " times the peer" : "");
    std::string line = text;
    if (figure.peer) {
        std::snprintf(text, sizeof text, "; %s %.4g, %.2f times better", figure.peer->name.c_str(),
                      figure.peer->value, figure.peerRatio.value_or(0.0));
        line += text;
    }
    if (figure.limit) {
        std::snprintf(text, sizeof text, "; limit (%s) %.4g", figure.limit->name.c_str(),
                      figure.limit->value);
        line += text;
    }
    return line;
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
    for (const Group& group : kGroups) {
        if (!options.only.empty() && options.only != group.name)
            continue;
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "bench");
        const auto figures = group.measure(**inputs, context);
        if (!figures)
            return tl::unexpected(figures.error());
        for (const BenchFigure& figure : *figures) {
            outcome.document["figures"].push_back(figureJson(figure));
            context.say(figureText(figure));
        }
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
