// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/fedefm/commands.h"
#include "app/fedefm/segment_run.h"
#include "core/base/log.h"
#include "core/formats/export_segmentation.h"
#include "core/formats/open_sequence.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct SegmentOptions
{
    std::string input;
    std::string out;
    std::string model;
    std::vector<std::string> formats;
    std::string frames;
};

Result<std::unique_ptr<Segmenter>> makeSegmenter(const SegmentOptions& options, Context& context)
{
    const SegmenterRegistry registry = context.registry();
    const std::string id = options.model.empty() ? registry.defaultId(ModelRole::Offline) : options.model;
    auto segmenter = registry.create(id);
    std::error_code ignored;
    if (segmenter || segmenter.error().code != ErrorCode::ModelNotFound || !fs::exists(id, ignored))
        return segmenter;
    if (fs::is_directory(id, ignored))
        return fail(ErrorCode::ModelBroken, id, "a folder; of a run take its weights/best.safetensors");
    return fail(ErrorCode::ModuleMissing, id, "reads model files of this kind");
}

/// No model of any module works elsewhere than on the processor; said before the work, not behind it.
Status checkDevice(const Context& context)
{
    if (context.general.device == "cpu")
        return {};
    return fail(ErrorCode::InvalidArgument, "--device " + context.general.device,
                "models mark frames on the processor only; leave --device out");
}

/// Known formats without repetitions, and none of their files in the way: found out before the work starts.
Result<std::vector<SegmentationFormat>> checkFormats(const SegmentOptions& options, const SequenceInfo& info,
                                                     FrameRange range, Context& context)
{
    std::vector<SegmentationFormat> formats;
    std::vector<int> frames(static_cast<std::size_t>(range.end - range.first));
    std::iota(frames.begin(), frames.end(), range.first);
    for (const std::string& name :
         options.formats.empty() ? std::vector<std::string>{"png"} : options.formats) {
        const auto format = segmentationFormat(name);
        if (!format)
            return tl::unexpected(format.error());
        if (std::find(formats.begin(), formats.end(), *format) != formats.end())
            continue;
        if (auto possible = checkExport(*format, info, context.modules()); !possible)
            return fail(possible.error().code, options.input,
                        "--as " + name + ": " + possible.error().detail);
        std::error_code ignored;
        for (const fs::path& file : segmentationFiles(options.out, *format, frames))
            if (!context.general.force && fs::exists(file, ignored))
                return fail(ErrorCode::FileExists, file.string());
        formats.push_back(*format);
    }
    return formats;
}

nlohmann::json foundJson(const std::vector<SegmentationPtr>& results, WireClass wireClass)
{
    return std::count_if(results.begin(), results.end(), [&](const SegmentationPtr& result) {
        const RleMask* mask = result->mask(wireClass);
        return mask && !mask->isEmpty();
    });
}

nlohmann::json documentOf(const SegmentOptions& options, const SegmentRun& run, FrameRange range,
                          const ModelCard& card, const SequenceInfo& info)
{
    return {{"input", options.input},
            {"model", {{"id", card.id}, {"name", card.name}, {"version", card.version}}},
            {"device", run.results.front()->provenance.device},
            {"frames", run.results.size()},
            {"frame_range", {range.first, range.end}},
            {"ms_per_frame",
             {{"median", percentile(run.elapsedMs, 0.5)}, {"p95", percentile(run.elapsedMs, 0.95)}}},
            {"frames_with",
             {{"catheter", foundJson(run.results, WireClass::Catheter)},
              {"guidewire", foundJson(run.results, WireClass::Guidewire)}}},
            {"warnings", Context::warn(info)},
            {"files", nlohmann::json::array()}};
}

bool nothingFound(const std::vector<SegmentationPtr>& results)
{
    return foundJson(results, WireClass::Catheter) == 0 && foundJson(results, WireClass::Guidewire) == 0;
}

