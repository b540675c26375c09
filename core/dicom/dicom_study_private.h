// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"
#include "core/dicom/dicom_study.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// What the header of one file says; empty for a DICOMDIR and for what is no DICOM.
Result<std::optional<StudyEntry>> readStudyEntry(const std::filesystem::path& file);

/// True for a Media Storage Directory, by its name or its SOP class.
bool isDicomDir(const std::filesystem::path& file);

/// Files that the records of a DICOMDIR refer to, in its order. References that leave the folder or lead
/// nowhere become problems. Record offsets are not followed, so no chain of them can be endless.
Result<std::vector<std::filesystem::path>> filesOfDicomDir(const std::filesystem::path& file,
                                                           std::vector<Error>& problems);

/// Regular files below `folder`, sorted; links that lead out of it are left out.
std::vector<std::filesystem::path> filesBelow(const std::filesystem::path& folder, const CancelToken& cancel,
                                              std::vector<Error>& problems);

/// True when `file`, with all links resolved, lies below `folder`.
bool isBelow(const std::filesystem::path& folder, const std::filesystem::path& file);

/// Finds files as media from other systems name them: without regard to case, version numbers (";1") or a
/// final dot.
class FileIdResolver
{
public:
    explicit FileIdResolver(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    /// `fileId` has components joined by "\". Errors: InvalidArgument when it leaves the folder,
    /// FileNotFound.
    Result<std::filesystem::path> resolve(const std::string& fileId);

private:
    using Names = std::map<std::string, std::string>;
    const Names& namesIn(const std::filesystem::path& folder);

    std::filesystem::path m_folder;
    std::map<std::string, Names> m_names;
};

} // namespace fedefm
