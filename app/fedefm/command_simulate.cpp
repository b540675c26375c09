// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/fedefm/commands.h"
#include "app/fedefm/simulate_export.h"
#include "core/base/nearest_name.h"

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct SimulateOptions
{
    std::string preset = "human";
    int frames = 32;
    int sizePx = 512;
    std::string out;
    std::string format = "png";
    std::string form;
    int sequences = 1;
};

SimulationForm formOf(const SimulateOptions& options)
{
    if (options.form == "eiphantom")
        return SimulationForm::EiPhantom;
    if (options.form == "cathaction")
        return SimulationForm::CathAction;
    if (options.form == "guide3d")
        return SimulationForm::Guide3d;
    return options.format == "dicom" ? SimulationForm::Dicom : SimulationForm::Png;
}

fs::path folderOf(const SimulateOptions& options, int sequence)
{
    if (options.sequences == 1)
        return options.out;
    char name[32];
    std::snprintf(name, sizeof name, "sequence_%04d", sequence);
    return fs::path(options.out) / name;
}

Result<nlohmann::json> simulateOne(const SimulateOptions& options, int sequence, Context& context)
{
    SimulationSettings settings;
    settings.preset = options.preset;
    settings.sizePx = options.sizePx;
    settings.frames = options.frames;
    settings.seed = context.general.seed + static_cast<std::uint64_t>(sequence);
    const auto cine = SimulatedCine::create(settings);
    if (!cine)
        return tl::unexpected(cine.error());
    const fs::path folder = folderOf(options, sequence);
    if (auto made = makeFolder(folder); !made)
        return tl::unexpected(made.error());
    ProgressLine progress("simulating", context.general.quiet || options.sequences > 1);
    const SimulationExport job{
        **cine,         settings,           folder, formOf(options), context.general.force,
        context.cancel, progress.callback()};
    const auto files = exportSimulation(job);
    if (!files)
        return tl::unexpected(files.error());
    nlohmann::json names = nlohmann::json::array();
    for (const fs::path& file : *files)
        names.push_back(file.string());
    return nlohmann::json{{"seed", settings.seed}, {"folder", folder.string()}, {"files", std::move(names)}};
}

std::string checkPreset(const std::string& name)
{
    const auto& known = simulationPresets();
    if (std::find(known.begin(), known.end(), name) != known.end())
        return "";
    return "unknown source type " + name + ", did you mean " + nearestName(name, known) + "?";
}

Result<Outcome> runSimulate(const SimulateOptions& options, Context& context)
{
    nlohmann::json sequences = nlohmann::json::array();
    ProgressLine progress("simulating", context.general.quiet || options.sequences == 1);
    for (int i = 0; i < options.sequences; ++i) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, options.out);
        auto done = simulateOne(options, i, context);
        if (!done)
            return tl::unexpected(done.error());
        sequences.push_back(std::move(*done));
        progress.update(i + 1, options.sequences);
    }
    context.say(std::to_string(options.sequences * options.frames) + " frames with labels in " + options.out);
    return Outcome{{{"preset", options.preset},
                    {"size_px", options.sizePx},
                    {"frames", options.frames},
                    {"sequences", std::move(sequences)}},
                   false};
}

} // namespace

void addSimulateCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<SimulateOptions>();
    CLI::App* command = app.add_subcommand("simulate", "Make fluoroscopy sequences with exact labels");
    std::string names;
    for (const std::string& name : simulationPresets())
        names += (names.empty() ? "" : ", ") + name;
    command->add_option("--preset", options->preset, "Source type: " + names)->check(checkPreset);
    command->add_option("--frames", options->frames, "Frames per sequence (default 32)")
        ->check(CLI::Range(1, 10000));
    command->add_option("--size", options->sizePx, "Width and height in pixels (default 512)")
        ->check(CLI::Range(64, 2048));
    command->add_option("--out", options->out, "Output folder")->required()->check(checkNotEmpty);
    CLI::Option* format = command->add_option("--as", options->format, "png (default) or dicom")
                              ->check(CLI::IsMember({"png", "dicom"}));
    command->add_option("--form", options->form, "Lay the files out as eiphantom, cathaction or guide3d")
        ->check(CLI::IsMember({"eiphantom", "cathaction", "guide3d"}))
        ->excludes(format);
    command
        ->add_option("--sequences", options->sequences,
                     "Sequences with seeds K, K+1, ... in folders of their own")
        ->check(CLI::Range(1, 100000));
    command->callback([options, &context] {
        context.input = options->out;
        context.action = [options, &context] { return runSimulate(*options, context); };
    });
}

} // namespace fedefm::cli
