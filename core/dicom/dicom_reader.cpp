// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"

#include "core/dicom/jpeg_header_private.h"
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <cctype>
#include <new>

namespace fedefm {

namespace {

using namespace dicom;

class DicomSequence final : public Sequence
{
public:
    DicomSequence(SequenceInfo info, FrameSource frames)
        : m_info(std::move(info)), m_frames(std::move(frames))
    {
    }

    const SequenceInfo& info() const override { return m_info; }

    Result<FramePtr> read(int index) const override
    {
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, m_info.path,
                        "frame " + std::to_string(index + 1) + " of " + std::to_string(m_info.frameCount));
        try {
            Result<DecodedSamples> samples = m_frames.decode(index);
            if (!samples)
                return tl::unexpected<Error>(samples.error());
            return makeFrame(m_frames.format(), std::move(*samples));
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, m_info.path, "frame " + std::to_string(index + 1));
        } catch (const std::exception& exception) {
            return fail(ErrorCode::CodecFailed, m_info.path, exception.what());
        }
    }

private:
    SequenceInfo m_info;
    FrameSource m_frames;
};

/// "BasicTextSRStorage" to "Basic Text SR Storage".
std::string spacedName(const std::string& name)
{
    const auto isUpper = [&](std::size_t i) {
        return std::isupper(static_cast<unsigned char>(name[i])) != 0;
    };
    const auto isLower = [&](std::size_t i) {
        return i < name.size() && std::islower(static_cast<unsigned char>(name[i])) != 0;
    };
    std::string spaced;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (i > 0 && isUpper(i) && (isLower(i - 1) || isLower(i + 1)) && spaced.back() != ' ')
            spaced += ' ';
        spaced += name[i];
    }
    return spaced;
}

/// What an object without an image is, as "Basic Text SR Storage: "; empty when it does not say.
std::string kindOf(const DicomHeader& header)
{
    std::string uid = header.values().raw(DCM_SOPClassUID);
    if (uid.empty() && header.meta) // directories have it there only
        uid = DatasetValues(*header.meta, *header.decoder).raw(DCM_MediaStorageSOPClassUID);
    const char* name = dcmFindNameOfUID(uid.c_str());
    return name ? spacedName(name) + ": " : std::string();
}

Status checkHasPixels(const DicomHeader& header, const std::string& subject)
{
    const TransferSyntax& syntax = header.scan.syntax;
    const PixelData& pixels = header.scan.pixels;
    if (pixels.present && pixels.isFloat)
        return fail(ErrorCode::UnsupportedPixels, subject, "floating-point pixel data");
    if (pixels.present && (pixels.encapsulated || pixels.available > 0))
        return {};
    if (pixels.present)
        return fail(ErrorCode::SizeMismatch, subject,
                    "Pixel Data (7FE0,0010) at offset " + std::to_string(pixels.offset) + " is empty");
    if (syntax.codec == Codec::Unsupported && header.values().has(DCM_PixelDataProviderURL))
        return fail(ErrorCode::UnsupportedSyntax, subject,
                    transferSyntaxName(syntax.uid) + ", " + syntax.uid);
    return fail(ErrorCode::DicomNoPixels, subject, kindOf(header) + "there is no Pixel Data (7FE0,0010)");
}

void describePixels(const FrameSource& frames, const TransferSyntax& syntax, SequenceInfo& info)
{
    const PixelFormat& format = frames.format();
    info.kind = "DICOM";
    info.transferSyntaxUid = syntax.uid;
    info.transferSyntaxName = transferSyntaxName(syntax.uid);
    info.width = format.columns;
    info.height = format.rows;
    info.frameCount = format.frames;
    info.samples = format.samples;
    info.bitsAllocated = format.bitsAllocated;
    info.bitsStored = format.bitsStored;
    info.isSigned = format.isSigned;
    info.pixelType = format.type();
    info.photometric = format.photometric;
    info.colorModel = format.colorModel();
    if (syntax.codec != Codec::Jpeg || format.samples != 3)
        return;
    // Many JPEG files are labelled with the colour model of another step; the stream itself knows better.
    const Result<Bytes> first = frames.compressedFrame(0);
    const auto jpeg = first ? readJpegHeader(*first) : std::nullopt;
    const auto actual = jpeg ? jpeg->colorModel() : std::nullopt;
    if (actual && *actual != info.colorModel) {
        info.warnings.push_back("the JPEG stream is not " + format.photometric + " as the header says");
        info.colorModel = *actual;
    }
}

Result<SequencePtr> openHeaderAsImage(const DicomHeader& header, const std::string& subject,
                                      const DicomLimits& limits)
{
    if (Status status = checkHasPixels(header, subject); !status)
        return tl::unexpected<Error>(status.error());
    if (header.scan.syntax.codec == Codec::Unsupported)
        return fail(ErrorCode::UnsupportedSyntax, subject,
                    transferSyntaxName(header.scan.syntax.uid) + ", " + header.scan.syntax.uid);
    SequenceInfo info;
    info.path = subject;
    info.warnings = header.scan.warnings;
    const DatasetValues values = header.values();
    const Result<PixelFormat> format = readPixelFormat(values, subject, limits, info.warnings);
    if (!format)
        return tl::unexpected<Error>(format.error());
    Result<FrameSource> frames = FrameSource::create(header.scan, *format, subject, info.warnings);
    if (!frames)
        return tl::unexpected<Error>(frames.error());
    describePixels(*frames, header.scan.syntax, info);
    info.lossy = header.scan.syntax.lossy || values.code(DCM_LossyImageCompression) == "01";
    const HeaderContext context{values, FunctionalGroups(values), frames->format()};
    readIdentity(context, info);
    readGrey(context, info);
    readPalette(context, info);
    readCine(context, info);
    readMaskSubtraction(context, info);
    readGeometry(context, info);
    readShutter(context, info);
    readOverlays(context, *frames, info);
    if (info.colorModel == ColorModel::Palette && !info.palette)
        info.colorModel = ColorModel::Grey;
    return std::make_shared<const DicomSequence>(std::move(info), std::move(*frames));
}

} // namespace

bool looksLikeDicom(const std::filesystem::path& file)
{
    const Result<ByteSourcePtr> source = openFileSource(file);
    return source && startsLikeDicom(**source);
}

Result<SequencePtr> openDicom(const std::filesystem::path& file, const DicomLimits& limits)
{
    const std::string subject = file.string();
    const Result<DicomHeader> header = openHeader(file, limits);
    if (!header)
        return tl::unexpected<Error>(header.error());
    try {
        return openHeaderAsImage(*header, subject, limits);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, subject, "while opening the image");
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, subject, exception.what());
    }
}

} // namespace fedefm
