// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/fedefm/commands.h"
#include "core/formats/npy.h"
#include "core/formats/open_sequence.h"
#include "core/image/picture_sequence.h"

#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct DecodeOptions
{
    std::string file;
    std::string out;
    std::string format = "npy";
    std::string frames;
};

struct Job
{
    SequencePtr sequence;
    FrameRange range;
    fs::path folder;
};

using Paths = std::vector<fs::path>;

/// Calls `use` with each frame in order, checking that it is what the header promised.
Status forEachFrame(const Job& job, Context& context, const std::function<Status(int, const Frame&)>& use)
{
    ProgressLine progress("decoding", context.general.quiet);
    const SequenceInfo& info = job.sequence->info();
    for (int index = job.range.first; index < job.range.end; ++index) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, info.path);
        const auto frame = job.sequence->read(index);
        if (!frame)
            return tl::unexpected(frame.error());
        const Frame& picture = **frame;
        if (picture.width() != info.width || picture.height() != info.height ||
            picture.samples() != info.samples || picture.type() != info.pixelType)
            return fail(ErrorCode::SizeMismatch, info.path,
                        "frame " + std::to_string(index) + " differs from the header");
        if (auto used = use(index, picture); !used)
            return used;
        progress.update(index - job.range.first + 1, job.range.end - job.range.first);
    }
    return {};
}

Result<Paths> decodeToNpy(const Job& job, Context& context)
{
    const SequenceInfo& info = job.sequence->info();
    std::vector<std::size_t> shape{static_cast<std::size_t>(job.range.end - job.range.first),
                                   static_cast<std::size_t>(info.height),
                                   static_cast<std::size_t>(info.width)};
    if (info.samples > 1)
        shape.push_back(static_cast<std::size_t>(info.samples));
    const fs::path target = job.folder / "pixels.npy";
    auto writer = NpyWriter::create(target, npyType(info.pixelType), shape, context.general.overwrite());
    if (!writer)
        return tl::unexpected(writer.error());
    const auto written = forEachFrame(job, context, [&](int, const Frame& frame) {
        return writer->append(frame.bytes(), frame.byteCount());
    });
    if (!written)
        return tl::unexpected(written.error());
    if (auto finished = writer->finish(); !finished)
        return tl::unexpected(finished.error());
    return Paths{target};
}

fs::path pictureName(const fs::path& folder, int index)
{
    char name[32];
    std::snprintf(name, sizeof name, "frame_%04d.png", index);
    return folder / name;
}

Status writePicture(const fs::path& target, const Frame& frame, bool force)
{
    if (frame.samples() == 3)
        return writePng(target, frame.bytes(), frame.width(), frame.height(), 3, force);
    if (frame.type() == PixelType::U16)
        return writePng16(target, frame.data<std::uint16_t>(), frame.width(), frame.height(), force);
    const std::vector<std::uint16_t> wide(frame.bytes(), frame.bytes() + frame.byteCount());
    return writePng16(target, wide.data(), frame.width(), frame.height(), force);
}

Result<Paths> decodeToPng(const Job& job, Context& context)
{
    const SequenceInfo& info = job.sequence->info();
    if (info.pixelType == PixelType::I16)
        return fail(ErrorCode::InvalidArgument, "--as png", "PNG has no signed values; use --as npy");
    if (info.samples != 1 && info.pixelType != PixelType::U8)
        return fail(ErrorCode::InvalidArgument, "--as png", "colour of 16 bits; use --as npy");
    Paths files;
    for (int index = job.range.first; index < job.range.end; ++index) {
        files.push_back(pictureName(job.folder, index));
        std::error_code ignored;
        if (!context.general.force && fs::exists(files.back(), ignored))
            return fail(ErrorCode::FileExists, files.back().string());
    }
    const auto written = forEachFrame(job, context, [&](int index, const Frame& frame) {
        return writePicture(pictureName(job.folder, index), frame, context.general.force);
    });
    if (!written)
        return tl::unexpected(written.error());
    return files;
}

Result<Outcome> runDecode(const DecodeOptions& options, Context& context)
{
    auto sequence = openSequence(options.file, context.modules());
    if (!sequence)
        return tl::unexpected(sequence.error());
    const SequenceInfo& info = (*sequence)->info();
    const auto range = parseFrameRange(options.frames, info.frameCount);
    if (!range)
        return tl::unexpected(range.error());
    if (auto made = makeFolder(options.out); !made)
        return tl::unexpected(made.error());
    const Job job{*sequence, *range, options.out};
    const auto files = options.format == "png" ? decodeToPng(job, context) : decodeToNpy(job, context);
    if (!files)
        return tl::unexpected(files.error());
    Outcome outcome;
    outcome.document = {{"file", options.file},
                        {"frames", range->end - range->first},
                        {"frame_range", {range->first, range->end}},
                        {"warnings", Context::warn(info)},
                        {"files", nlohmann::json::array()}};
    for (const fs::path& file : *files)
        outcome.document["files"].push_back(file.string());
    context.say(std::to_string(range->end - range->first) + " frames in " +
                (files->size() == 1 ? files->front() : fs::path(options.out)).string());
    return outcome;
}

} // namespace

void addDecodeCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<DecodeOptions>();
    CLI::App* command = app.add_subcommand("decode", "Write the stored pixel values, exactly");
    command->add_option("FILE", options->file, "DICOM, picture, folder of pictures or video")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--out", options->out, "Output folder")->required()->check(checkNotEmpty);
    command->add_option("--as", options->format, "npy (one pixels.npy) or png (16-bit frame_0000.png ...)")
        ->check(CLI::IsMember({"npy", "png"}));
    command->add_option("--frames", options->frames, "A:B, 0-based, B exclusive (default: all)")
        ->check(checkFrameSyntax);
    command->callback([options, &context] {
        context.input = options->file;
        context.action = [options, &context] { return runDecode(*options, context); };
    });
}

} // namespace fedefm::cli
