// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_writer_stream_private.h"

#include "core/dicom/dicom_header_private.h"
#include "core/dicom/dicom_writer_dataset_private.h"
#include "core/dicom/element_writer_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcdict.h"
#include "dcmtk/dcmdata/dcostrmf.h"
#include "dcmtk/dcmdata/dcuid.h"
#include "dcmtk/dcmdata/dcwcache.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace fedefm::dicom {

namespace {

// The largest even length that is not the code for "undefined".
constexpr std::uint64_t kMaxPixelBytes = 0xFFFFFFFEULL;

Error systemError(const std::string& target, int number)
{
    return {number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull : ErrorCode::WriteFailed, target,
            std::strerror(number)};
}

E_TransferSyntax dcmtkSyntax(Encoding encoding)
{
    if (encoding.bigEndian)
        return EXS_BigEndianExplicit;
    return encoding.explicitVr ? EXS_LittleEndianExplicit : EXS_LittleEndianImplicit;
}

bool writeElements(DcmDataset& dataset, DcmOutputStream& stream, E_TransferSyntax syntax,
                   E_GrpLenEncoding lengths)
{
    DcmWriteCache cache;
    dataset.transferInit();
    const OFCondition written =
        dataset.write(stream, syntax, EET_ExplicitLength, &cache, lengths, EPD_withoutPadding);
    dataset.transferEnd();
    return written.good();
}

/// Preamble, prefix and group 0002. Made here and not by DcmFileFormat, which writes only syntaxes that it
/// knows.
bool writeMeta(DcmDataset& header, DcmOutputStream& stream, const std::string& transferSyntaxUid)
{
    OFString sopClass;
    OFString sopInstance;
    header.findAndGetOFString(DCM_SOPClassUID, sopClass);
    header.findAndGetOFString(DCM_SOPInstanceUID, sopInstance);
    DcmDataset meta;
    const Uint8 version[2] = {0, 1};
    meta.putAndInsertUint8Array(DCM_FileMetaInformationVersion, version, 2);
    put(meta, DCM_MediaStorageSOPClassUID, sopClass.c_str());
    put(meta, DCM_MediaStorageSOPInstanceUID, sopInstance.c_str());
    put(meta, DCM_TransferSyntaxUID, transferSyntaxUid);
    put(meta, DCM_ImplementationClassUID, OFFIS_IMPLEMENTATION_CLASS_UID);
    put(meta, DCM_ImplementationVersionName, OFFIS_DTK_IMPLEMENTATION_VERSION_NAME);
    const Uint32 length = meta.calcElementLength(EXS_LittleEndianExplicit, EET_ExplicitLength);
    meta.putAndInsertUint32(DCM_FileMetaInformationGroupLength, length);

    std::array<char, 132> start{};
    std::memcpy(start.data() + 128, "DICM", 4);
    return stream.write(start.data(), static_cast<offile_off_t>(start.size())) ==
               static_cast<offile_off_t>(start.size()) &&
           writeElements(meta, stream, EXS_LittleEndianExplicit, EGL_noChange);
}

Status writeHeader(const std::filesystem::path& path, const std::string& target, DcmDataset& header,
                   const PixelElement& pixels)
{
    DcmOutputFileStream stream(path.c_str());
    errno = 0;
    const bool done = stream.good() && writeMeta(header, stream, pixels.transferSyntaxUid) &&
                      writeElements(header, stream, dcmtkSyntax(pixels.encoding), EGL_withoutGL);
    stream.flush();
    if (!done || !stream.good())
        return tl::unexpected(systemError(target, errno == 0 ? EIO : errno));
    return {};
}

} // namespace

PixelStreamWriter::PixelStreamWriter(AtomicFile file, Stream stream, std::string target,
                                     std::uint64_t remaining)
    : m_file(std::move(file)), m_stream(std::move(stream)), m_target(std::move(target)),
      m_remaining(remaining), m_isOdd(remaining % 2 != 0)
{
}

Result<PixelStreamWriter> PixelStreamWriter::create(const std::filesystem::path& target, bool overwrite,
                                                    DcmDataset& header, const PixelElement& pixels)
{
    prepareDcmtk();
    // Without it DCMTK knows no VR, and whatever was put into the header is silently not there.
    if (!dcmDataDict.isDictionaryLoaded())
        return fail(ErrorCode::Internal, target.string(), "DCMTK's data dictionary is missing (DCMDICTPATH)");
    const std::uint64_t padded = pixels.bytes + pixels.bytes % 2;
    if (padded > kMaxPixelBytes && !pixels.encapsulated)
        return fail(ErrorCode::TooLarge, target.string(),
                    std::to_string(pixels.bytes) + " bytes of pixel data");
    auto file = AtomicFile::create(target, overwrite ? Overwrite::Yes : Overwrite::No);
    if (!file)
        return tl::unexpected(file.error());
    if (auto written = writeHeader(file->temporaryPath(), target.string(), header, pixels); !written)
        return tl::unexpected(written.error());

    Stream stream(std::fopen(file->temporaryPath().c_str(), "ab"));
    if (!stream)
        return tl::unexpected(systemError(target.string(), errno));
    Bytes start;
    if (pixels.bytes > 0) {
        const auto length = pixels.encapsulated ? kUndefinedLength : static_cast<std::uint32_t>(padded);
        ElementWriter(start).head(kPixelData, pixels.vr, length, pixels.encoding);
    }
    if (std::fwrite(start.data(), 1, start.size(), stream.get()) != start.size())
        return tl::unexpected(systemError(target.string(), errno));
    return PixelStreamWriter(std::move(*file), std::move(stream), target.string(), pixels.bytes);
}

Status PixelStreamWriter::write(const std::uint8_t* bytes, std::size_t count)
{
    if (count > m_remaining)
        return fail(ErrorCode::Internal, m_target, "more pixel data than announced");
    if (std::fwrite(bytes, 1, count, m_stream.get()) != count)
        return tl::unexpected(systemError(m_target, errno));
    m_remaining -= count;
    return {};
}

Status PixelStreamWriter::finish()
{
    if (m_remaining != 0)
        return fail(ErrorCode::Internal, m_target, "less pixel data than announced");
    if (m_isOdd && std::fputc(0, m_stream.get()) == EOF)
        return tl::unexpected(systemError(m_target, errno));
    if (std::fclose(m_stream.release()) != 0)
        return tl::unexpected(systemError(m_target, errno));
    return m_file.commit();
}

} // namespace fedefm::dicom
