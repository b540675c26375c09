// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/pixel_format_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <cstring>

namespace fedefm::dicom {

namespace {

constexpr int kMaxSide = 65535;
constexpr int kMaxFrames = 1'000'000;

std::string tagText(const DcmTagKey& tag)
{
    const OFString text = tag.toString();
    return {text.data(), text.size()};
}

/// A count that must be there, from 1 to `maximum`.
Result<int> requiredSize(const DatasetValues& values, const DcmTagKey& tag, const char* name, int maximum,
                         const std::string& subject)
{
    const auto value = values.integer(tag);
    if (!value)
        return fail(ErrorCode::DicomMalformed, subject,
                    std::string(name) + " " + tagText(tag) + " is missing or unreadable");
    if (*value < 1 || *value > maximum)
        return fail(ErrorCode::DicomMalformed, subject,
                    std::string(name) + " " + tagText(tag) + " is " + std::to_string(*value));
    return *value;
}

Result<int> frameCount(const DatasetValues& values, const std::string& subject,
                       std::vector<std::string>& warnings)
{
    if (!values.has(DCM_NumberOfFrames))
        return 1;
    const auto value = values.integer(DCM_NumberOfFrames);
    if (!value || *value < 0 || *value > kMaxFrames)
        return fail(ErrorCode::DicomMalformed, subject,
                    "Number of Frames (0028,0008) is unreadable or out of range");
    if (*value == 0) {
        warnings.emplace_back("Number of Frames (0028,0008) is 0; taken as 1");
        return 1;
    }
    return *value;
}

Status checkColour(PixelFormat& format, const std::string& subject, std::vector<std::string>& warnings)
{
    if (format.photometric.empty()) {
        warnings.emplace_back("Photometric Interpretation (0028,0004) is missing");
        format.photometric = format.samples == 3 ? "RGB" : "MONOCHROME2";
    }
    const bool isColour =
        format.colorModel() == ColorModel::Rgb || format.colorModel() == ColorModel::YbrFull;
    if (format.samples != 1 && format.samples != 3)
        return fail(ErrorCode::UnsupportedPixels, subject,
                    "Samples per Pixel (0028,0002) is " + std::to_string(format.samples));
    if (isColour != (format.samples == 3))
        return fail(ErrorCode::DicomMalformed, subject,
                    "Photometric Interpretation (0028,0004) " + format.photometric + " does not go with " +
                        std::to_string(format.samples) + " samples per pixel");
    return {};
}

Status readBits(const DatasetValues& values, PixelFormat& format, const std::string& subject,
                std::vector<std::string>& warnings)
{
    const Result<int> allocated = requiredSize(values, DCM_BitsAllocated, "Bits Allocated", 65535, subject);
    if (!allocated)
        return tl::unexpected<Error>(allocated.error());
    format.bitsAllocated = *allocated;
    if (*allocated != 1 && *allocated != 8 && *allocated != 16)
        return fail(ErrorCode::UnsupportedPixels, subject,
                    "Bits Allocated (0028,0100) is " + std::to_string(*allocated));
    format.bitsStored = values.integer(DCM_BitsStored).value_or(*allocated);
    if (format.bitsStored < 1 || format.bitsStored > *allocated) {
        warnings.push_back("Bits Stored (0028,0101) is " + std::to_string(format.bitsStored) + "; taken as " +
                           std::to_string(*allocated));
        format.bitsStored = *allocated;
    }
    format.highBit = values.integer(DCM_HighBit).value_or(format.bitsStored - 1);
    if (format.highBit < format.bitsStored - 1 || format.highBit >= *allocated) {
        warnings.push_back("High Bit (0028,0102) is " + std::to_string(format.highBit) + "; taken as " +
                           std::to_string(format.bitsStored - 1));
        format.highBit = format.bitsStored - 1;
    }
    format.isSigned = *allocated > 1 && values.integer(DCM_PixelRepresentation).value_or(0) == 1;
    return {};
}

template <typename Wide> void extract(const DecodedSamples& samples, bool isSigned, Bytes& out)
{
    const std::size_t count = out.size() / sizeof(Wide);
    const int bits = samples.precision;
    const std::uint32_t mask = bits >= 16 ? 0xFFFFU : (1U << bits) - 1U;
    const std::uint32_t sign = 1U << (bits - 1);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t raw = samples.bytes[i];
        if (samples.bytesPerSample == 2) {
            std::uint16_t word = 0;
            std::memcpy(&word, samples.bytes.data() + 2 * i, 2);
            raw = word;
        }
        raw = (raw >> samples.shift) & mask;
        if (isSigned && (raw & sign) != 0)
            raw |= ~mask;
        const auto value = static_cast<Wide>(raw);
        std::memcpy(out.data() + i * sizeof(Wide), &value, sizeof(Wide));
    }
}

} // namespace

