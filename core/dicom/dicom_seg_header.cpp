// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_header_private.h"

#include "core/base/version.h"
#include "core/dicom/dicom_seg_codes_private.h"
#include "core/dicom/dicom_writer_dataset_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <cmath>

namespace fedefm {

using namespace dicom;

namespace {

/// Patient, General Study, Clinical Trial and Frame of Reference modules, as far as the source has them.
void copyFromSource(DcmItem& from, DcmItem& to)
{
    for (const DcmTagKey& key : {DCM_SpecificCharacterSet,
                                 DCM_TimezoneOffsetFromUTC,
                                 DCM_StudyDate,
                                 DCM_StudyTime,
                                 DCM_AccessionNumber,
                                 DCM_IssuerOfAccessionNumberSequence,
                                 DCM_ReferringPhysicianName,
                                 DCM_StudyDescription,
                                 DCM_ProcedureCodeSequence,
                                 DCM_PatientName,
                                 DCM_PatientID,
                                 DCM_IssuerOfPatientID,
                                 DCM_PatientBirthDate,
                                 DCM_PatientBirthTime,
                                 DCM_PatientSex,
                                 DCM_OtherPatientIDsSequence,
                                 DCM_PatientAge,
                                 DCM_PatientSize,
                                 DCM_PatientWeight,
                                 DCM_PatientSpeciesDescription,
                                 DCM_ClinicalTrialSponsorName,
                                 DCM_ClinicalTrialProtocolID,
                                 DCM_ClinicalTrialProtocolName,
                                 DCM_ClinicalTrialSiteID,
                                 DCM_ClinicalTrialSiteName,
                                 DCM_ClinicalTrialSubjectID,
                                 DCM_PatientIdentityRemoved,
                                 DCM_DeidentificationMethod,
                                 DCM_DeidentificationMethodCodeSequence,
                                 DCM_StudyInstanceUID,
                                 DCM_StudyID,
                                 DCM_FrameOfReferenceUID,
                                 DCM_PositionReferenceIndicator})
        copyAttribute(from, to, key);
    for (const DcmTagKey& key :
         {DCM_StudyDate, DCM_StudyTime, DCM_AccessionNumber, DCM_ReferringPhysicianName, DCM_PatientName,
          DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyID})
        ensureEmpty(to, key);
    if (to.tagExists(DCM_FrameOfReferenceUID))
        ensureEmpty(to, DCM_PositionReferenceIndicator);
}

void putInstance(DcmItem& item, UidGenerator& uids)
{
    const DicomNow now = dicomNow();
    if (!item.tagExistsWithValue(DCM_StudyInstanceUID))
        put(item, DCM_StudyInstanceUID, uids.next());
    put(item, DCM_SOPClassUID, UID_SegmentationStorage);
    put(item, DCM_SOPInstanceUID, uids.next());
    put(item, DCM_SeriesInstanceUID, uids.next());
    put(item, DCM_Modality, "SEG");
    put(item, DCM_SeriesNumber, "1000");
    put(item, DCM_SeriesDescription, "Catheter and guidewire (research use only)");
    put(item, DCM_SeriesDate, now.date);
    put(item, DCM_SeriesTime, now.time);
    put(item, DCM_InstanceNumber, "1");
    put(item, DCM_ContentDate, now.date);
    put(item, DCM_ContentTime, now.time);
    put(item, DCM_ContentLabel, "WIRES");
    put(item, DCM_ContentDescription, "Catheter and guidewire masks, for research use only");
    put(item, DCM_ContentCreatorName, "");
    put(item, DCM_Manufacturer, "FedEFM Studio");
    put(item, DCM_ManufacturerModelName, "FedEFM Studio");
    put(item, DCM_DeviceSerialNumber, "0");
    put(item, DCM_SoftwareVersions, kVersion);
}

/// Once lossy, always lossy: the masks were found on what the compression left (PS3.3 C.8.20.2).
void putLossy(DcmItem& item, const SegSource& source)
{
    const DicomScan& scan = source.header.scan;
    const bool isLossy = scan.syntax.lossy || source.header.values().code(DCM_LossyImageCompression) == "01";
    put(item, DCM_LossyImageCompression, isLossy ? "01" : "00");
    if (!isLossy)
        return;
    for (const DcmTagKey& key : {DCM_LossyImageCompressionRatio, DCM_LossyImageCompressionMethod})
        copyAttribute(*source.header.dataset, item, key);
    std::uint64_t stored = 0;
    for (const Fragment& fragment : scan.pixels.fragments)
        stored += fragment.length;
    const int bytes = source.header.values().integer(DCM_BitsAllocated).value_or(8) / 8 *
                      source.header.values().integer(DCM_SamplesPerPixel).value_or(1);
    const double raw = static_cast<double>(source.rows) * source.columns * source.frameCount * bytes;
    if (!item.tagExistsWithValue(DCM_LossyImageCompressionRatio) && stored > 0)
        put(item, DCM_LossyImageCompressionRatio, decimalString(std::round(100.0 * raw / stored) / 100.0));
    if (!item.tagExistsWithValue(DCM_LossyImageCompressionMethod) && scan.syntax.lossy)
        put(item, DCM_LossyImageCompressionMethod,
            scan.syntax.codec == Codec::JpegLs     ? "ISO_14495_1"
            : scan.syntax.codec == Codec::Jpeg2000 ? "ISO_15444_1"
                                                   : "ISO_10918_1");
}

void putPixels(DcmItem& item, const SegSource& source, std::size_t frameCount)
{
    put(item, DCM_ImageType, "DERIVED\\PRIMARY");
    putUint16(item, DCM_SamplesPerPixel, 1);
    put(item, DCM_PhotometricInterpretation, "MONOCHROME2");
    put(item, DCM_NumberOfFrames, std::to_string(frameCount));
    putUint16(item, DCM_Rows, static_cast<std::uint16_t>(source.rows));
    putUint16(item, DCM_Columns, static_cast<std::uint16_t>(source.columns));
    putUint16(item, DCM_BitsAllocated, 1);
    putUint16(item, DCM_BitsStored, 1);
    putUint16(item, DCM_HighBit, 0);
    putUint16(item, DCM_PixelRepresentation, 0);
    putLossy(item, source);
    put(item, DCM_SegmentationType, "BINARY");
    put(item, DCM_SegmentsOverlap, "NO");
}

void putSegments(DcmItem& item, const SegContent& content, UidGenerator& uids)
{
    for (std::size_t i = 0; i < content.classes.size(); ++i) {
        const SegClassCode& code = segClassCode(content.classes[i]);
        DcmItem& segment = addItem(item, DCM_SegmentSequence);
        putUint16(segment, DCM_SegmentNumber, static_cast<std::uint16_t>(i + 1));
        put(segment, DCM_SegmentLabel, wireClassName(content.classes[i]));
        put(segment, DCM_SegmentAlgorithmType, "AUTOMATIC");
        put(segment, DCM_SegmentAlgorithmName, content.algorithm.substr(0, 64));
        putCode(segment, DCM_SegmentedPropertyCategoryCodeSequence, "260787004", "SCT", "Physical object");
        putCode(segment, DCM_SegmentedPropertyTypeCodeSequence, code.typeCode, "SCT", code.typeMeaning);
        const DicomLab lab = labFromRgb(code.color);
        segment.putAndInsertUint16Array(DCM_RecommendedDisplayCIELabValue, lab.data(), 3);
        put(segment, DCM_TrackingID, wireClassName(content.classes[i]));
        put(segment, DCM_TrackingUID, uids.next());
    }
}

void addDimension(DcmItem& item, const std::string& organization, const DcmTagKey& pointer,
                  const DcmTagKey& group, const char* label)
{
    DcmItem& index = addItem(item, DCM_DimensionIndexSequence);
    put(index, DCM_DimensionOrganizationUID, organization);
    index.putAndInsertTagKey(DCM_DimensionIndexPointer, pointer);
    index.putAndInsertTagKey(DCM_FunctionalGroupPointer, group);
    put(index, DCM_DimensionDescriptionLabel, label);
}

/// Segment, then position in the cine: an X-ray source has no position in space to order frames by.
void putDimensions(DcmItem& item, UidGenerator& uids)
{
    const std::string organization = uids.next();
    put(addItem(item, DCM_DimensionOrganizationSequence), DCM_DimensionOrganizationUID, organization);
    addDimension(item, organization, DCM_ReferencedSegmentNumber, DCM_SegmentIdentificationSequence,
                 "Referenced Segment Number");
    addDimension(item, organization, DCM_InStackPositionNumber, DCM_FrameContentSequence,
                 "In-Stack Position Number");
}

void putReference(DcmItem& item, const SegSource& source)
{
    put(item, DCM_ReferencedSOPClassUID, source.sopClassUid);
    put(item, DCM_ReferencedSOPInstanceUID, source.sopInstanceUid);
}

void putReferencedSeries(DcmItem& item, const SegSource& source)
{
    if (source.seriesUid.empty())
        return;
    DcmItem& series = addItem(item, DCM_ReferencedSeriesSequence);
    put(series, DCM_SeriesInstanceUID, source.seriesUid);
    putReference(addItem(series, DCM_ReferencedInstanceSequence), source);
}

/// Spacing in the plane of the object only; the detector's own spacing is no measure of it (PS3.3 10.7).
void putSharedGroups(DcmItem& item, DcmItem& from)
{
    DcmItem& shared = addItem(item, DCM_SharedFunctionalGroupsSequence);
    if (from.tagExistsWithValue(DCM_PixelSpacing))
        copyAttribute(from, addItem(shared, DCM_PixelMeasuresSequence), DCM_PixelSpacing);
}

void putFrame(DcmItem& item, const SegSource& source, const SegContent::Frame& frame)
{
    DcmItem& groups = addItem(item, DCM_PerFrameFunctionalGroupsSequence);

    DcmItem& derivation = addItem(groups, DCM_DerivationImageSequence);
    putCode(derivation, DCM_DerivationCodeSequence, "113076", "DCM", "Segmentation");
    DcmItem& image = addItem(derivation, DCM_SourceImageSequence);
    putReference(image, source);
    if (source.frameCount > 1)
        put(image, DCM_ReferencedFrameNumber, std::to_string(frame.sourceFrame + 1));
    put(image, DCM_SpatialLocationsPreserved, "YES");
    putCode(image, DCM_PurposeOfReferenceCodeSequence, "121322", "DCM",
            "Source image for image processing operation");

    DcmItem& frameContent = addItem(groups, DCM_FrameContentSequence);
    const Uint32 position = static_cast<Uint32>(frame.sourceFrame + 1);
    const Uint32 indexes[2] = {static_cast<Uint32>(frame.segmentNumber), position};
    frameContent.putAndInsertUint32Array(DCM_DimensionIndexValues, indexes, 2);
    put(frameContent, DCM_StackID, "1");
    frameContent.putAndInsertUint32(DCM_InStackPositionNumber, position);

    putUint16(addItem(groups, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber,
              static_cast<std::uint16_t>(frame.segmentNumber));
}

} // namespace

std::unique_ptr<DcmDataset> segHeader(const SegSource& source, const SegContent& content, UidGenerator& uids)
{
    DcmItem& from = *source.header.dataset;
    auto dataset = std::make_unique<DcmDataset>();
    copyFromSource(from, *dataset);
    putInstance(*dataset, uids);
    putPixels(*dataset, source, content.frames.size());
    putSegments(*dataset, content, uids);
    putDimensions(*dataset, uids);
    putReferencedSeries(*dataset, source);
    putSharedGroups(*dataset, from);
    for (const SegContent::Frame& frame : content.frames)
        putFrame(*dataset, source, frame);
    return dataset;
}

} // namespace fedefm
