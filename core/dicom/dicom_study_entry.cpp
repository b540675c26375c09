// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_header_private.h"
#include "core/dicom/dicom_study_private.h"
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <algorithm>

namespace fedefm {

using namespace dicom;

namespace {

bool startsWith(const std::string& text, const std::string& start)
{
    return text.compare(0, start.size(), start) == 0;
}

std::string kindOf(const StudyEntry& entry, bool hasPixels)
{
    const std::string& sopClass = entry.ids.sopClassUid;
    // Image, surface and label map segmentations are .66.4, .66.5 and .66.7.
    if (startsWith(sopClass, "1.2.840.10008.5.1.4.1.1.66.") && entry.modality == "SEG")
        return "SEG";
    if (startsWith(sopClass, "1.2.840.10008.5.1.4.1.1.88.") || entry.modality == "SR")
        return "SR";
    if (startsWith(sopClass, "1.2.840.10008.5.1.4.1.1.11.") || entry.modality == "PR")
        return "PR";
    if (hasPixels && entry.rows > 0 && entry.columns > 0)
        return "image";
    return entry.modality.empty() ? "object" : entry.modality;
}

} // namespace

Result<std::optional<StudyEntry>> readStudyEntry(const std::filesystem::path& file)
{
    const auto source = openFileSource(file);
    if (!source)
        return tl::unexpected(source.error());
    if (!startsLikeDicom(**source))
        return std::optional<StudyEntry>();
    const auto header = parseHeader(*source, file.string(), DicomLimits{});
    if (!header)
        return tl::unexpected(header.error());
    const DatasetValues values = header->values();
    if (header->dataset->tagExists(DCM_DirectoryRecordSequence))
        return std::optional<StudyEntry>();

    StudyEntry entry;
    entry.path = file.string();
    SequenceInfo info;
    readIdentity({values, FunctionalGroups(values), PixelFormat{}}, info);
    entry.modality = info.modality;
    entry.identity = info.identity;
    entry.ids = info.ids;
    entry.rows = std::max(0, values.integer(DCM_Rows).value_or(0));
    entry.columns = std::max(0, values.integer(DCM_Columns).value_or(0));
    const bool hasPixels = header->scan.pixels.present;
    entry.frameCount = hasPixels ? std::max(1, values.integer(DCM_NumberOfFrames).value_or(1)) : 0;
    entry.kind = kindOf(entry, hasPixels);
    return entry;
}

bool isDicomDir(const std::filesystem::path& file)
{
    std::string name = file.filename().string();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    if (name == "DICOMDIR")
        return true;
    const auto header = openHeader(file);
    return header && header->dataset->tagExists(DCM_DirectoryRecordSequence);
}

} // namespace fedefm
