// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/export_segmentation.h"

#include "core/base/version.h"
#include "core/dicom/dicom_seg.h"
#include "core/formats/npy.h"
#include "core/formats/render_frame.h"
#include "core/formats/segmentation_json_private.h"
#include "core/image/picture_sequence.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::array kFormats{
    std::pair{"png", SegmentationFormat::Png},   std::pair{"npy", SegmentationFormat::Npy},
    std::pair{"seg", SegmentationFormat::Seg},   std::pair{"coco", SegmentationFormat::Coco},
    std::pair{"json", SegmentationFormat::Json}, std::pair{"mp4", SegmentationFormat::Mp4},
};
constexpr double kOverlayOpacity = 0.4;

std::vector<int> framesOf(const ExportJob& job)
{
    std::vector<int> frames;
    for (const SegmentationPtr& result : job.results)
        frames.push_back(result->provenance.frame.index);
    return frames;
}

Status checkTargets(const std::vector<fs::path>& files, bool overwrite)
{
    std::error_code ignored;
    for (const fs::path& file : files)
        if (!overwrite && fs::exists(file, ignored))
            return fail(ErrorCode::FileExists, file.string());
    return {};
}

void report(const ExportJob& job, std::size_t done, std::size_t total)
{
    if (job.progress)
        job.progress(static_cast<int>(done), static_cast<int>(total));
}

Status writePngs(const ExportJob& job, const std::vector<fs::path>& files)
{
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (job.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, files[i].string());
        const Segmentation& result = *job.results[i];
        const auto labels = result.labelImage();
        if (auto done = writePng(files[i], labels.data(), result.width, result.height, 1, job.overwrite);
            !done)
            return done;
        report(job, i + 1, files.size());
    }
    return {};
}

Status writeNpy(const ExportJob& job, const fs::path& file)
{
    const Segmentation& first = *job.results.front();
    auto writer = NpyWriter::create(
        file, "|u1",
        {job.results.size(), static_cast<std::size_t>(first.height), static_cast<std::size_t>(first.width)},
        job.overwrite ? Overwrite::Yes : Overwrite::No);
    if (!writer)
        return tl::unexpected(writer.error());
    for (std::size_t i = 0; i < job.results.size(); ++i) {
        if (job.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, file.string());
        const auto labels = job.results[i]->labelImage();
        if (auto done = writer->append(labels.data(), labels.size()); !done)
            return done;
        report(job, i + 1, job.results.size());
    }
    return writer->finish();
}

const FilmWriterFactory* filmFactory(const std::string& extension, const ModuleContents& modules)
{
    for (const auto& factory : modules.filmWriters) {
        const auto known = factory->extensions();
        if (std::find(known.begin(), known.end(), extension) != known.end())
            return factory.get();
    }
    return nullptr;
}

std::string filmLine(const Provenance& provenance)
{
    return provenance.modelId + " " + provenance.modelVersion + ", frame " +
           std::to_string(provenance.frame.index + 1);
}

Status writeFilm(const ExportJob& job, const fs::path& file, const ModuleContents& modules)
{
    const SequenceInfo& info = job.sequence->info();
    const FilmWriterFactory* factory = filmFactory(file.extension().string(), modules);
    if (!factory)
        return fail(ErrorCode::ModuleMissing, file.string(), "writing films needs the module fedefm_video");
    auto film = factory->create(file, info.width, info.height, info.timing.fps, job.overwrite);
    if (!film)
        return tl::unexpected(film.error());
    // One window for the whole film: a window per frame would flicker.
    const auto reference = job.sequence->read(job.results[job.results.size() / 2]->provenance.frame.index);
    if (!reference)
        return tl::unexpected(reference.error());
    const DisplayTransform transform = defaultTransform(**reference, info.grey);
    const int total = static_cast<int>(job.results.size());
    for (int i = 0; i < total; ++i) {
        if (job.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, file.string());
        const Segmentation& result = *job.results[static_cast<std::size_t>(i)];
        const auto frame = job.sequence->read(result.provenance.frame.index);
        if (!frame)
            return tl::unexpected(frame.error());
        auto picture = renderFrame(*job.sequence, **frame, transform);
        if (!picture)
            return tl::unexpected(picture.error());
        applyShutter(*picture, info.shutter);
        drawSegmentation(*picture, result, kOverlayOpacity);
        drawTextLine(*picture, kResearchUse, 0);
        drawTextLine(*picture, filmLine(result.provenance), 1);
        if (auto added = (*film)->add(picture->rgb.data()); !added)
            return added;
        report(job, static_cast<std::size_t>(i) + 1, job.results.size());
    }
    return (*film)->finish();
}