/// Goes on after a failed format, so that the work is not lost; fails only where it was the only one.
Status writeAll(const ExportJob& job, const std::vector<SegmentationFormat>& formats, Context& context,
                Outcome& outcome)
{
    nlohmann::json& document = outcome.document;
    std::vector<Error> failures;
    for (const SegmentationFormat format : formats) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, job.folder.string());
        if (format == SegmentationFormat::Seg && nothingFound(job.results)) {
            const std::string note = "nothing was found: no segmentation.dcm, for it would be empty";
            log::warning(job.sequence->info().path + ": " + note);
            document["warnings"].push_back(note);
            continue;
        }
        const auto written = exportSegmentation(job, format, context.modules());
        if (!written && written.error().code == ErrorCode::Cancelled)
            return tl::unexpected(written.error());
        if (!written) {
            failures.push_back(written.error());
            continue;
        }
        for (const fs::path& file : *written)
            document["files"].push_back(file.string());
        context.say(written->size() == 1
                        ? written->front().string()
                        : std::to_string(written->size()) + " files in " + job.folder.string());
    }
    if (!failures.empty() && formats.size() == 1)
        return tl::unexpected(failures.front());
    outcome.partlyFailed = !failures.empty();
    for (const Error& failure : failures) {
        document["errors"].push_back(errorJson(failure));
        log::error(describe(failure));
    }
    return {};
}

Result<Outcome> runSegment(const SegmentOptions& options, Context& context)
{
    if (auto possible = checkDevice(context); !possible)
        return tl::unexpected(possible.error());
    const auto sequence = openSequence(options.input, context.modules());
    if (!sequence)
        return tl::unexpected(sequence.error());
    const SequenceInfo& info = (*sequence)->info();
    const auto range = parseFrameRange(options.frames, info.frameCount);
    if (!range)
        return tl::unexpected(range.error());
    const auto formats = checkFormats(options, info, *range, context);
    if (!formats)
        return tl::unexpected(formats.error());
    auto segmenter = makeSegmenter(options, context);
    if (!segmenter)
        return tl::unexpected(segmenter.error());
    if (auto made = makeFolder(options.out); !made)
        return tl::unexpected(made.error());
    auto run = segmentFrames(**segmenter, **sequence, *range, context);
    if (!run)
        return tl::unexpected(run.error());
    Outcome outcome;
    outcome.document = documentOf(options, *run, *range, (*segmenter)->card(), info);
    char line[128];
    std::snprintf(line, sizeof line, "%zu frames, %.1f ms per frame (median), %.1f ms (95 %%)",
                  run->results.size(), percentile(run->elapsedMs, 0.5), percentile(run->elapsedMs, 0.95));
    context.say(line);
    ProgressLine filmProgress("writing", context.general.quiet);
    const ExportJob job{*sequence,      run->results,           options.out, context.general.force,
                        context.cancel, filmProgress.callback()};
    if (auto written = writeAll(job, *formats, context, outcome); !written)
        return tl::unexpected(written.error());
    return outcome;
}

} // namespace

void addSegmentCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<SegmentOptions>();
    CLI::App* command = app.add_subcommand("segment", "Find catheter and guidewire in every frame");
    command->add_option("INPUT", options->input, "DICOM, picture, folder of pictures or video")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--out", options->out, "Output folder")->required()->check(checkNotEmpty);
    command->add_option("--model", options->model, "Name of an installed model (see 'fedefm models')");
    command
        ->add_option("--as", options->formats, "png, npy, seg, coco, json or mp4; may be given several times")
        ->check(CLI::IsMember({"png", "npy", "seg", "coco", "json", "mp4"}))
        ->delimiter(',')
        ->expected(1)
        ->take_all();
    command->add_option("--frames", options->frames, "A:B, 0-based, B exclusive (default: all)")
        ->check(checkFrameSyntax);
    command->callback([options, &context] {
        context.input = options->input;
        context.action = [options, &context] { return runSegment(*options, context); };
    });
}

} // namespace fedefm::cli
