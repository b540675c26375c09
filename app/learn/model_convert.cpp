// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/model_convert.h"

#include "core/base/json_text.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/torchscript_export.h"

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr const char* kCardKey = "fedefm.card";
constexpr int kFallbackSizePx = 256;

struct ConvertOptions
{
    std::string input;
    std::string output;
    std::string form;
    std::string config;
    std::string architecture;
    std::string variant;
    std::vector<int> sizePx;
    int channels = 0;
};

Result<std::string> formOf(const ConvertOptions& options)
{
    if (!options.form.empty())
        return options.form;
    const std::string extension = fs::path(options.output).extension().string();
    if (extension == ".safetensors")
        return std::string("safetensors");
    if (extension == ".pth" || extension == ".pt")
        return std::string("pth");
    if (extension == ".ts" || extension == ".torchscript")
        return std::string("torchscript");
    return fail(ErrorCode::InvalidArgument, options.output,
                "the name says no form: end it in .safetensors, .pth or .ts, or use --as");
}

/// The description of the network: what was given, a .json file beside the input, or what the input holds.
Result<nlohmann::json> cardOf(const ConvertOptions& options, const TensorFile& file)
{
    if (!options.config.empty())
        return readNetworkConfig(options.config);
    if (!options.architecture.empty()) {
        const auto spec = officialSpec(options.architecture, options.variant);
        if (!spec)
            return tl::unexpected(spec.error());
        return nlohmann::json{{"network", spec->architecture}, {"hyper_parameters", spec->hyperParameters}};
    }
    std::error_code ignored;
    const fs::path beside = fs::path(options.input).replace_extension(".json");
    if (fs::exists(beside, ignored))
        return readNetworkConfig(beside);
    if (const auto stored = file.metadata.find(kCardKey); stored != file.metadata.end())
        return parseForeignJson(stored->second);
    return fail(
        ErrorCode::InvalidArgument, options.input,
        "which network is it? Give --config FILE or --arch NAME, or put a card of the same name beside it");
}

const nlohmann::json* findInteger(const nlohmann::json& object, std::initializer_list<const char*> names)
{
    if (object.is_object())
        for (const char* name : names)
            if (const auto found = object.find(name); found != object.end() && found->is_number_integer())
                return &*found;
    return nullptr;
}

/// 1×C×H×W of the trace: what was asked for, else what the card or the hyper-parameters name.
std::vector<std::int64_t> inputShape(const ConvertOptions& options, const nlohmann::json& card)
{
    std::vector<std::int64_t> shape{1, 1, kFallbackSizePx, kFallbackSizePx};
    const nlohmann::json parameters = card.value("hyper_parameters", nlohmann::json::object());
    const nlohmann::json input = card.contains("input") ? card["input"] : nlohmann::json();
    const nlohmann::json given = parameters.is_object() && parameters.contains("input_shape")
                                     ? parameters["input_shape"]
                                     : nlohmann::json();
    if (given.is_array() && given.size() == 4)
        for (std::size_t i = 1; i < 4; ++i)
            shape[i] = given[i].is_number_integer() ? given[i].get<std::int64_t>() : shape[i];
    else if (const auto* size = findInteger(parameters, {"img_size", "image_size", "input_resolution"}))
        shape[2] = shape[3] = size->get<std::int64_t>();
    if (const auto* size = findInteger(input, {"size_px"}); size && size->get<std::int64_t>() > 0)
        shape[2] = shape[3] = size->get<std::int64_t>();
    if (!given.is_array())
        if (const auto* count =
                findInteger(parameters, {"n_channels", "in_chans", "in_channels", "channels"}))
            shape[1] = count->get<std::int64_t>();
    if (const auto* count = findInteger(input, {"channels"}))
        shape[1] = count->get<std::int64_t>();
    if (options.channels > 0)
        shape[1] = options.channels;
    if (!options.sizePx.empty()) {
        shape[2] = options.sizePx.front();
        shape[3] = options.sizePx.back();
    }
    return shape;
}

