// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_seg_pixels_private.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fedefm {

/// Transfer syntax made for segmentations; DCMTK and the image codecs do not know it.
inline constexpr const char* kDeflatedImageFrame = "1.2.840.10008.1.2.8.1";

/// Syntaxes whose frames are decoded here, at any depth: RLE, Encapsulated Uncompressed, Deflated Image
/// Frame.
bool isSegFragmentSyntax(const std::string& transferSyntaxUid);

/// The bytes of one frame: its packed size, or one byte per pixel. Errors: CodecFailed.
Result<dicom::Bytes> decodeSegFragment(const dicom::Bytes& coded, const std::string& transferSyntaxUid,
                                       const SegLayout& layout, const std::string& subject);

/// Stored bits, bytes or 16-bit words (little endian) to one byte per pixel. Errors: UnsupportedPixels for
/// words beyond 255.
Status spreadSegFrame(const dicom::Bytes& stored, std::size_t firstBit, const SegLayout& layout,
                      const std::string& subject, dicom::Bytes& pixels);

} // namespace fedefm
