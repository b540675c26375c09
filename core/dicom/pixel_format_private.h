// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_header_private.h"
#include "core/image/frame.h"
#include "core/image/sequence.h"

namespace fedefm::dicom {

/// The image pixel module (PS3.3 C.7.6.3), checked.
struct PixelFormat
{
    int rows = 0;
    int columns = 0;
    int frames = 1;
    int samples = 1;
    int bitsAllocated = 8; ///< 1, 8 or 16
    int bitsStored = 8;
    int highBit = 7;
    bool isSigned = false;
    bool isPlanar = false;
    std::string photometric;

    std::uint64_t pixelCount() const { return std::uint64_t(rows) * std::uint64_t(columns); }
    std::uint64_t sampleCount() const { return pixelCount() * std::uint64_t(samples); }
    bool isSubsampled() const; ///< YBR_FULL_422 and YBR_PARTIAL_422: two luma values share their chroma
    PixelType type() const;
    ColorModel colorModel() const;
};

/// Errors: DicomMalformed naming the tag, UnsupportedPixels, TooLarge.
Result<PixelFormat> readPixelFormat(const DatasetValues& values, const std::string& subject,
                                    const DicomLimits& limits, std::vector<std::string>& warnings);

/// What a codec gives: samples interleaved, native byte order, `bytesPerSample` 1 or 2.
struct DecodedSamples
{
    Bytes bytes;
    int bytesPerSample = 1;
    int precision = 8;           ///< bits that carry the value
    int shift = 0;               ///< bits below the value
    bool isSignExtended = false; ///< negative values are already two's complement of the whole sample
};

/// Stored values as the header types them.
FramePtr makeFrame(const PixelFormat& format, DecodedSamples samples);

} // namespace fedefm::dicom