Result<TorchScriptReport> writeScript(const ConvertOptions& options, const TensorFile& file,
                                      Overwrite overwrite)
{
    const auto card = cardOf(options, file);
    if (!card)
        return tl::unexpected(card.error());
    const auto spec = parseNetworkSpec(*card);
    if (!spec)
        return tl::unexpected(spec.error());
    const auto network = makeNetwork(*spec);
    if (!network)
        return tl::unexpected(network.error());
    if (const auto loaded = loadState(**network, file, options.input); !loaded)
        return tl::unexpected(loaded.error());
    return exportTorchScript(**network, inputShape(options, *card), options.output, *card, overwrite);
}

Status checkOutput(const ConvertOptions& options, Overwrite overwrite)
{
    std::error_code ignored;
    if (overwrite == Overwrite::No && fs::exists(options.output, ignored))
        return fail(ErrorCode::FileExists, options.output);
    return {};
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const std::int64_t length : shape)
        text += (text.empty() ? "" : "x") + std::to_string(length);
    return text;
}

Result<Outcome> runConvert(const Context& context, const ConvertOptions& options)
{
    const auto form = formOf(options);
    if (!form)
        return tl::unexpected(form.error());
    const Overwrite overwrite = context.general.overwrite();
    if (auto possible = checkOutput(options, overwrite); !possible)
        return tl::unexpected(possible.error());
    const auto file = readTensorFile(options.input);
    if (!file)
        return tl::unexpected(file.error());
    Outcome outcome;
    outcome.document = {{"input", options.input},
                        {"output", options.output},
                        {"from", file->form},
                        {"to", *form},
                        {"tensors", file->tensors.size()}};
    std::string note;
    if (*form == "torchscript") {
        const auto report = writeScript(options, *file, overwrite);
        if (!report)
            return tl::unexpected(report.error());
        outcome.document["traced_shape"] = report->tracedShape;
        outcome.document["other_sizes"] = report->takesOtherSizes;
        note = ", traced at " + shapeText(report->tracedShape) +
               (report->takesOtherSizes ? ", takes sizes that differ by multiples of 32 too"
                                        : ", takes this size alone, one picture at a time");
    } else if (const Status written = *form == "pth" ? writePth(options.output, *file, overwrite)
                                                     : writeSafetensors(options.output, *file, overwrite);
               !written) {
        return tl::unexpected(written.error());
    }
    context.say(options.output + ": " + std::to_string(file->tensors.size()) + " tensors as " + *form + note);
    return outcome;
}

} // namespace

void addConvertCommand(CLI::App& modelCommand, Context& context)
{
    CLI::App* command = modelCommand.add_subcommand(
        "convert",
        "Write a checkpoint in another form: safetensors, pth (a state dictionary for Python), TorchScript");
    auto options = std::make_shared<ConvertOptions>();
    command->add_option("in", options->input, "Checkpoint: safetensors, pth, npz or TorchScript")
        ->required()
        ->check(checkNotEmpty);
    command
        ->add_option("out", options->output,
                     "New file: .safetensors, .pth, .pt (both state dictionaries), .ts (TorchScript)")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--as", options->form, "Form, where the name of the file shall not decide")
        ->check(CLI::IsMember({"safetensors", "pth", "torchscript"}));
    command
        ->add_option("--config", options->config, "For TorchScript: names the network and its sizes (JSON)")
        ->check(checkNotEmpty);
    command->add_option("--arch", options->architecture, "For TorchScript: a network at its official size");
    command->add_option("--variant", options->variant, "Another official form of --arch");
    command
        ->add_option("--size", options->sizePx,
                     "For TorchScript: side, or height and width, of the traced input")
        ->expected(1, 2)
        ->check(CLI::Range(1, 1 << 14));
    command->add_option("--channels", options->channels, "For TorchScript: channels of the traced input")
        ->check(CLI::Range(1, 1 << 10));
    command->callback([options, &context] {
        context.input = options->input;
        context.action = [options, &context] { return runConvert(context, *options); };
    });
}

} // namespace fedefm::cli
