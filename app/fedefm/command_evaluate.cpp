// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/number_check.h"
#include "app/cli/progress_line.h"
#include "app/fedefm/commands.h"
#include "app/fedefm/evaluation.h"
#include "core/base/log.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct EvaluateOptions
{
    std::string prediction;
    std::string reference;
    std::string metrics = "proper";
    std::string perImage;
    std::string classMap;
    std::string predictionEnding;
    std::string referenceEnding;
    double spacingMm = 0.0;
};

/// As in all masks of this program.
std::string className(int wireClass)
{
    switch (wireClass) {
    case 1:
        return "catheter";
    case 2:
        return "guidewire";
    default:
        return "class " + std::to_string(wireClass);
    }
}

using Column = std::pair<const char*, std::optional<double> SegmentationScores::*>;
constexpr std::array<Column, 11> kColumns{{{"dice", &SegmentationScores::dice},
                                           {"iou", &SegmentationScores::iou},
                                           {"cl_dice", &SegmentationScores::clDice},
                                           {"centerline_mean_px", &SegmentationScores::centerlineMeanPx},
                                           {"centerline_p95_px", &SegmentationScores::centerlineP95Px},
                                           {"centerline_mean_mm", &SegmentationScores::centerlineMeanMm},
                                           {"centerline_p95_mm", &SegmentationScores::centerlineP95Mm},
                                           {"precision", &SegmentationScores::precision},
                                           {"recall", &SegmentationScores::recall},
                                           {"tip_error_px", &SegmentationScores::tipErrorPx},
                                           {"tip_error_mm", &SegmentationScores::tipErrorMm}}};

std::string fixed(const std::optional<double>& value, int digits)
{
    if (!value)
        return "–";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, *value);
    return text.data();
}

std::string csvField(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string field = "\"";
    for (const char c : text)
        field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + "\"";
}

std::string csvRow(const std::string& picture, const std::string& label, const SegmentationScores& scores)
{
    std::string row = csvField(picture) + "," + label;
    for (const auto& [name, member] : kColumns) {
        const std::optional<double>& value = scores.*member;
        row += "," + (value ? nlohmann::json(*value).dump() : std::string());
    }
    return row + "\n";
}

std::string csvHeader()
{
    std::string row = "picture,class";
    for (const auto& [name, member] : kColumns)
        row += std::string(",") + name;
    return row + "\n";
}

void sayScores(const Context& context, const std::string& label, const SegmentationScores& scores)
{
    std::string padded = label;
    padded.resize(std::max<std::size_t>(padded.size(), 11), ' ');
    context.say(padded + "  Dice " + fixed(scores.dice, 4) + "  IoU " + fixed(scores.iou, 4) + "  clDice " +
                fixed(scores.clDice, 4) + "  precision " + fixed(scores.precision, 4) + "  recall " +
                fixed(scores.recall, 4));
    context.say("             centre-line " + fixed(scores.centerlineMeanPx, 2) +
                " px (95 %: " + fixed(scores.centerlineP95Px, 2) + ")  tip " + fixed(scores.tipErrorPx, 2) +
                " px  detected " + fixed(scores.detectionRate, 3));
}

/// Files of one side only, and what could not be used: part of the answer, since they change what it means.
void describeFaults(const EvaluationPlan& plan, const Context& context, Outcome& outcome)
{
    std::vector<std::string> faults = plan.faults;
    for (const MaskEntry& entry : plan.masks.unpredicted)
        faults.push_back(entry.file.string() + ": no prediction of the name " + entry.name);
    nlohmann::json extra = nlohmann::json::array();
    for (const MaskEntry& entry : plan.masks.unreferenced)
        extra.push_back(entry.name);
    nlohmann::json notes = nlohmann::json::array();
    if (plan.isForegroundOnly)
        notes.push_back(
            "one side holds black and white only: classes are not told apart, any class counts as "
            "foreground");
    if (plan.masks.isByOrder)
        notes.push_back("no name is on both sides: paired in order, first with first");
    if (!extra.empty())
        notes.push_back(std::to_string(extra.size()) + " predictions have no reference and are left out");
    for (const auto& note : notes)
        log::warning(note.get<std::string>());
    for (const std::string& fault : faults)
        log::error(fault);
    if (!faults.empty())
        context.say(std::to_string(faults.size()) + " files could not be compared; see above");
    outcome.document["foreground_only"] = plan.isForegroundOnly;
    outcome.document["paired_by"] = plan.masks.isByOrder ? "order" : "name";
    outcome.document["notes"] = notes;
    outcome.document["faults"] = faults;
    outcome.document["predictions_without_reference"] = extra;
    outcome.partlyFailed = !faults.empty();
}

