// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/learn/commands.h"
#include "app/learn/data_opener.h"
#include "app/learn/run_options.h"
#include "core/base/log.h"
#include "core/train/torch/trainer.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct TrainOptions : RunOptions
{
    std::string init;
    bool partial = false;
    bool needsInit = false; ///< of finetune
};

Result<TrainConfig> givenConfig(const TrainOptions& options, const Context& context)
{
    auto config = loadTrainConfig(options.config, options.settings);
    if (!config)
        return tl::unexpected(inConfiguration(config.error(), options.config));
    rememberFolder(options, config->data);
    applyGeneral(options, context.general, *config);
    if (!options.init.empty())
        config->init = whereInitIs(options.init, fs::current_path(), options.runsFolder());
    if (options.needsInit && config->init.empty())
        return fail(ErrorCode::InvalidArgument, "--init",
                    "is missing: the weights to begin with, here or as \"init\" in the configuration");
    config->initPartial = config->initPartial || options.partial;
    return config;
}

/// Of a run that is resumed its own.
Result<TrainConfig> configOf(const TrainOptions& options, const Context& context)
{
    if (options.resume.empty())
        return givenConfig(options, context);
    auto own = loadTrainConfig(options.ownConfig());
    if (!own)
        return tl::unexpected(inConfiguration(own.error(), options.ownConfig()));
    if (options.config.empty())
        return own;
    const auto given = givenConfig(options, context);
    if (!given)
        return given;
    if (auto same = checkSame(options, toJson(*given), toJson(*own)); !same)
        return tl::unexpected(same.error());
    return own;
}

/// A run that is resumed began long ago.
void requireConfigForInit(const TrainOptions& options)
{
    if (options.config.empty() && (!options.init.empty() || options.partial))
        throw CLI::ValidationError(
            std::string(options.init.empty() ? "--partial" : "--init") +
            " goes with a configuration; a run that is resumed goes on with its own weights");
}

std::string fixed(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4f", value);
    return text.data();
}

/// A line per epoch and validation; on a terminal a bar below it.
class TrainReport
{
public:
    explicit TrainReport(bool quiet) : m_quiet(quiet), m_hasBar(!quiet && ::isatty(STDERR_FILENO) == 1) {}

    void operator()(const TrainProgress& progress)
    {
        if (m_quiet)
            return;
        const int epoch = progress.epoch + 1;
        if (progress.phase == "validated") {
            m_bar.reset();
            const std::string value =
                std::isnan(progress.validation) ? "undefined" : fixed(progress.validation);
            std::fprintf(stderr, "epoch %d of %d: validation %s%s\n", epoch, progress.epochs, value.c_str(),
                         progress.isBest ? ", the best so far" : "");
            return;
        }
        drawBar(progress);
        if (progress.phase != "train" || progress.batch != progress.batches)
            return;
        m_bar.reset();
        std::fprintf(stderr, "epoch %d of %d: loss %.4f, %.1f pictures per second\n", epoch, progress.epochs,
                     progress.loss, progress.imagesPerSecond);
    }

private:
    void drawBar(const TrainProgress& progress)
    {
        if (!m_hasBar)
            return;
        if (!m_bar || progress.phase != m_phase) {
            m_phase = progress.phase;
            m_bar.reset();
            m_bar = std::make_unique<ProgressLine>(m_phase, false);
        }
        m_bar->update(progress.batch, progress.batches);
    }

    bool m_quiet;
    bool m_hasBar;
    std::string m_phase;
    std::unique_ptr<ProgressLine> m_bar;
};

Result<Outcome> runTrain(const TrainOptions& options, Context& context)
{
    if (auto fits = checkResumed(options, false); !fits)
        return tl::unexpected(fits.error());
    TrainReport report(context.general.quiet);
    const auto progress = [&report](const TrainProgress& value) { report(value); };
    const auto config = configOf(options, context);
    if (!config)
        return tl::unexpected(config.error());
    const DatasetOpener opener = dataOpener(config->data);
    const auto result =
        options.resume.empty()
            ? train(*config, opener, options.runsFolder(), context.cancel, progress, pictureWriter())
            : resumeTraining(options.resume, opener, context.cancel, progress, pictureWriter());
    if (!result)
        return tl::unexpected(withWayOn(inConfiguration(result.error(), options.configFile()), "train"));
    context.say(result->runFolder.string());
    nlohmann::json faults = nlohmann::json::array();
    for (const DataFault& fault : result->faults)
        faults.push_back({{"file", fault.file}, {"reason", fault.reason}});
    return Outcome{{{"run", result->runFolder.string()},
                    {"epochs", result->epochsDone},
                    {"best_epoch", result->bestEpoch},
                    {"best_metrics", result->bestMetrics},
                    {"test_metrics", result->testMetrics},
                    {"faults", {{"count", faults.size()}, {"files", faults}}},
                    {"weights", (result->runFolder / "weights" / "best.safetensors").string()}},
                   false};
}

void addOne(CLI::App& app, Context& context, const char* name, const char* description, bool needsInit)
{
    const auto options = std::make_shared<TrainOptions>();
    CLI::App* command = app.add_subcommand(name, description);
    addRunOptions(app, *command, *options);
    options->needsInit = needsInit;
    command->add_option("--init", options->init,
                        "Weights to begin with: a file, a run folder or an installed model's name");
    command->add_flag("--partial", options->partial, "What does not fit of --init is left out");
    command->callback([options, &context] {
        requireConfigOrResume(*options);
        requireConfigForInit(*options);
        findResumed(*options);
        context.input = options->config;
        context.action = [options, &context] { return runTrain(*options, context); };
    });
}

} // namespace

void addTrainCommands(CLI::App& app, Context& context)
{
    addOne(app, context, "train", "Train a network from a configuration", false);
    addOne(app, context, "finetune", "Train from the weights of another run or model", true);
}

} // namespace fedefm::cli
