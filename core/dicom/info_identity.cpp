// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

namespace fedefm::dicom {

namespace {

constexpr std::size_t kMaxShownBytes =
    1024; ///< the longest text that a corner of the picture can hold, and more

/// Cut at a character, not within one.
std::string shown(std::string text)
{
    if (text.size() <= kMaxShownBytes)
        return text;
    std::size_t end = kMaxShownBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text;
}

} // namespace

void readIdentity(const HeaderContext& context, SequenceInfo& info)
{
    const DatasetValues& values = context.values;
    const auto text = [&](const DcmTagKey& tag) { return shown(values.text(tag)); };
    Identity& identity = info.identity;
    identity.patientName = shown(shownName(values.text(DCM_PatientName)));
    identity.patientId = text(DCM_PatientID);
    identity.birthDate = isoDate(text(DCM_PatientBirthDate));
    identity.sex = text(DCM_PatientSex);
    identity.institution = text(DCM_InstitutionName);
    identity.studyDate = isoDate(text(DCM_StudyDate));
    identity.studyTime = isoTime(text(DCM_StudyTime));
    identity.studyDescription = text(DCM_StudyDescription);
    identity.seriesDescription = text(DCM_SeriesDescription);
    identity.accessionNumber = text(DCM_AccessionNumber);

    InstanceIds& ids = info.ids;
    ids.patientKey = identity.patientId + '\x1F' + values.text(DCM_PatientName);
    ids.studyUid = text(DCM_StudyInstanceUID);
    ids.seriesUid = text(DCM_SeriesInstanceUID);
    ids.sopInstanceUid = text(DCM_SOPInstanceUID);
    ids.sopClassUid = text(DCM_SOPClassUID);
    ids.seriesNumber = values.integer(DCM_SeriesNumber).value_or(0);
    ids.instanceNumber = values.integer(DCM_InstanceNumber).value_or(0);

    info.modality = text(DCM_Modality);
    info.burnedInAnnotation = values.code(DCM_BurnedInAnnotation) == "YES";
    info.rowOrientation = shown(values.code(DCM_PatientOrientation, 0));
    info.columnOrientation = shown(values.code(DCM_PatientOrientation, 1));
}

} // namespace fedefm::dicom
