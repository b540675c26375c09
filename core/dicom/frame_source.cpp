// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/frame_source_private.h"

#include <algorithm>

namespace fedefm::dicom {

FrameSource::FrameSource(const DicomScan& scan, PixelFormat format, std::string subject)
    : m_source(scan.source), m_syntax(scan.syntax), m_pixels(scan.pixels), m_format(std::move(format)),
      m_subject(std::move(subject)), m_bigEndian(scan.encoding.bigEndian || scan.syntax.bigEndianPixels)
{
}

Result<FrameSource> FrameSource::create(const DicomScan& scan, const PixelFormat& format,
                                        const std::string& subject, std::vector<std::string>& warnings)
{
    FrameSource source(scan, format, subject);
    if (scan.syntax.codec == Codec::Unsupported)
        return fail(ErrorCode::UnsupportedSyntax, subject,
                    transferSyntaxName(scan.syntax.uid) + ", " + scan.syntax.uid);
    if (scan.syntax.isEncapsulated() != scan.pixels.encapsulated)
        return fail(ErrorCode::DicomMalformed, subject,
                    std::string("Pixel Data (7FE0,0010) is ") + (scan.pixels.encapsulated ? "" : "not ") +
                        "encapsulated, against its transfer syntax " + scan.syntax.uid);
    if (Status placed = source.isRaw() ? source.placeRaw() : source.placeFragments(warnings); !placed)
        return tl::unexpected<Error>(placed.error());
    return source;
}

Status FrameSource::placeRaw()
{
    const std::uint64_t frames = static_cast<std::uint64_t>(m_format.frames);
    if (m_format.isSubsampled() && m_pixels.available >= m_format.sampleCount() * frames) {
        // Declared as 4:2:2 but stored in full, which the length shows.
        m_format.photometric = m_format.photometric == "YBR_FULL_422" ? "YBR_FULL" : "YBR_PARTIAL";
    }
    const std::uint64_t needed = (rawFrameBits(m_format) * frames + 7) / 8;
    if (needed > m_pixels.available)
        return fail(ErrorCode::SizeMismatch, m_subject,
                    "Pixel Data (7FE0,0010): " + std::to_string(m_format.frames) + " frames of " +
                        std::to_string(m_format.rows) + " x " + std::to_string(m_format.columns) + " need " +
                        std::to_string(needed) + " bytes, the file has " +
                        std::to_string(m_pixels.available) + " at offset " + std::to_string(m_pixels.offset));
    return {};
}

Status FrameSource::placeFragments(std::vector<std::string>& warnings)
{
    const auto frames = static_cast<std::size_t>(m_format.frames);
    const std::size_t fragments = m_pixels.fragments.size();
    if (fragments < frames || fragments == 0)
        return fail(ErrorCode::SizeMismatch, m_subject,
                    "Pixel Data (7FE0,0010): " + std::to_string(frames) + " frames promised, " +
                        std::to_string(fragments) + " fragments found");
    if (placeByOffsets()) {
    } else if (frames == 1) {
        m_spans = {{0, fragments}};
    } else if (fragments == frames || m_syntax.codec == Codec::Rle ||
               m_syntax.codec == Codec::EncapsulatedRaw) {
        for (std::size_t i = 0; i < frames; ++i)
            m_spans.push_back({i, 1});
        if (fragments > frames)
            warnings.emplace_back("more fragments than frames");
    } else if (!placeByStreamStarts()) {
        return fail(ErrorCode::SizeMismatch, m_subject,
                    "Pixel Data (7FE0,0010): " + std::to_string(fragments) + " fragments do not make " +
                        std::to_string(frames) + " frames");
    }
    const Span last = m_spans.back();
    if (m_pixels.truncated && last.first + last.count == fragments)
        return fail(ErrorCode::SizeMismatch, m_subject,
                    "Pixel Data (7FE0,0010): the fragment at offset " +
                        std::to_string(m_pixels.fragments.back().itemOffset) +
                        " runs beyond the end of the file");
    return {};
}

bool FrameSource::placeByOffsets()
{
    const auto frames = static_cast<std::size_t>(m_format.frames);
    if (m_pixels.frameOffsets.size() != frames || frames == 1)
        return false;
    const std::vector<Fragment>& fragments = m_pixels.fragments;
    const std::uint64_t base = fragments.front().itemOffset;
    std::vector<std::size_t> starts;
    for (const std::uint64_t offset : m_pixels.frameOffsets) {
        const auto found = std::lower_bound(
            fragments.begin(), fragments.end(), base + offset,
            [](const Fragment& fragment, std::uint64_t at) { return fragment.itemOffset < at; });
        if (found == fragments.end() || found->itemOffset != base + offset)
            return false;
        const auto index = static_cast<std::size_t>(found - fragments.begin());
        if (!starts.empty() && index <= starts.back())
            return false;
        starts.push_back(index);
    }
    starts.push_back(fragments.size());
    for (std::size_t i = 0; i < frames; ++i)
        m_spans.push_back({starts[i], starts[i + 1] - starts[i]});
    return true;
}

bool FrameSource::startsStream(const Fragment& fragment) const
{
    std::uint8_t bytes[4] = {};
    if (fragment.length < 4 || !m_source->read(fragment.offset, bytes, 4))
        return false;
    const std::uint32_t magic = u32(bytes, true);
    return (magic & 0xFFFFFF00) == 0xFFD8FF00 || magic == 0xFF4FFF51 || magic == 0x0000000C;
}

bool FrameSource::placeByStreamStarts()
{
    const auto frames = static_cast<std::size_t>(m_format.frames);
    for (std::size_t i = 0; i < m_pixels.fragments.size(); ++i) {
        if (startsStream(m_pixels.fragments[i])) {
            if (m_spans.size() == frames)
                break;
            m_spans.push_back({i, 1});
        } else if (m_spans.empty()) {
            return false;
        } else {
            ++m_spans.back().count;
        }
    }
    return m_spans.size() == frames;
}

Result<Bytes> FrameSource::compressedFrame(int frame) const
{
    const Span span = m_spans[static_cast<std::size_t>(frame)];
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < span.count; ++i)
        size += m_pixels.fragments[span.first + i].length;
    Bytes bytes(static_cast<std::size_t>(size));
    std::size_t filled = 0;
    for (std::size_t i = 0; i < span.count; ++i) {
        const Fragment& fragment = m_pixels.fragments[span.first + i];
        if (!m_source->read(fragment.offset, bytes.data() + filled,
                            static_cast<std::size_t>(fragment.length)))
            return fail(ErrorCode::FileUnreadable, m_subject,
                        "frame " + std::to_string(frame + 1) + " at offset " +
                            std::to_string(fragment.offset));
        filled += static_cast<std::size_t>(fragment.length);
    }
    return bytes;
}

