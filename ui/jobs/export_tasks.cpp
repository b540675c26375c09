// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/export_tasks.h"

#include "core/base/atomic_file.h"
#include "core/plugin/module_loader.h"

#include <QBuffer>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kUnevenRatio = 1.05;
constexpr double kFastestFilmFps = 60.0;

struct Intervals
{
    double shortestMs = std::numeric_limits<double>::infinity();
    double longestMs = 0.0;
    double sumMs = 0.0;
};

Intervals intervalsOf(const CineTiming& timing, int first, int last)
{
    Intervals intervals;
    for (int i = first + 1; i <= last; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (at >= timing.frameTimesMs.size())
            break;
        const double ms = timing.frameTimesMs[at] - timing.frameTimesMs[at - 1];
        intervals.shortestMs = std::min(intervals.shortestMs, ms);
        intervals.longestMs = std::max(intervals.longestMs, ms);
        intervals.sumMs += ms;
    }
    return intervals;
}

bool isUneven(const Intervals& intervals)
{
    return intervals.longestMs > kUnevenRatio * intervals.shortestMs;
}

/// Rows of a QImage end on four bytes; a film writer wants them tight.
std::vector<std::uint8_t> tightRgb(const QImage& image)
{
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(image.width()) * image.height() * 3);
    const auto line = static_cast<std::size_t>(image.width()) * 3;
    for (int y = 0; y < image.height(); ++y)
        std::copy_n(image.constScanLine(y), line, rgb.begin() + static_cast<std::ptrdiff_t>(line) * y);
    return rgb;
}

} // namespace

double filmFps(const CineTiming& timing, int first, int last)
{
    const Intervals intervals = intervalsOf(timing, first, last);
    if (intervals.sumMs <= 0.0)
        return timing.fps;
    if (isUneven(intervals))
        return std::min(kFastestFilmFps, 1000.0 / intervals.shortestMs);
    return 1000.0 * (last - first) / intervals.sumMs;
}

std::vector<int> filmFrames(const CineTiming& timing, int first, int last)
{
    std::vector<int> frames;
    const Intervals intervals = intervalsOf(timing, first, last);
    if (intervals.sumMs <= 0.0 || !isUneven(intervals)) {
        for (int i = first; i <= last; ++i)
            frames.push_back(i);
        return frames;
    }
    const double fps = filmFps(timing, first, last);
    const double meanMs = intervals.sumMs / (last - first);
    const auto count = static_cast<int>(std::lround((intervals.sumMs + meanMs) * fps / 1000.0));
    const double startMs = timing.frameTimesMs[static_cast<std::size_t>(first)];
    int frame = first;
    for (int k = 0; k < count; ++k) {
        const double nowMs = startMs + k * 1000.0 / fps + 0.01;
        while (frame < last && timing.frameTimesMs[static_cast<std::size_t>(frame) + 1] <= nowMs)
            ++frame;
        frames.push_back(frame);
    }
    return frames;
}

std::shared_ptr<const FilmWriterFactory> filmWriterFor(const ModuleContents& modules,
                                                       const std::filesystem::path& target)
{
    for (const auto& factory : modules.filmWriters) {
        const auto extensions = factory->extensions();
        if (std::find(extensions.begin(), extensions.end(), target.extension().string()) != extensions.end())
            return factory;
    }
    return nullptr;
}

Job::Work filmWork(FilmRequest request, std::shared_ptr<const FilmWriterFactory> factory)
{
    return [request = std::move(request), factory = std::move(factory)](
               const CancelToken& cancel, const Progress& progress) -> Result<JobOutput> {
        if (!factory)
            return fail(ErrorCode::ModuleMissing, request.target.filename().string(), "no film writer");
        FilmPainter painter(request.look);
        const double fps = filmFps(request.timing, request.first, request.last);
        auto writer = factory->create(request.target, painter.size().width(), painter.size().height(), fps,
                                      request.overwrite);
        if (!writer)
            return tl::unexpected(writer.error());
        const std::vector<int> frames = filmFrames(request.timing, request.first, request.last);
        int painted = -1;
        std::vector<std::uint8_t> rgb;
        for (std::size_t k = 0; k < frames.size(); ++k) {
            if (cancel.isCancelled())
                return fail(ErrorCode::Cancelled, request.target.filename().string());
            if (frames[k] != painted) {
                const auto picture = painter.paint(frames[k]);
                if (!picture)
                    return tl::unexpected(picture.error());
                rgb = tightRgb(*picture);
                painted = frames[k];
            }
            if (const Status added = (*writer)->add(rgb.data()); !added)
                return tl::unexpected(added.error());
            progress(static_cast<int>(k) + 1, static_cast<int>(frames.size()));
        }
        if (const Status finished = (*writer)->finish(); !finished)
            return tl::unexpected(finished.error());
        return JobOutput{{request.target}};
    };
}

Job::Work pictureWork(QImage picture, std::filesystem::path target, bool overwrite)
{
    return [picture = std::move(picture), target = std::move(target),
            overwrite](const CancelToken&, const Progress&) -> Result<JobOutput> {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        if (!picture.save(&buffer, "PNG"))
            return fail(ErrorCode::Internal, target.filename().string(), "PNG encoder");
        const Status written = writeFile(target, {bytes.constData(), static_cast<std::size_t>(bytes.size())},
                                         overwrite ? Overwrite::Yes : Overwrite::No);
        if (!written)
            return tl::unexpected(written.error());
        return JobOutput{{target}};
    };
}

Job::Work segmentationWork(ExportJob job, SegmentationFormat format,
                           std::shared_ptr<const ModuleLoader> modules)
{
    return [job = std::move(job), format, modules = std::move(modules)](
               const CancelToken& cancel, const Progress& progress) -> Result<JobOutput> {
        ExportJob running = job;
        running.cancel = cancel;
        running.progress = progress;
        auto files = exportSegmentation(running, format, modules ? modules->contents() : ModuleContents{});
        if (!files)
            return tl::unexpected(files.error());
        return JobOutput{std::move(*files)};
    };
}

} // namespace fedefm
