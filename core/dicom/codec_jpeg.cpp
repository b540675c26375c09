// SPDX-License-Identifier: GPL-3.0-or-later
#include "dcmtk/config/osconfig.h"

#include "core/dicom/codec_jpeg8_private.h"
#include "core/dicom/codecs_private.h"
#include "core/dicom/jpeg_header_private.h"

#include "dcmtk/dcmjpeg/djcparam.h"
#include "dcmtk/dcmjpeg/djdijg12.h"
#include "dcmtk/dcmjpeg/djdijg16.h"
#include "dcmtk/dcmjpeg/djdijg8.h"

#include <limits>
#include <memory>

namespace fedefm::dicom {

namespace {

/// Progressive and multi-scan decoding keeps coefficients of the whole picture and passes over it once per
/// scan.
constexpr std::uint64_t kMaxSamples = 128ULL << 20;
constexpr std::uint64_t kMaxScanSamples = 512ULL << 20;

std::unique_ptr<DJDecoder> dcmtkDecoder(int precision, const DJCodecParameter& parameter)
{
    if (precision <= 8)
        return std::make_unique<DJDecompressIJG8Bit>(parameter, OFFalse);
    if (precision <= 12)
        return std::make_unique<DJDecompressIJG12Bit>(parameter, OFFalse);
    return std::make_unique<DJDecompressIJG16Bit>(parameter, OFFalse);
}

std::string decodeByDcmtk(const Bytes& stream, int precision, Bytes& out)
{
    if (stream.size() > std::numeric_limits<Uint32>::max() || out.size() > std::numeric_limits<Uint32>::max())
        return "frame of more than 4 GB";
    const DJCodecParameter parameter(ECC_lossyYCbCr, EDC_never, EUC_never, EPC_default);
    const std::unique_ptr<DJDecoder> decoder = dcmtkDecoder(precision, parameter);
    OFCondition condition = decoder->init();
    if (condition.good())
        condition = decoder->decode(const_cast<Uint8*>(stream.data()), static_cast<Uint32>(stream.size()),
                                    out.data(), static_cast<Uint32>(out.size()), OFFalse);
    return condition.good() ? std::string() : std::string(condition.text());
}

Status check(const PixelFormat& format, const JpegHeader& header, const std::string& subject)
{
    if (header.rows != format.rows || header.columns != format.columns || header.components != format.samples)
        return fail(ErrorCode::CodecFailed, subject,
                    "JPEG stream of " + std::to_string(header.columns) + " x " + std::to_string(header.rows) +
                        " x " + std::to_string(header.components) + " does not fit the header");
    if (header.process > 3)
        return fail(ErrorCode::CodecFailed, subject, "JPEG process SOF" + std::to_string(header.process));
    const int most = format.bitsAllocated <= 8 ? 8 : 16;
    const bool fitsProcess = header.isLossless() || header.precision == 8 || header.precision == 12;
    if (header.precision < 2 || header.precision > most || !fitsProcess)
        return fail(ErrorCode::CodecFailed, subject,
                    "JPEG precision of " + std::to_string(header.precision) +
                        " bits does not fit the header");
    if (format.sampleCount() > kMaxSamples ||
        format.sampleCount() * std::uint64_t(header.scans) > kMaxScanSamples + format.sampleCount() * 4)
        return fail(ErrorCode::TooLarge, subject, "JPEG frame of too many samples or scans");
    return {};
}

} // namespace

Result<DecodedSamples> decodeJpeg(const PixelFormat& format, const Bytes& stream, const std::string& subject)
{
    const auto header = readJpegHeader(stream);
    if (!header)
        return fail(ErrorCode::CodecFailed, subject, "there is no JPEG frame header");
    if (Status status = check(format, *header, subject); !status)
        return tl::unexpected<Error>(status.error());
    DecodedSamples samples;
    samples.precision = header->precision;
    samples.bytesPerSample = header->precision > 8 ? 2 : 1;
    // Writers put sign-extended words into 16-bit streams; the header then says where the sign is.
    if (format.isSigned && format.bitsStored < samples.precision)
        samples.precision = format.bitsStored;
    samples.bytes.resize(static_cast<std::size_t>(format.sampleCount()) *
                         static_cast<std::size_t>(samples.bytesPerSample));
    const std::string message =
        header->precision == 8 && !header->isLossless()
            ? decodeJpeg8(stream, format.rows, format.columns, format.samples, samples.bytes)
            : decodeByDcmtk(stream, header->precision, samples.bytes);
    if (!message.empty())
        return fail(ErrorCode::CodecFailed, subject, "JPEG: " + message);
    return samples;
}

} // namespace fedefm::dicom
