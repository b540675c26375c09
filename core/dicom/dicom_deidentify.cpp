// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_deidentify.h"

#include "core/dicom/dicom_deidentify_rules_private.h"
#include "core/dicom/dicom_header_private.h"
#include "core/dicom/dicom_writer_dataset_private.h"
#include "core/dicom/dicom_writer_stream_private.h"
#include "core/dicom/element_writer_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>
#include <exception>

namespace fedefm {

using namespace dicom;

namespace {

constexpr std::uint64_t kBlockBytes = 1U << 20;

void markDeidentified(DcmItem& dataset)
{
    put(dataset, DCM_PatientIdentityRemoved, "YES");
    put(dataset, DCM_DeidentificationMethod, "PS3.15 Basic Application Level Confidentiality Profile");
    dataset.findAndDeleteElement(DCM_DeidentificationMethodCodeSequence);
    putCode(dataset, DCM_DeidentificationMethodCodeSequence, "113100", "DCM",
            "Basic Application Confidentiality Profile");
    put(dataset, DCM_LongitudinalTemporalInformationModified, "REMOVED");
    // Patient module, type 2: present even where the source broke the rule.
    for (const DcmTagKey& key : {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex})
        ensureEmpty(dataset, key);
}

void warnOfPicture(const DatasetValues& values, DeidentifyReport& report)
{
    if (values.code(DCM_BurnedInAnnotation) != "NO")
        report.warnings.emplace_back(
            "Burned In Annotation (0028,0301) is not NO: text in the picture may name the "
            "patient; look at every frame");
    if (values.code(DCM_RecognizableVisualFeatures) == "YES")
        report.warnings.emplace_back("Recognizable Visual Features (0028,0302) is YES");
}

/// Deflated data sets were inflated by the scan, and files may declare another encoding than they have.
std::string syntaxFor(const DicomScan& scan)
{
    if (scan.pixels.encapsulated)
        return scan.syntax.uid;
    if (scan.encoding.bigEndian)
        return "1.2.840.10008.1.2.2";
    return scan.encoding.explicitVr ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
}

/// Bytes of the pixel data value as the file has them: items with their tags when encapsulated.
std::uint64_t storedPixelBytes(const PixelData& pixels)
{
    if (!pixels.encapsulated)
        return pixels.available;
    if (pixels.fragments.empty())
        return 0;
    return pixels.fragments.back().offset + pixels.fragments.back().length - pixels.offset;
}

Status checkPixels(const DicomScan& scan, const std::string& subject)
{
    const PixelData& pixels = scan.pixels;
    if (pixels.isFloat)
        return fail(ErrorCode::UnsupportedPixels, subject, "floating-point pixel data");
    if (pixels.encapsulated ? pixels.truncated : pixels.available < pixels.length)
        return fail(ErrorCode::SizeMismatch, subject, "the pixel data are cut off");
    return {};
}

Status copyPixels(const DicomScan& scan, PixelStreamWriter& writer, const std::string& subject)
{
    const std::uint64_t total = storedPixelBytes(scan.pixels);
    Bytes block(static_cast<std::size_t>(std::min(total, kBlockBytes)));
    for (std::uint64_t done = 0; done < total;) {
        const auto count = static_cast<std::size_t>(std::min(kBlockBytes, total - done));
        if (!scan.source->read(scan.pixels.offset + done, block.data(), count))
            return fail(ErrorCode::FileUnreadable, subject, "pixel data");
        if (auto written = writer.write(block.data(), count); !written)
            return written;
        done += count;
    }
    if (scan.pixels.encapsulated && total > 0) {
        Bytes end;
        ElementWriter(end).delimiter(kSequenceEnd, 0, scan.encoding);
        if (auto written = writer.write(end.data(), end.size()); !written)
            return written;
    }
    return writer.finish();
}

PixelElement describePixels(const DicomScan& scan)
{
    PixelElement pixels;
    pixels.transferSyntaxUid = syntaxFor(scan);
    pixels.encoding = {scan.encoding.explicitVr || scan.encoding.bigEndian, scan.encoding.bigEndian};
    pixels.encapsulated = scan.pixels.encapsulated;
    pixels.bytes = storedPixelBytes(scan.pixels);
    if (pixels.encapsulated && pixels.bytes > 0)
        pixels.bytes += 8;
    if (!pixels.encapsulated)
        pixels.vr = scan.pixels.vr.empty() ? "OW" : scan.pixels.vr;
    return pixels;
}

} // namespace

Result<DeidentifyReport> deidentify(const std::filesystem::path& source, const std::filesystem::path& target,
                                    const std::string& salt, bool overwrite)
try {
    auto opened = openHeader(source);
    if (!opened)
        return tl::unexpected(opened.error());
    if (auto checked = checkPixels(opened->scan, source.string()); !checked)
        return tl::unexpected(checked.error());

    DeidentifyReport report;
    if (opened->scan.pixels.present)
        warnOfPicture(opened->values(), report);
    DcmDataset& dataset = *opened->dataset;
    DeidentifyRules(salt, *opened->decoder, report).apply(dataset);
    markDeidentified(dataset);

    auto writer = PixelStreamWriter::create(target, overwrite, dataset, describePixels(opened->scan));
    if (!writer)
        return tl::unexpected(writer.error());
    if (auto copied = copyPixels(opened->scan, *writer, source.string()); !copied)
        return tl::unexpected(copied.error());
    return report;
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, source.string());
} catch (const std::exception& error) {
    return fail(ErrorCode::Internal, source.string(), error.what());
}

} // namespace fedefm
