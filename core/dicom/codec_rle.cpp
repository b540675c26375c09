// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/codecs_private.h"

#include <algorithm>

namespace fedefm::dicom {

namespace {

constexpr std::size_t kHeaderBytes = 64;

/// Expands one segment (PS3.5 G.3) to every `stride`-th byte from `first`. False when it gives less than
/// `count` bytes.
bool expand(const std::uint8_t* in, const std::uint8_t* end, std::uint8_t* out, std::size_t count,
            std::size_t stride)
{
    std::size_t done = 0;
    while (done < count && in < end) {
        const int control = static_cast<std::int8_t>(*in++);
        if (control >= 0) {
            const std::size_t literal = std::min(
                {static_cast<std::size_t>(control) + 1, static_cast<std::size_t>(end - in), count - done});
            for (std::size_t i = 0; i < literal; ++i)
                out[(done + i) * stride] = in[i];
            in += literal;
            done += literal;
        } else if (control != -128 && in < end) {
            const std::size_t repeat = std::min(static_cast<std::size_t>(1 - control), count - done);
            for (std::size_t i = 0; i < repeat; ++i)
                out[(done + i) * stride] = *in;
            ++in;
            done += repeat;
        }
    }
    return done == count;
}

} // namespace

Result<DecodedSamples> decodeRle(const PixelFormat& format, const Bytes& stream, const std::string& subject)
{
    if (format.bitsAllocated == 1)
        return fail(ErrorCode::UnsupportedPixels, subject, "run-length coded single bits");
    const int width = format.bitsAllocated / 8;
    const auto segments = static_cast<std::uint32_t>(format.samples * width);
    if (stream.size() < kHeaderBytes || u32(stream.data(), false) != segments)
        return fail(ErrorCode::CodecFailed, subject,
                    "RLE header: " + std::to_string(segments) + " segments are expected");
    DecodedSamples samples;
    samples.bytesPerSample = width;
    samples.precision = format.bitsStored;
    samples.shift = format.highBit + 1 - format.bitsStored;
    samples.bytes.resize(static_cast<std::size_t>(format.sampleCount()) * static_cast<std::size_t>(width));
    for (std::uint32_t s = 0; s < segments; ++s) {
        const std::size_t start = u32(stream.data() + 4 + 4 * s, false);
        const std::size_t next = s + 1 < segments ? u32(stream.data() + 8 + 4 * s, false) : stream.size();
        if (start < kHeaderBytes || start > stream.size() || next < start)
            return fail(ErrorCode::CodecFailed, subject, "RLE header: segment offsets are wrong");
        // Segments hold one byte of every sample, the most significant first.
        const std::uint32_t sample = s / static_cast<std::uint32_t>(width);
        const std::uint32_t byte =
            static_cast<std::uint32_t>(width) - 1 - s % static_cast<std::uint32_t>(width);
        std::uint8_t* out = samples.bytes.data() + sample * static_cast<std::uint32_t>(width) + byte;
        if (!expand(stream.data() + start, stream.data() + std::min(next, stream.size()), out,
                    static_cast<std::size_t>(format.pixelCount()), segments))
            return fail(ErrorCode::CodecFailed, subject,
                        "RLE segment " + std::to_string(s + 1) + " ends early");
    }
    return samples;
}

} // namespace fedefm::dicom
