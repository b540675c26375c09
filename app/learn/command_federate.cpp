// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/learn/commands.h"
#include "app/learn/data_opener.h"
#include "app/learn/run_options.h"
#include "core/federate/session.h"

#include <cstdio>
#include <memory>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

/// A line per round in which the merged model was measured; on a terminal a bar over the silos below it.
class SessionReport
{
public:
    SessionReport(bool quiet, std::string metric)
        : m_quiet(quiet), m_hasBar(!quiet && ::isatty(STDERR_FILENO) == 1), m_metric(std::move(metric))
    {
    }

    void operator()(const SessionProgress& progress)
    {
        if (m_quiet)
            return;
        if (progress.phase != "closed" && progress.phase != "begun") {
            drawBar(progress);
            return;
        }
        m_bar.reset();
        m_phase.clear();
        for (const std::string& note : progress.notes)
            std::fprintf(stderr, "%s\n", note.c_str());
        if (progress.phase == "begun")
            return;
        const nlohmann::json::json_pointer where("/" + replaceDots(m_metric));
        if (!progress.merged.is_object()) {
            if (!m_hasBar && progress.round + 1 == progress.rounds)
                std::fprintf(stderr, "round %d of %d: loss %.4f\n", progress.round + 1, progress.rounds,
                             progress.loss);
            return;
        }
        if (!progress.merged.contains(where))
            return;
        const nlohmann::json value = progress.merged.value(where, nlohmann::json());
        if (value.is_number())
            std::fprintf(stderr, "round %d of %d: loss %.4f, merged model %s %.4f\n", progress.round + 1,
                         progress.rounds, progress.loss, m_metric.c_str(), value.get<double>());
    }

private:
    static std::string replaceDots(std::string text)
    {
        for (char& letter : text)
            letter = letter == '.' ? '/' : letter;
        return text;
    }
    void drawBar(const SessionProgress& progress)
    {
        if (!m_hasBar || progress.silo < 0)
            return;
        if (!m_bar || progress.phase != m_phase) {
            m_phase = progress.phase;
            m_bar.reset();
            m_bar = std::make_unique<ProgressLine>(
                "round " + std::to_string(progress.round + 1) + ", " + m_phase, false);
        }
        m_bar->update(progress.silo + 1, progress.silos);
    }

    bool m_quiet;
    bool m_hasBar;
    std::string m_metric;
    std::string m_phase;
    std::unique_ptr<ProgressLine> m_bar;
};

Result<SessionPlan> givenPlan(const RunOptions& options, const Context& context)
{
    auto plan = loadSessionPlan(options.config, options.settings);
    if (!plan)
        return tl::unexpected(inConfiguration(plan.error(), options.config));
    rememberFolder(options, plan->data);
    applyGeneral(options, context.general, plan->training);
    return plan;
}

/// Of a session that is resumed its own.
Result<SessionPlan> planOf(const RunOptions& options, const Context& context)
{
    if (options.resume.empty())
        return givenPlan(options, context);
    auto own = loadSessionPlan(options.ownConfig());
    if (!own)
        return tl::unexpected(inConfiguration(own.error(), options.ownConfig()));
    if (options.config.empty())
        return own;
    const auto given = givenPlan(options, context);
    if (!given)
        return given;
    if (auto same = checkSame(options, toJson(*given), toJson(*own)); !same)
        return tl::unexpected(same.error());
    return own;
}

std::string epsilonText(const nlohmann::json& silos)
{
    std::string text;
    for (const nlohmann::json& epsilon : silos) {
        char number[32] = "?";
        if (epsilon.is_number())
            std::snprintf(number, sizeof number, "%.3g", epsilon.get<double>());
        text += (text.empty() ? "" : ", ") + std::string(number);
    }
    return text;
}

Result<Outcome> runFederate(const RunOptions& options, std::optional<int> behindRound, Context& context)
{
    if (auto fits = checkResumed(options, true); !fits)
        return tl::unexpected(fits.error());
    const auto plan = planOf(options, context);
    if (!plan)
        return tl::unexpected(plan.error());
    SessionReport report(context.general.quiet, plan->training.selectBy);
    SessionHooks hooks;
    hooks.openData = dataOpener(plan->data);
    hooks.cancel = context.cancel;
    hooks.progress = [&report](const SessionProgress& progress) { report(progress); };
    const auto result = options.resume.empty() ? federate(*plan, hooks, options.runsFolder())
                                               : resumeFederation(options.resume, hooks, behindRound);
    if (!result)
        return tl::unexpected(withWayOn(inConfiguration(result.error(), options.configFile()), "federate"));
    if (!result->endedBecause.empty() && !context.general.quiet)
        std::fprintf(stderr, "%s\n", result->endedBecause.c_str());
    if (result->epsilon.is_array() && !context.general.quiet)
        std::fprintf(stderr, "given away by silo: ε %s\n", epsilonText(result->epsilon).c_str());
    context.say(result->runFolder.string());
    return Outcome{{{"run", result->runFolder.string()},
                    {"rounds", result->roundsDone},
                    {"ended_because", result->endedBecause},
                    {"merged_metrics", result->mergedMetrics},
                    {"silo_metrics", result->siloMetrics},
                    {"epsilon", result->epsilon},
                    {"weights", result->mergedWeights.string()}},
                   false};
}

} // namespace

void addFederateCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = app.add_subcommand("federate", "Train together: silos, topology, strategy, rounds");
    addRunOptions(app, *command, *options);
    const auto round = std::make_shared<int>(0);
    command
        ->add_option("--round", *round,
                     "With --resume: go back to the checkpoint behind this round; later ones are given up")
        ->check(CLI::Range(1, 1'000'000));
    command->callback([options, round, &context] {
        requireConfigOrResume(*options);
        if (*round > 0 && options->resume.empty())
            throw CLI::ValidationError("--round goes with --resume");
        findResumed(*options);
        context.input = options->config;
        const auto behindRound = *round > 0 ? std::optional<int>(*round) : std::nullopt;
        context.action = [options, behindRound, &context] {
            return runFederate(*options, behindRound, context);
        };
    });
}

} // namespace fedefm::cli
