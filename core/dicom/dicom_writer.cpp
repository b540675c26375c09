// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_writer.h"

#include "core/base/uid.h"
#include "core/dicom/dicom_writer_dataset_private.h"
#include "core/dicom/dicom_writer_stream_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <algorithm>
#include <cmath>
#include <exception>

namespace fedefm {

using namespace dicom;

namespace {

void putPatientAndStudy(DcmItem& item, const Identity& identity, const DicomNow& now, UidGenerator& uids)
{
    put(item, DCM_SpecificCharacterSet, "ISO_IR 192");
    put(item, DCM_PatientName, identity.patientName);
    put(item, DCM_PatientID, identity.patientId);
    put(item, DCM_PatientBirthDate, dicomDate(identity.birthDate));
    put(item, DCM_PatientSex, identity.sex);

    const std::string studyDate = dicomDate(identity.studyDate);
    const std::string studyTime = dicomTime(identity.studyTime);
    put(item, DCM_StudyInstanceUID, uids.next());
    put(item, DCM_StudyDate, studyDate.empty() ? now.date : studyDate);
    put(item, DCM_StudyTime, studyDate.empty() ? now.time : studyTime);
    put(item, DCM_StudyID, "1");
    put(item, DCM_AccessionNumber, identity.accessionNumber);
    put(item, DCM_ReferringPhysicianName, "");
    if (!identity.studyDescription.empty())
        put(item, DCM_StudyDescription, identity.studyDescription);
}

void putSeriesAndEquipment(DcmItem& item, const XaDescription& description, UidGenerator& uids)
{
    put(item, DCM_Modality, "XA");
    put(item, DCM_SeriesInstanceUID, uids.next());
    put(item, DCM_SeriesNumber, "1");
    const std::string& own = description.seriesDescription;
    const std::string& text = own.empty() ? description.identity.seriesDescription : own;
    if (!text.empty())
        put(item, DCM_SeriesDescription, text);
    put(item, DCM_Manufacturer, description.manufacturer);
    if (!description.identity.institution.empty())
        put(item, DCM_InstitutionName, description.identity.institution);
}

/// General Image, Cine and Multi-frame modules (PS3.3 C.7.6.1, C.7.6.5, C.7.6.6).
void putImage(DcmItem& item, const SequenceInfo& info, const XaDescription& description, const DicomNow& now,
              UidGenerator& uids)
{
    put(item, DCM_SOPClassUID, UID_XRayAngiographicImageStorage);
    put(item, DCM_SOPInstanceUID, uids.next());
    put(item, DCM_ImageType, "DERIVED\\PRIMARY\\SINGLE PLANE");
    put(item, DCM_InstanceNumber, "1");
    put(item, DCM_PatientOrientation, "");
    if (!now.date.empty()) {
        put(item, DCM_ContentDate, now.date);
        put(item, DCM_ContentTime, now.time);
    }
    if (!description.derivation.empty())
        item.putAndInsertOFStringArray(DCM_DerivationDescription, description.derivation.c_str());
    put(item, DCM_BurnedInAnnotation, "NO");
    put(item, DCM_LossyImageCompression, info.lossy ? "01" : "00");

    put(item, DCM_NumberOfFrames, std::to_string(info.frameCount));
    item.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_FrameTime);
    const std::string rate = std::to_string(std::max(1L, std::lround(description.fps)));
    put(item, DCM_FrameTime, decimalString(1000.0 / description.fps));
    put(item, DCM_CineRate, rate);
    put(item, DCM_RecommendedDisplayFrameRate, rate);
}

/// X-Ray Image, Acquisition and XA Positioner modules (PS3.3 C.8.7.1 to C.8.7.5).
void putXRay(DcmItem& item, const XaDescription& description)
{
    put(item, DCM_PixelIntensityRelationship, "LIN");
    put(item, DCM_KVP, "");
    put(item, DCM_RadiationSetting, "GR");
    put(item, DCM_XRayTubeCurrent, "");
    put(item, DCM_ExposureTime, "");
    put(item, DCM_Exposure, "");
    put(item, DCM_PositionerMotion, "STATIC");
    put(item, DCM_PositionerPrimaryAngle, decimalString(description.angles.primaryDeg));
    put(item, DCM_PositionerSecondaryAngle, decimalString(description.angles.secondaryDeg));
    if (description.imagerSpacingMm > 0.0) {
        const std::string spacing = decimalString(description.imagerSpacingMm);
        put(item, DCM_ImagerPixelSpacing, spacing + "\\" + spacing);
    }
    if (description.magnification > 0.0)
        put(item, DCM_EstimatedRadiographicMagnificationFactor, decimalString(description.magnification));
}

void putPixels(DcmItem& item, const SequenceInfo& info, int bitsAllocated, int bitsStored)
{
    putUint16(item, DCM_SamplesPerPixel, 1);
    put(item, DCM_PhotometricInterpretation, "MONOCHROME2");
    putUint16(item, DCM_Rows, static_cast<std::uint16_t>(info.height));
    putUint16(item, DCM_Columns, static_cast<std::uint16_t>(info.width));
    putUint16(item, DCM_BitsAllocated, static_cast<std::uint16_t>(bitsAllocated));
    putUint16(item, DCM_BitsStored, static_cast<std::uint16_t>(bitsStored));
    putUint16(item, DCM_HighBit, static_cast<std::uint16_t>(bitsStored - 1));
    putUint16(item, DCM_PixelRepresentation, 0);
    put(item, DCM_WindowCenter, std::to_string(1L << (bitsStored - 1)));
    put(item, DCM_WindowWidth, std::to_string(1L << bitsStored));
}

Status checkInput(const std::string& subject, const SequenceInfo& info, const XaDescription& description)
{
    if (info.frameCount < 1 || info.width < 1 || info.height < 1 || info.width > 65535 || info.height > 65535)
        return fail(ErrorCode::InvalidArgument, subject, "no frames, or a size beyond 65535");
    if (info.samples != 1 || info.pixelType == PixelType::I16)
        return fail(ErrorCode::UnsupportedPixels, subject, "only unsigned grey frames become an XA image");
    if (!(description.fps > 0.0) || !std::isfinite(description.fps))
        return fail(ErrorCode::InvalidArgument, subject, "frame rate");
    return {};
}

Status writeFrames(PixelStreamWriter& writer, const Sequence& frames, const std::string& subject)
{
    const SequenceInfo& info = frames.info();
    for (int i = 0; i < info.frameCount; ++i) {
        const auto frame = frames.read(i);
        if (!frame)
            return tl::unexpected(frame.error());
        const Frame& picture = **frame;
        if (picture.width() != info.width || picture.height() != info.height || picture.samples() != 1 ||
            picture.type() != info.pixelType)
            return fail(ErrorCode::SizeMismatch, subject,
                        "frame " + std::to_string(i) + " differs from the first");
        if (auto written = writer.write(picture.bytes(), picture.byteCount()); !written)
            return written;
    }
    return writer.finish();
}

} // namespace

