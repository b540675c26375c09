// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/export_segmentation.h"
#include "ui/jobs/film_frame.h"
#include "ui/jobs/job.h"

#include <QImage>

#include <filesystem>
#include <memory>
#include <vector>

namespace fedefm {

class ModuleLoader;

enum class ExportKind { Picture, Film, DicomSeg, MaskPictures, MaskArray, Curves, Coco };

/// Everything that a film needs, copied from the document so that the job's thread never meets the GUI's
/// objects.
struct FilmRequest
{
    FilmLook look;
    int first = 0; ///< 0-based, inclusive
    int last = 0;
    CineTiming timing;
    std::filesystem::path target;
    bool overwrite = false;
};

/// Frames to show, one per film picture at constant rate: each is the frame that is due then, so that films
/// of unevenly timed clips last as long as the clip.
std::vector<int> filmFrames(const CineTiming& timing, int first, int last);
double filmFps(const CineTiming& timing, int first, int last);

Job::Work filmWork(FilmRequest request, std::shared_ptr<const FilmWriterFactory> factory);
/// PNG, written whole or not at all.
Job::Work pictureWork(QImage picture, std::filesystem::path target, bool overwrite);
Job::Work segmentationWork(ExportJob job, SegmentationFormat format,
                           std::shared_ptr<const ModuleLoader> modules);

/// Writer for the extension of `target`; null when no module has one.
std::shared_ptr<const FilmWriterFactory> filmWriterFor(const ModuleContents& modules,
                                                       const std::filesystem::path& target);

} // namespace fedefm