Status writeFormat(const ExportJob& job, SegmentationFormat format, const std::vector<fs::path>& files,
                   const ModuleContents& modules)
{
    if (job.cancel.isCancelled())
        return fail(ErrorCode::Cancelled, files.front().string());
    const Overwrite overwrite = job.overwrite ? Overwrite::Yes : Overwrite::No;
    switch (format) {
    case SegmentationFormat::Png:
        return writePngs(job, files);
    case SegmentationFormat::Npy:
        return writeNpy(job, files.front());
    case SegmentationFormat::Seg:
        return writeSeg(files.front(), job.sequence->info().path, job.results, job.overwrite);
    case SegmentationFormat::Coco:
        return writeFile(files.front(), cocoJson(job), overwrite);
    case SegmentationFormat::Json:
        return writeFile(files.front(), curvesJson(job), overwrite);
    case SegmentationFormat::Mp4:
        return writeFilm(job, files.front(), modules);
    }
    return fail(ErrorCode::Internal, "segmentation format");
}

} // namespace

Result<SegmentationFormat> segmentationFormat(const std::string& name)
{
    std::string known;
    for (const auto& [text, format] : kFormats) {
        if (name == text)
            return format;
        known += (known.empty() ? "" : ", ") + std::string(text);
    }
    return fail(ErrorCode::InvalidArgument, name, "known formats: " + known);
}

std::vector<fs::path> segmentationFiles(const fs::path& folder, SegmentationFormat format,
                                        const std::vector<int>& frames)
{
    switch (format) {
    case SegmentationFormat::Png: {
        std::vector<fs::path> files;
        for (const int frame : frames) {
            char name[32];
            std::snprintf(name, sizeof name, "frame_%04d.png", frame);
            files.push_back(folder / name);
        }
        return files;
    }
    case SegmentationFormat::Npy:
        return {folder / "masks.npy"};
    case SegmentationFormat::Seg:
        return {folder / "segmentation.dcm"};
    case SegmentationFormat::Coco:
        return {folder / "coco.json"};
    case SegmentationFormat::Json:
        return {folder / "curves.json"};
    case SegmentationFormat::Mp4:
        return {folder / "overlay.mp4"};
    }
    return {};
}

Status checkExport(SegmentationFormat format, const SequenceInfo& info, const ModuleContents& modules)
{
    if (format == SegmentationFormat::Seg && info.kind != "DICOM")
        return fail(ErrorCode::InvalidArgument, info.path, "a DICOM SEG needs a DICOM image to refer to");
    if (format == SegmentationFormat::Mp4 && !filmFactory(".mp4", modules))
        return fail(ErrorCode::ModuleMissing, info.path, "writing films needs the module fedefm_video");
    return {};
}

Result<std::vector<fs::path>> exportSegmentation(const ExportJob& job, SegmentationFormat format,
                                                 const ModuleContents& modules)
{
    const SequenceInfo& info = job.sequence->info();
    if (job.results.empty())
        return fail(ErrorCode::InvalidArgument, info.path, "there is no result to export");
    for (const SegmentationPtr& result : job.results)
        if (result->width != info.width || result->height != info.height)
            return fail(ErrorCode::InvalidArgument, info.path, "a result of another size");
    if (auto possible = checkExport(format, info, modules); !possible)
        return tl::unexpected(possible.error());
    std::error_code made;
    std::error_code looked;
    fs::create_directories(job.folder, made);
    if (!fs::is_directory(job.folder, looked))
        return fail(ErrorCode::WriteFailed, job.folder.string(),
                    made     ? made.message()
                    : looked ? looked.message()
                             : "not a folder");
    const auto files = segmentationFiles(job.folder, format, framesOf(job));
    if (auto free = checkTargets(files, job.overwrite); !free)
        return tl::unexpected(free.error());
    if (auto written = writeFormat(job, format, files, modules); !written)
        return tl::unexpected(written.error());
    return files;
}

} // namespace fedefm