Result<DecodedSamples> FrameSource::decodeRawFrame(int frame) const
{
    const std::uint64_t bits = rawFrameBits(m_format);
    const std::uint64_t firstBit = bits * static_cast<std::uint64_t>(frame);
    // OW words of 8-bit samples are swapped in big-endian files; words are read whole for that.
    const bool isSwapped = m_bigEndian && m_format.bitsAllocated <= 8 && m_pixels.vr == "OW";
    const std::uint64_t first = firstBit / 8 & (isSwapped ? ~std::uint64_t(1) : ~std::uint64_t(0));
    std::uint64_t end = (firstBit + bits + 7) / 8;
    if (isSwapped)
        end = std::min((end + 1) / 2 * 2, m_pixels.available);
    Bytes bytes(static_cast<std::size_t>(end - first));
    if (!m_source->read(m_pixels.offset + first, bytes.data(), bytes.size()))
        return fail(ErrorCode::FileUnreadable, m_subject,
                    "frame " + std::to_string(frame + 1) + " at offset " +
                        std::to_string(m_pixels.offset + first));
    if (isSwapped)
        for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
            std::swap(bytes[i], bytes[i + 1]);
    if (firstBit / 8 != first)
        bytes.erase(bytes.begin());
    return decodeRaw(m_format, std::move(bytes), static_cast<int>(firstBit % 8), m_bigEndian, m_subject);
}

Result<DecodedSamples> FrameSource::decode(int frame) const
{
    if (isRaw())
        return decodeRawFrame(frame);
    Result<Bytes> stream = compressedFrame(frame);
    if (!stream)
        return tl::unexpected<Error>(stream.error());
    const std::string subject = m_subject;
    Result<DecodedSamples> samples = fail(ErrorCode::UnsupportedSyntax, subject, m_syntax.uid);
    switch (m_syntax.codec) {
    case Codec::EncapsulatedRaw:
        samples = decodeRaw(m_format, std::move(*stream), 0, false, subject);
        break;
    case Codec::Rle:
        samples = decodeRle(m_format, *stream, subject);
        break;
    case Codec::Jpeg:
        samples = decodeJpeg(m_format, *stream, subject);
        break;
    case Codec::JpegLs:
        samples = decodeJpegLs(m_format, *stream, subject);
        break;
    case Codec::Jpeg2000:
        samples = decodeJpeg2000(m_format, *stream, subject);
        break;
    case Codec::Raw:
    case Codec::Unsupported:
        break;
    }
    if (!samples)
        samples.error().detail = "frame " + std::to_string(frame + 1) + ": " + samples.error().detail;
    return samples;
}

} // namespace fedefm::dicom
