// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/codecs_private.h"

namespace fedefm::dicom {

/// Where the bytes of each frame are, and how they become samples. Immutable; any thread may decode.
class FrameSource
{
public:
    /// Errors: SizeMismatch when frames are not there, DicomMalformed, UnsupportedSyntax.
    static Result<FrameSource> create(const DicomScan& scan, const PixelFormat& format,
                                      const std::string& subject, std::vector<std::string>& warnings);

    Result<DecodedSamples> decode(int frame) const;
    /// The stored bytes of an encapsulated frame. Errors: SizeMismatch, FileUnreadable.
    Result<Bytes> compressedFrame(int frame) const;
    const PixelFormat& format() const { return m_format; }
    bool isRaw() const { return m_syntax.codec == Codec::Raw; }

private:
    struct Span
    {
        std::size_t first;
        std::size_t count;
    };

    FrameSource(const DicomScan& scan, PixelFormat format, std::string subject);
    Status placeRaw();
    Status placeFragments(std::vector<std::string>& warnings);
    bool placeByOffsets();
    bool placeByStreamStarts();
    bool startsStream(const Fragment& fragment) const;
    Result<DecodedSamples> decodeRawFrame(int frame) const;

    ByteSourcePtr m_source;
    TransferSyntax m_syntax;
    PixelData m_pixels;
    PixelFormat m_format;
    std::string m_subject;
    bool m_bigEndian = false;
    std::vector<Span> m_spans; ///< of fragments, one per frame
};

} // namespace fedefm::dicom