Result<EvaluationPlan> makePlan(const EvaluateOptions& options, const Context& context)
{
    const auto classMap = parseClassMap(options.classMap);
    if (!classMap)
        return tl::unexpected(classMap.error());
    const auto predictions = listMasks(options.prediction, options.predictionEnding);
    if (!predictions)
        return tl::unexpected(predictions.error());
    const auto references = listMasks(options.reference, options.referenceEnding);
    if (!references)
        return tl::unexpected(references.error());
    MaskPairs masks = pairMasks(*predictions, *references);
    if (masks.pairs.empty())
        return fail(ErrorCode::InvalidArgument, options.prediction,
                    "no name is on both sides: " + predictions->front().name + " … and " +
                        references->front().name + " …");
    ProgressLine progress("reading", context.general.quiet);
    return planEvaluation(std::move(masks), *classMap, context.cancel,
                          [&progress](int done, int total) { progress.update(done, total); });
}

Result<nlohmann::json> measure(const EvaluateOptions& options, const EvaluationPlan& plan,
                               const Context& context)
{
    const int classes = plan.isForegroundOnly || plan.classes.empty() ? 2 : plan.classes.back() + 1;
    const bool isProper = options.metrics == "proper";
    ProperMetrics proper(classes);
    PaperMetrics paper(classes);
    std::string table = csvHeader();
    ProgressLine progress("comparing", context.general.quiet);
    int done = 0;
    const auto compared = forEachPair(
        plan, options.spacingMm, context.cancel, [&](const std::string& name, const LabelPair& pair) {
            if (isProper)
                proper.add(pair);
            else
                paper.add(pair);
            if (!options.perImage.empty()) {
                for (const int wireClass : plan.classes)
                    table += csvRow(name, className(wireClass), scoresOf(pair, wireClass));
                table += csvRow(name, "foreground", scoresOf(pair, 0));
            }
            progress.update(++done, static_cast<int>(plan.masks.pairs.size()));
        });
    if (!compared)
        return tl::unexpected(compared.error());
    if (!options.perImage.empty())
        if (auto written = writeFile(options.perImage, table, context.general.overwrite()); !written)
            return tl::unexpected(written.error());
    if (!isProper)
        return paper.toJson();
    nlohmann::json json{{"pictures", proper.pictures()}, {"classes", nlohmann::json::object()}};
    for (const int wireClass : plan.classes) {
        json["classes"][className(wireClass)] = toJson(proper.forClass(wireClass));
        json["classes"][className(wireClass)]["label"] = wireClass;
        sayScores(context, className(wireClass), proper.forClass(wireClass));
    }
    json["foreground"] = toJson(proper.foreground());
    sayScores(context, "foreground", proper.foreground());
    return json;
}

Result<Outcome> runEvaluate(const EvaluateOptions& options, Context& context)
{
    std::error_code ignored;
    if (!options.perImage.empty() && !context.general.force && fs::exists(options.perImage, ignored))
        return fail(ErrorCode::FileExists, options.perImage);
    const auto plan = makePlan(options, context);
    if (!plan)
        return tl::unexpected(plan.error());
    auto measured = measure(options, *plan, context);
    if (!measured)
        return tl::unexpected(measured.error());
    Outcome outcome;
    outcome.document = std::move(*measured);
    outcome.document["metrics"] = options.metrics;
    if (options.metrics == "paper")
        for (const char* name : {"dice", "miou", "jaccard"}) {
            const auto& value = outcome.document[name];
            context.say(std::string(name) + "  " +
                        fixed(value.is_null() ? std::nullopt : std::optional(value.get<double>()), 4));
        }
    context.say(std::to_string(plan->masks.pairs.size()) + " pictures, metrics '" + options.metrics + "'");
    describeFaults(*plan, context, outcome);
    return outcome;
}

} // namespace

void addEvaluateCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = app.add_subcommand("evaluate", "Compare predicted masks with reference masks");
    command->add_option("--prediction", options->prediction, "Folder of masks, or masks.npy")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--reference", options->reference, "Folder of masks, or masks.npy")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--metrics", options->metrics, "proper (default) or paper")
        ->check(CLI::IsMember({"proper", "paper"}));
    command->add_option("--per-image", options->perImage, "CSV with the scores of each picture and class")
        ->check(checkNotEmpty);
    command->add_option("--map", options->classMap, "Other numbers for the reference's classes, e.g. 1=2,2=1")
        ->check([](const std::string& text) {
            return parseClassMap(text) ? std::string() : text + ": expected for example 1=2,2=1";
        });
    command->add_option("--prediction-ending", options->predictionEnding,
                        "Masks are NAME plus this, e.g. _mask");
    command->add_option("--reference-ending", options->referenceEnding,
                        "Masks are NAME plus this, e.g. _1stHO");
    command->add_option("--spacing", options->spacingMm, "Millimetres per pixel, for distances in mm")
        ->check(numberWithin(1e-6, 1e3));
    command->callback([options, &context] {
        context.input = options->prediction;
        context.action = [options, &context] { return runEvaluate(*options, context); };
    });
}

} // namespace fedefm::cli
