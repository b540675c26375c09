// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_study.h"

#include "core/dicom/dicom_study_private.h"

#include <algorithm>
#include <exception>
#include <tuple>

namespace fedefm {

namespace fs = std::filesystem;

namespace {

bool isBefore(const StudyEntry& a, const StudyEntry& b)
{
    const auto key = [](const StudyEntry& e) {
        return std::tie(e.ids.patientKey, e.identity.studyDate, e.identity.studyTime, e.ids.studyUid,
                        e.ids.seriesNumber, e.ids.seriesUid, e.ids.instanceNumber, e.path);
    };
    return key(a) < key(b);
}

void readFiles(const std::vector<fs::path>& files, StudyScan& scan, const CancelToken& cancel,
               const Progress& progress, const std::function<void(const StudyEntry&)>& found)
{
    for (const fs::path& file : files) {
        if (cancel.isCancelled())
            return;
        ++scan.filesSeen;
        auto entry = readStudyEntry(file);
        if (!entry) {
            scan.problems.push_back(entry.error());
        } else if (*entry) {
            if (found)
                found(**entry);
            scan.entries.push_back(std::move(**entry));
        }
        if (progress)
            progress(scan.filesSeen, static_cast<int>(files.size()));
    }
}

Result<std::vector<fs::path>> listFiles(const fs::path& path, const CancelToken& cancel, StudyScan& scan)
{
    std::error_code code;
    if (!fs::exists(path, code))
        return fail(ErrorCode::FileNotFound, path.string());
    if (fs::is_directory(path, code))
        return filesBelow(path, cancel, scan.problems);
    if (!fs::is_regular_file(path, code))
        return fail(ErrorCode::FileUnreadable, path.string(), "not a regular file");
    if (isDicomDir(path))
        return filesOfDicomDir(path, scan.problems);
    return std::vector<fs::path>{path};
}

} // namespace

Result<StudyScan> scanStudies(const fs::path& path, const CancelToken& cancel, const Progress& progress,
                              const std::function<void(const StudyEntry&)>& found)
try {
    StudyScan scan;
    auto files = listFiles(path, cancel, scan);
    if (!files)
        return tl::unexpected(files.error());
    readFiles(*files, scan, cancel, progress, found);
    std::sort(scan.entries.begin(), scan.entries.end(), isBefore);
    return scan;
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, path.string());
} catch (const std::exception& error) {
    return fail(ErrorCode::Internal, path.string(), error.what());
}

} // namespace fedefm
