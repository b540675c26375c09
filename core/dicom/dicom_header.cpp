// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_header_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/oflog/oflog.h"

#include <mutex>
#include <new>

namespace fedefm::dicom {

namespace {

E_TransferSyntax dcmtkSyntax(Encoding encoding)
{
    if (encoding.bigEndian && encoding.explicitVr)
        return EXS_BigEndianExplicit;
    if (encoding.bigEndian)
        return EXS_BigEndianImplicit;
    return encoding.explicitVr ? EXS_LittleEndianExplicit : EXS_LittleEndianImplicit;
}

Result<std::unique_ptr<DcmDataset>> parse(Bytes& bytes, Encoding encoding, const std::string& subject)
{
    auto dataset = std::make_unique<DcmDataset>();
    if (bytes.empty())
        return dataset;
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    dataset->transferInit();
    const OFCondition condition = dataset->read(stream, dcmtkSyntax(encoding), EGL_noChange);
    dataset->transferEnd();
    if (condition.bad() && condition != EC_EndOfStream)
        return fail(ErrorCode::DicomMalformed, subject, condition.text());
    return dataset;
}

} // namespace

void prepareDcmtk()
{
    static std::once_flag once;
    std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
}

Result<DicomHeader> parseHeader(const ByteSourcePtr& file, const std::string& subject,
                                const DicomLimits& limits)
{
    prepareDcmtk();
    try {
        Result<DicomScan> scan = scanDicom(file, subject, limits);
        if (!scan)
            return tl::unexpected<Error>(scan.error());
        DicomHeader header;
        header.scan = std::move(*scan);
        auto meta = parse(header.scan.meta, {true, false}, subject);
        auto dataset = parse(header.scan.header, header.scan.encoding, subject);
        if (!dataset)
            return tl::unexpected<Error>(dataset.error());
        header.meta = meta ? std::move(*meta) : std::make_unique<DcmDataset>();
        header.dataset = std::move(*dataset);
        header.scan.meta = {};
        header.scan.header = {};
        OFString characterSets;
        header.dataset->findAndGetOFStringArray(DCM_SpecificCharacterSet, characterSets);
        header.decoder =
            std::make_unique<TextDecoder>(std::string(characterSets.data(), characterSets.size()));
        if (const std::string& term = header.decoder->unsupportedTerm(); !term.empty())
            header.scan.warnings.push_back("Specific Character Set (0008,0005) " + term +
                                           " is not supported; text is taken as UTF-8 or Latin 1");
        return header;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, subject, "while reading the header");
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, subject, exception.what());
    }
}

Result<DicomHeader> openHeader(const std::filesystem::path& file, const DicomLimits& limits)
{
    const Result<ByteSourcePtr> source = openFileSource(file);
    if (!source)
        return tl::unexpected<Error>(source.error());
    return parseHeader(*source, file.string(), limits);
}

} // namespace fedefm::dicom
