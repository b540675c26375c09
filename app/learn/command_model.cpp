// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/commands.h"
#include "app/learn/model_convert.h"
#include "core/model/networks/model_check.h"
#include "core/model/networks/network_spec.h"

#include <algorithm>
#include <cstdio>

namespace fedefm::cli {

namespace {

struct KeysOptions
{
    std::string architecture;
    std::string variant;
};

struct CheckOptions
{
    std::string config;
    std::string weights;
    std::string io;
    std::string grads;
};

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::vector<std::string> architectureNames()
{
    std::vector<std::string> names;
    for (const ArchitectureInfo& info : architectures())
        names.push_back(info.name);
    return names;
}

Result<Outcome> runKeys(const Context& context, const KeysOptions& options)
{
    const auto spec = officialSpec(options.architecture, options.variant);
    if (!spec)
        return tl::unexpected(spec.error());
    const auto keys = stateKeys(*spec);
    if (!keys)
        return tl::unexpected(keys.error());
    Outcome outcome;
    outcome.document = {{"architecture", spec->architecture},
                        {"hyper_parameters", spec->hyperParameters},
                        {"keys", nlohmann::json::array()}};
    for (const StateKey& key : *keys) {
        outcome.document["keys"].push_back({{"name", key.name}, {"shape", key.shape}});
        context.say(key.name + " " + key.shape);
    }
    return outcome;
}

nlohmann::json entryJson(const ModelCheckEntry& entry)
{
    nlohmann::json document{{"name", entry.name},
                            {"max_error", entry.maxError},
                            {"tolerance", entry.tolerance},
                            {"relative", entry.isRelative},
                            {"ok", entry.ok}};
    if (!entry.problem.empty()) {
        document["max_error"] = nullptr;
        document["problem"] = entry.problem;
    }
    return document;
}

std::string entryLine(const ModelCheckEntry& entry, std::size_t nameWidth)
{
    std::string name = entry.name;
    name.resize(std::max(nameWidth, name.size()), ' ');
    char numbers[80];
    std::snprintf(numbers, sizeof numbers, "%.3g%s (limit %g)", entry.maxError,
                  entry.isRelative ? " of the largest" : "", entry.tolerance);
    return name + (entry.ok ? "  ok    " : "  WRONG ") + (entry.problem.empty() ? numbers : entry.problem);
}

Result<Outcome> runCheck(const Context& context, const CheckOptions& options)
{
    const auto report =
        checkModel({options.config, options.weights, options.io, options.grads}, context.general.device);
    if (!report)
        return tl::unexpected(report.error());
    Outcome outcome;
    outcome.partlyFailed = !report->ok();
    outcome.document = {{"network", report->network},
                        {"loaded", report->loadedEntries},
                        {"ok", report->ok()},
                        {"results", nlohmann::json::array()}};
    std::size_t width = 0;
    for (const ModelCheckEntry& entry : report->entries)
        width = std::max(width, entry.name.size());
    for (const ModelCheckEntry& entry : report->entries) {
        outcome.document["results"].push_back(entryJson(entry));
        context.say(entryLine(entry, width));
    }
    context.say(report->ok() ? "all agree" : "the network does not agree with the reference");
    return outcome;
}

void addKeysCommand(CLI::App& modelCommand, Context& context)
{
    CLI::App* command = modelCommand.add_subcommand(
        "keys", "List the entries of an architecture's state at its official size");
    auto options = std::make_shared<KeysOptions>();
    command->add_option("--arch", options->architecture, "One of " + joined(architectureNames()))->required();
    command->add_option("--variant", options->variant, "Another official form of it");
    command->callback([options, &context] {
        context.input = options->architecture;
        context.action = [options, &context] { return runKeys(context, *options); };
    });
}

void addCheckCommand(CLI::App& modelCommand, Context& context)
{
    CLI::App* command =
        modelCommand.add_subcommand("check", "Compare a network with reference results of the official code");
    auto options = std::make_shared<CheckOptions>();
    command->add_option("--config", options->config, "Names the network and its sizes (JSON)")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--weights", options->weights, "Checkpoint: safetensors, pth, npz")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--io", options->io, "Input and results (safetensors)")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--grads", options->grads, "Results of one training pass (safetensors)")
        ->check(checkNotEmpty);
    command->callback([options, &context] {
        context.input = options->config;
        context.action = [options, &context] { return runCheck(context, *options); };
    });
}

} // namespace

void addModelCommand(CLI::App& app, Context& context)
{
    CLI::App* command = app.add_subcommand("model", "Networks and their checkpoints");
    command->require_subcommand(1);
    addKeysCommand(*command, context);
    addCheckCommand(*command, context);
    addConvertCommand(*command, context);
}

} // namespace fedefm::cli
