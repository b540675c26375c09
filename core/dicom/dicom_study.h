// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/base/progress.h"
#include "core/image/sequence.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fedefm {

/// One file as the study tree needs it; read from the header only.
struct StudyEntry
{
    std::string path;
    std::string kind; ///< "image", "SEG", "PR", "SR", or the modality of other objects without image
    std::string modality;
    Identity identity;
    InstanceIds ids;
    int frameCount = 0;
    int rows = 0;
    int columns = 0;
};

struct StudyScan
{
    std::vector<StudyEntry> entries; ///< sorted by patient, study date, series number, instance number, path
    std::vector<Error> problems;     ///< files that look like DICOM but cannot be read
    int filesSeen = 0;
};

/// Scans a folder (recursively), a DICOMDIR, or a single file. Plain files that are no DICOM are counted, not
/// reported. `found` (may be empty) is called per entry as they come, on the calling thread. Stops early when
/// cancelled. Links are not followed out of the folder; references of a DICOMDIR that leave its folder are
/// problems.
Result<StudyScan> scanStudies(const std::filesystem::path& path, const CancelToken& cancel,
                              const Progress& progress, const std::function<void(const StudyEntry&)>& found);

} // namespace fedefm