bool PixelFormat::isSubsampled() const
{
    return samples == 3 && (photometric == "YBR_FULL_422" || photometric == "YBR_PARTIAL_422");
}

PixelType PixelFormat::type() const
{
    if (isSigned)
        return PixelType::I16;
    return bitsAllocated <= 8 ? PixelType::U8 : PixelType::U16;
}

ColorModel PixelFormat::colorModel() const
{
    if (photometric == "PALETTE COLOR")
        return ColorModel::Palette;
    // The decoder of JPEG 2000 undoes the reversible and irreversible transforms.
    if (photometric == "RGB" || photometric == "YBR_RCT" || photometric == "YBR_ICT")
        return ColorModel::Rgb;
    if (photometric.rfind("YBR", 0) == 0)
        return ColorModel::YbrFull;
    return ColorModel::Grey;
}

Result<PixelFormat> readPixelFormat(const DatasetValues& values, const std::string& subject,
                                    const DicomLimits& limits, std::vector<std::string>& warnings)
{
    PixelFormat format;
    const Result<int> rows = requiredSize(values, DCM_Rows, "Rows", kMaxSide, subject);
    if (!rows)
        return tl::unexpected<Error>(rows.error());
    const Result<int> columns = requiredSize(values, DCM_Columns, "Columns", kMaxSide, subject);
    if (!columns)
        return tl::unexpected<Error>(columns.error());
    const Result<int> frames = frameCount(values, subject, warnings);
    if (!frames)
        return tl::unexpected<Error>(frames.error());
    format.rows = *rows;
    format.columns = *columns;
    format.frames = *frames;
    format.samples = values.integer(DCM_SamplesPerPixel).value_or(1);
    format.isPlanar = values.integer(DCM_PlanarConfiguration).value_or(0) == 1;
    format.photometric = values.raw(DCM_PhotometricInterpretation);
    if (Status status = checkColour(format, subject, warnings); !status)
        return tl::unexpected<Error>(status.error());
    if (Status status = readBits(values, format, subject, warnings); !status)
        return tl::unexpected<Error>(status.error());
    // The display takes the upper byte of colour words, so only full ones look right.
    const bool isShownColour =
        format.bitsAllocated == 8 || (format.photometric == "RGB" && format.bitsStored == 16);
    if (format.samples == 3 && (!isShownColour || format.isSigned))
        return fail(ErrorCode::UnsupportedPixels, subject,
                    format.photometric + " with " + std::to_string(format.bitsStored) + " of " +
                        std::to_string(format.bitsAllocated) + (format.isSigned ? " signed" : "") + " bits");
    const std::uint64_t frameBytes = format.sampleCount() * std::uint64_t(bytesPerSample(format.type()));
    if (frameBytes > static_cast<std::uint64_t>(limits.maxFrameBytes))
        return fail(ErrorCode::TooLarge, subject,
                    std::to_string(format.rows) + " rows (0028,0010) of " + std::to_string(format.columns) +
                        " columns (0028,0011) need " + std::to_string(frameBytes) + " bytes per frame");
    return format;
}

FramePtr makeFrame(const PixelFormat& format, DecodedSamples samples)
{
    const PixelType type = format.type();
    const int wanted = bytesPerSample(type);
    const int bits = 8 * samples.bytesPerSample;
    const bool isWhole = samples.precision >= bits || (samples.isSignExtended && format.isSigned);
    Bytes bytes;
    if (wanted == samples.bytesPerSample && isWhole && samples.shift == 0) {
        bytes = std::move(samples.bytes);
    } else {
        bytes.resize(static_cast<std::size_t>(format.sampleCount()) * static_cast<std::size_t>(wanted));
        if (wanted == 1)
            extract<std::uint8_t>(samples, format.isSigned, bytes);
        else
            extract<std::uint16_t>(samples, format.isSigned, bytes);
    }
    return std::make_shared<const Frame>(format.columns, format.rows, format.samples, type, std::move(bytes));
}

} // namespace fedefm::dicom
