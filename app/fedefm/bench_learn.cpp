// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"
#include "app/fedefm/bench_measure.h"
#include "core/base/log.h"
#include "core/plugin/programs.h"

namespace fedefm::cli {

namespace {

Result<Figures> measuredThere(const char* group, const Context& context)
{
    const auto program = learningProgram();
    if (!program) {
        log::warning(describe(program.error()));
        return Figures();
    }
    std::vector<std::string> arguments{"--json"};
    if (context.general.quiet)
        arguments.emplace_back("--quiet");
    if (context.general.threads > 0)
        arguments.insert(arguments.end(), {"--threads", std::to_string(context.general.threads)});
    arguments.insert(arguments.end(), {"bench", "--only", group});
    const auto text = outputOf(*program, arguments);
    if (!text)
        return tl::unexpected(text.error());
    const nlohmann::json document = nlohmann::json::parse(*text, nullptr, false);
    if (!document.is_object() || !document.contains("figures"))
        return fail(ErrorCode::Internal, program->string(), "its answer is no JSON with figures");
    Figures figures;
    for (const nlohmann::json& json : document["figures"]) {
        auto figure = figureFromJson(json);
        if (!figure)
            return tl::unexpected(figure.error());
        figures.push_back(std::move(*figure));
    }
    return figures;
}

} // namespace

Result<Figures> benchTrain(const BenchInputs&, Context& context)
{
    return measuredThere("train", context);
}

Result<Figures> benchRealTime(const BenchInputs&, Context& context)
{
    return measuredThere("real-time", context);
}

} // namespace fedefm::cli
