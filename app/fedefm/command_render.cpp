// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/commands.h"
#include "core/formats/open_sequence.h"
#include "core/formats/render_frame.h"
#include "core/image/picture_sequence.h"
#include "core/image/subtraction.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

struct RenderOptions
{
    std::string file;
    std::string out;
    int frame = 0;
    std::vector<double> window;
    bool invert = false;
    std::string subtract = "none";
};

struct Subtracted
{
    FramePtr frame;
    DisplayTransform transform;
};

std::optional<int> frameNumber(const std::string& text)
{
    int index = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, index);
    if (parsed.ec != std::errc() || parsed.ptr != end || index < 0)
        return std::nullopt;
    return index;
}

/// The mask frames and shift that `--subtract` names; no frames means no subtraction.
Result<std::pair<std::vector<int>, PixelShift>> maskChoice(const RenderOptions& options,
                                                           const SequenceInfo& info)
{
    std::pair<std::vector<int>, PixelShift> choice;
    if (options.subtract == "none")
        return choice;
    if (options.subtract == "auto") {
        if (info.maskSubtraction) {
            choice.first = maskFramesFor(*info.maskSubtraction, options.frame, info.frameCount);
            choice.second = maskShiftFor(*info.maskSubtraction, options.frame, info.frameCount);
        }
        return choice;
    }
    const int index = frameNumber(options.subtract).value_or(-1);
    if (index < 0 || index >= info.frameCount)
        return fail(ErrorCode::OutOfRange, "--subtract " + options.subtract,
                    "the sequence has frames 0 to " + std::to_string(info.frameCount - 1));
    choice.first.push_back(index);
    return choice;
}

Result<Subtracted> subtract(const Sequence& sequence, const FramePtr& frame, const std::vector<int>& masks,
                            PixelShift shift)
{
    std::vector<FramePtr> maskFrames;
    for (const int index : masks) {
        auto mask = sequence.read(index);
        if (!mask)
            return tl::unexpected(mask.error());
        maskFrames.push_back(*mask);
    }
    const auto subtractor = Subtractor::create(maskFrames, sequence.info().grey);
    if (!subtractor)
        return tl::unexpected(subtractor.error());
    auto difference = (*subtractor)->subtract(*frame, shift, 0.0);
    if (!difference)
        return tl::unexpected(difference.error());
    Subtracted result{*difference, {}};
    result.transform.window = subtractedWindow(**difference);
    return result;
}

void applyOptions(DisplayTransform& transform, const RenderOptions& options)
{
    transform.invert = options.invert;
    if (options.window.size() == 2) {
        transform.window = Window{options.window[0], options.window[1], WindowFunction::Linear, {}};
        transform.voiLut = -1;
    }
}

Status writeGrey(const RgbPicture& picture, const fs::path& target, bool force)
{
    std::vector<std::uint8_t> grey(picture.rgb.size() / 3);
    for (std::size_t i = 0; i < grey.size(); ++i)
        grey[i] = picture.rgb[3 * i];
    return writePng(target, grey.data(), picture.width, picture.height, 1, force);
}

Status writeSubtracted(const Subtracted& subtracted, const Shutter& shutter, const fs::path& target,
                       bool force)
{
    const Frame& frame = *subtracted.frame;
    std::vector<std::uint8_t> grey(frame.sampleCount());
    GreyTable(frame.type(), subtractedDefaults(), subtracted.transform).apply(frame, grey.data());
    RgbPicture picture{frame.width(), frame.height(), {}};
    for (const std::uint8_t value : grey)
        picture.rgb.insert(picture.rgb.end(), 3, value);
    applyShutter(picture, shutter);
    return writeGrey(picture, target, force);
}

Status writePlain(const Sequence& sequence, const Frame& frame, const RenderOptions& options, bool force)
{
    DisplayTransform transform = defaultTransform(frame, sequence.info().grey);
    applyOptions(transform, options);
    auto picture = renderFrame(sequence, frame, transform);
    if (!picture)
        return tl::unexpected(picture.error());
    applyShutter(*picture, sequence.info().shutter);
    const bool isColor = frame.samples() == 3 || sequence.info().colorModel == ColorModel::Palette;
    if (isColor)
        return writePng(options.out, picture->rgb.data(), picture->width, picture->height, 3, force);
    return writeGrey(*picture, options.out, force);
}

/// What can be wrong without a look at the file.
void checkUsage(const RenderOptions& options)
{
    if (fs::path(options.out).extension() != ".png")
        throw CLI::ValidationError("--out", "the name must end in .png: " + options.out);
    const std::vector<double>& window = options.window;
    if (!std::all_of(window.begin(), window.end(), [](double value) { return std::isfinite(value); }))
        throw CLI::ValidationError("--window", "centre and width must be numbers");
    if (!window.empty() && window[1] < 1.0)
        throw CLI::ValidationError("--window", "the width must be at least 1");
    if (options.frame < 0)
        throw CLI::ValidationError("--frame", "frames count from 0");
    if (options.subtract != "none" && options.subtract != "auto" && !frameNumber(options.subtract))
        throw CLI::ValidationError("--subtract",
                                   "expected auto, none or a frame number, not " + options.subtract);
}

Result<Outcome> runRender(const RenderOptions& options, Context& context)
{
    const auto sequence = openSequence(options.file, context.modules());
    if (!sequence)
        return tl::unexpected(sequence.error());
    const SequenceInfo& info = (*sequence)->info();
    const nlohmann::json warnings = Context::warn(info);
    if (options.frame >= info.frameCount)
        return fail(ErrorCode::OutOfRange, "--frame " + std::to_string(options.frame),
                    "the sequence has frames 0 to " + std::to_string(info.frameCount - 1));
    const auto choice = maskChoice(options, info);
    if (!choice)
        return tl::unexpected(choice.error());
    const auto frame = (*sequence)->read(options.frame);
    if (!frame)
        return tl::unexpected(frame.error());
    Status written;
    if (choice->first.empty()) {
        written = writePlain(**sequence, **frame, options, context.general.force);
    } else {
        auto subtracted = subtract(**sequence, *frame, choice->first, choice->second);
        if (!subtracted)
            return tl::unexpected(subtracted.error());
        applyOptions(subtracted->transform, options);
        written = writeSubtracted(*subtracted, info.shutter, options.out, context.general.force);
    }
    if (!written)
        return tl::unexpected(written.error());
    context.say(options.out);
    return Outcome{{{"file", options.file},
                    {"frame", options.frame},
                    {"mask_frames", choice->first},
                    {"warnings", warnings},
                    {"files", {options.out}}},
                   false};
}

} // namespace

void addRenderCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<RenderOptions>();
    CLI::App* command = app.add_subcommand("render", "Write one frame as the viewer shows it, 8 bit");
    command->add_option("FILE", options->file, "DICOM, picture, folder of pictures or video")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--frame", options->frame, "Frame number, 0-based")->required();
    command->add_option("--out", options->out, "PNG file to write")->required()->check(checkNotEmpty);
    command->add_option("--window", options->window, "C,W: centre and width (default: the file's)")
        ->delimiter(',')
        ->expected(2);
    command->add_flag("--invert", options->invert, "Swap dark and bright");
    command->add_option("--subtract", options->subtract,
                        "none; auto: as the file's mask module says; N: frame N is the mask");
    command->callback([options, &context] {
        checkUsage(*options);
        context.input = options->file;
        context.action = [options, &context] { return runRender(*options, context); };
    });
}

} // namespace fedefm::cli
