// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/commands.h"
#include "app/fedefm/info_json.h"
#include "core/formats/open_sequence.h"

#include <cstdio>

namespace fedefm::cli {

namespace {

struct InfoOptions
{
    std::vector<std::string> files;
    bool identity = false;
};

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

void sayInfo(const Context& context, const SequenceInfo& info)
{
    context.say(info.path);
    context.say("  kind          " + info.kind + (info.modality.empty() ? "" : " " + info.modality));
    if (!info.transferSyntaxUid.empty())
        context.say("  syntax        " + info.transferSyntaxName + " (" + info.transferSyntaxUid + ")");
    context.say("  size          " + std::to_string(info.height) + " rows, " + std::to_string(info.width) +
                " columns, " + std::to_string(info.frameCount) + " frames");
    context.say("  pixels        " + std::to_string(info.bitsStored) + " of " +
                std::to_string(info.bitsAllocated) + " bits, " + (info.isSigned ? "signed, " : "") +
                info.photometric + (info.lossy ? ", lossy" : ""));
    if (info.frameCount > 1)
        context.say("  rate          " + number(info.timing.fps) + " fps from " +
                    rateSourceName(info.timing.source));
    if (info.spacing.isKnown())
        context.say("  spacing       " + number(info.spacing.rowMm) + " x " + number(info.spacing.columnMm) +
                    " " + unitText(info.spacing.kind));
    for (const Window& window : info.grey.windows)
        context.say("  window        centre " + number(window.center) + ", width " + number(window.width) +
                    (window.label.empty() ? "" : " (" + window.label + ")"));
    if (!info.grey.voiLuts.empty())
        context.say("  VOI LUTs      " + std::to_string(info.grey.voiLuts.size()));
    if (info.maskSubtraction)
        context.say("  subtraction   " + maskOperationName(info.maskSubtraction->operation));
    if (!info.overlays.empty())
        context.say("  overlays      " + std::to_string(info.overlays.size()));
    if (!info.shutter.isEmpty())
        context.say("  shutter       yes");
    if (!info.angles.empty())
        context.say("  angles        " + info.angles.front().text());
    for (const std::string& warning : info.warnings)
        context.say("  warning       " + warning);
}

Result<Outcome> runInfo(const InfoOptions& options, Context& context)
{
    Outcome outcome;
    outcome.document = {{"files", nlohmann::json::array()}};
    for (const std::string& file : options.files) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, file);
        const auto sequence = openSequence(file, context.modules());
        if (sequence) {
            const SequenceInfo& info = (*sequence)->info();
            outcome.document["files"].push_back(infoJson(file, info, options.identity));
            sayInfo(context, info);
            continue;
        }
        outcome.partlyFailed = true;
        outcome.document["files"].push_back({{"file", file}, {"error", errorJson(sequence.error())}});
        std::fprintf(stderr, "fedefm: %s\n", describe(sequence.error()).c_str());
    }
    return outcome;
}

} // namespace

void addInfoCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<InfoOptions>();
    CLI::App* command =
        app.add_subcommand("info", "Say what files are: format, size, timing, spacing, grey values");
    command->add_option("FILE", options->files, "DICOM, picture, folder of pictures or video")->required();
    command->add_flag("--identity", options->identity, "Include patient and study identity (JSON)");
    command->callback(
        [options, &context] { context.action = [options, &context] { return runInfo(*options, context); }; });
}

} // namespace fedefm::cli
