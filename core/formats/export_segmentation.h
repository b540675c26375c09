// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/segmenter.h"
#include "core/plugin/module.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

enum class SegmentationFormat { Png, Npy, Seg, Coco, Json, Mp4 };

/// "png" → Png …; errors: InvalidArgument naming the known ones.
Result<SegmentationFormat> segmentationFormat(const std::string& name);

/// What a job of these frames writes into its folder, so that callers can look for existing files beforehand.
std::vector<std::filesystem::path> segmentationFiles(const std::filesystem::path& folder,
                                                     SegmentationFormat format,
                                                     const std::vector<int>& frames);

/// Whether a format can be written from such a sequence at all, before any work is done. Errors:
/// InvalidArgument (SEG of something that is not DICOM), ModuleMissing (MP4 without the video module).
Status checkExport(SegmentationFormat format, const SequenceInfo& info, const ModuleContents& modules);

struct ExportJob
{
    SequencePtr sequence;
    std::vector<SegmentationPtr> results; ///< in frame order; frames without result are absent
    std::filesystem::path folder;         ///< made when missing
    bool overwrite = false;
    CancelToken cancel = {};
    Progress progress = {}; ///< may be empty; per frame, formats of one small file report nothing
};

/// Writes one format into the folder: frame_0000.png (values 0, 1, 2; named by 0-based frame index),
/// masks.npy (uint8 frames×rows×cols, frames of the results in order), segmentation.dcm, coco.json,
/// curves.json, overlay.mp4 (research-use line burned in). Returns the files written. Errors: FileExists,
/// InvalidArgument (SEG of something that is not DICOM), ModuleMissing (MP4 without the video module),
/// WriteFailed, DiskFull, Cancelled.
Result<std::vector<std::filesystem::path>> exportSegmentation(const ExportJob& job, SegmentationFormat format,
                                                              const ModuleContents& modules);

} // namespace fedefm