Status writeXa(const std::filesystem::path& target, const Sequence& frames, const XaDescription& description,
               bool overwrite)
try {
    const SequenceInfo& info = frames.info();
    if (auto checked = checkInput(target.string(), info, description); !checked)
        return checked;
    const int bitsAllocated = info.pixelType == PixelType::U8 ? 8 : 16;
    const int bitsStored = std::clamp(info.bitsStored, 1, bitsAllocated);

    UidGenerator uids = description.uidSeed == 0 ? UidGenerator() : UidGenerator(description.uidSeed);
    // A seeded file is the same on every run, so it cannot hold the time of writing.
    const DicomNow now = description.uidSeed == 0 ? dicomNow() : DicomNow{};
    auto header = std::make_unique<DcmDataset>();
    putPatientAndStudy(*header, description.identity, now, uids);
    putSeriesAndEquipment(*header, description, uids);
    putImage(*header, info, description, now, uids);
    putXRay(*header, description);
    putPixels(*header, info, bitsAllocated, bitsStored);

    const std::uint64_t frameBytes =
        static_cast<std::uint64_t>(info.width) * info.height * static_cast<unsigned>(bitsAllocated / 8);
    PixelElement pixels;
    pixels.vr = bitsAllocated == 8 ? "OB" : "OW";
    pixels.bytes = frameBytes * static_cast<unsigned>(info.frameCount);
    auto writer = PixelStreamWriter::create(target, overwrite, *header, pixels);
    if (!writer)
        return tl::unexpected(writer.error());
    return writeFrames(*writer, frames, target.string());
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, target.string());
} catch (const std::exception& error) {
    return fail(ErrorCode::Internal, target.string(), error.what());
}

} // namespace fedefm
