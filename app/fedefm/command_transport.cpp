// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/number_check.h"
#include "app/fedefm/commands.h"
#include "app/fedefm/transport_check.h"

#include <algorithm>
#include <cstdio>

namespace fedefm::cli {

namespace {

struct CheckOptions
{
    std::string folder;
    TransportOptions transport;
};

nlohmann::json entryJson(const TransportCheckEntry& entry)
{
    nlohmann::json document{{"index", entry.index},
                            {"kind", entry.kind},
                            {"rows", entry.rows},
                            {"columns", entry.columns},
                            {"ok", entry.isOk}};
    if (!entry.problem.empty()) {
        document["problem"] = entry.problem;
        return document;
    }
    document["cost"] = entry.cost;
    document["cost_error"] = entry.costError;
    document["marginal_error"] = entry.marginalError;
    document["dual_infeasibility"] = entry.dualInfeasibility;
    document["dual_error"] = entry.dualError;
    document["gradient_error"] = nullptr;
    if (entry.gradientError)
        document["gradient_error"] = *entry.gradientError;
    document["ms"] = entry.ms;
    document["iterations"] = entry.iterations;
    document["converged"] = entry.isConverged;
    return document;
}

std::string entryLine(const TransportCheckEntry& entry)
{
    char head[96];
    std::snprintf(head, sizeof head, "%3d  %3d x %-3d  %-26s %s", entry.index, entry.rows, entry.columns,
                  entry.kind.substr(0, 26).c_str(), entry.isOk ? "ok   " : "WRONG");
    if (!entry.problem.empty())
        return std::string(head) + "  " + entry.problem;
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, "  cost %.1e  marginals %.1e  duals %.1e", entry.costError,
                  entry.marginalError, std::max(entry.dualInfeasibility, entry.dualError));
    std::string line = std::string(head) + numbers;
    if (entry.gradientError) {
        std::snprintf(numbers, sizeof numbers, "  gradient %.1e", *entry.gradientError);
        line += numbers;
    }
    std::snprintf(numbers, sizeof numbers, "  %.3f ms", entry.ms);
    line += numbers;
    if (!entry.isConverged)
        line += "  not converged after " + std::to_string(entry.iterations) + " iterations";
    return line;
}

/// The largest of each error over all problems that were solved.
nlohmann::json worstOf(const TransportCheckReport& report)
{
    TransportCheckEntry worst;
    worst.gradientError = 0.0;
    for (const TransportCheckEntry& entry : report.entries) {
        worst.costError = std::max(worst.costError, entry.costError);
        worst.marginalError = std::max(worst.marginalError, entry.marginalError);
        worst.dualInfeasibility = std::max(worst.dualInfeasibility, entry.dualInfeasibility);
        worst.dualError = std::max(worst.dualError, entry.dualError);
        worst.gradientError = std::max(*worst.gradientError, entry.gradientError.value_or(0.0));
    }
    return {{"cost_error", worst.costError},
            {"marginal_error", worst.marginalError},
            {"dual_infeasibility", worst.dualInfeasibility},
            {"dual_error", worst.dualError},
            {"gradient_error", *worst.gradientError}};
}

Result<Outcome> runCheck(const Context& context, const CheckOptions& options)
{
    const auto report = checkTransport(options.folder, options.transport,
                                       [&context] { return context.cancel.isCancelled(); });
    if (!report)
        return tl::unexpected(report.error());
    Outcome outcome;
    outcome.partlyFailed = !report->isOk();
    double ms = 0.0;
    nlohmann::json problems = nlohmann::json::array();
    for (const TransportCheckEntry& entry : report->entries) {
        problems.push_back(entryJson(entry));
        context.say(entryLine(entry));
        if (!entry.problem.empty() && context.general.json)
            std::fprintf(stderr, "fedefm: problem %d: %s\n", entry.index, entry.problem.c_str());
        ms += entry.ms;
    }
    const double meanMs = ms / static_cast<double>(report->entries.size());
    outcome.document = {
        {"solver", options.transport.solver},
        {"folder", options.folder},
        {"tolerance", {{"cost", report->costTolerance}, {"gradient", report->gradientTolerance}}},
        {"problems", problems},
        {"worst", worstOf(*report)},
        {"ms_per_solve", meanMs},
        {"ok", report->isOk()}};
    char summary[96];
    std::snprintf(summary, sizeof summary, "%zu problems, %.3f ms each on average", report->entries.size(),
                  meanMs);
    context.say(summary);
    context.say(report->isOk() ? "all agree" : "some do not agree with the reference");
    return outcome;
}

} // namespace

void addTransportCommand(CLI::App& app, Context& context)
{
    CLI::App* command = app.add_subcommand("transport", "Optimal transport");
    command->require_subcommand(1);
    CLI::App* check =
        command->add_subcommand("check", "Compare a solver with reference solutions of transport problems");
    const auto options = std::make_shared<CheckOptions>();
    check->add_option("folder", options->folder, "Folder with config.json and emd.safetensors")
        ->required()
        ->check(checkNotEmpty);
    check->add_option("--solver", options->transport.solver, "exact (default), sinkhorn or quadratic")
        ->check(CLI::IsMember(transportSolverNames()));
    check
        ->add_option("--epsilon", options->transport.epsilon, "sinkhorn: weight of the entropy, default 0.05")
        ->check(numberWithin(1e-12, 1e12));
    check->add_option("--gamma", options->transport.gamma, "quadratic: weight of the squares, default 0.001")
        ->check(numberWithin(1e-12, 1e12));
    check->callback([options, &context] {
        context.input = options->folder;
        context.action = [options, &context] { return runCheck(context, *options); };
    });
}

} // namespace fedefm::cli
