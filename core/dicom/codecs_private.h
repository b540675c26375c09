// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/pixel_format_private.h"

namespace fedefm::dicom {

// One function per codec: the bytes of one frame to samples. Each checks the size that the stream itself
// states against the header before it decodes. `subject` names the file in errors. Errors: CodecFailed,
// UnsupportedPixels.

/// Uncompressed; `stream` begins `skipBits` (0…7) before the frame when single bits are packed across frames.
Result<DecodedSamples> decodeRaw(const PixelFormat& format, Bytes stream, int skipBits, bool bigEndian,
                                 const std::string& subject);
/// Bits of one uncompressed frame.
std::uint64_t rawFrameBits(const PixelFormat& format);

Result<DecodedSamples> decodeRle(const PixelFormat& format, const Bytes& stream, const std::string& subject);

/// All JPEG processes (PS3.5 8.2.1); the stream itself says which.
Result<DecodedSamples> decodeJpeg(const PixelFormat& format, const Bytes& stream, const std::string& subject);

Result<DecodedSamples> decodeJpegLs(const PixelFormat& format, const Bytes& stream,
                                    const std::string& subject);

Result<DecodedSamples> decodeJpeg2000(const PixelFormat& format, const Bytes& stream,
                                      const std::string& subject);

} // namespace fedefm::dicom
