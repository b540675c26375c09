// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"
#include "app/fedefm/bench_measure.h"
#include "core/base/log.h"
#include "core/plugin/programs.h"

namespace fedefm::cli {

Status benchLearning(const char* group, Context& context, const std::function<void(const BenchFigure&)>& add)
{
    const auto program = learningProgram();
    if (!program) {
        log::warning(describe(program.error()));
        return {};
    }
    std::vector<std::string> arguments;
    if (context.general.quiet)
        arguments.emplace_back("--quiet");
    if (context.general.threads > 0)
        arguments.insert(arguments.end(), {"--threads", std::to_string(context.general.threads)});
    arguments.insert(arguments.end(), {"bench", "--only", group, "--json-lines"});
    Status read;
    const auto done = eachLineOf(*program, arguments, [&](const std::string& line) {
        const auto figure = figureFromJson(nlohmann::json::parse(line, nullptr, false));
        if (figure)
            add(*figure);
        else
            read = tl::unexpected(figure.error());
    });
    return done ? read : done;
}

} // namespace fedefm::cli
