// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/codecs_private.h"

#include <cstring>
#include <utility>

namespace fedefm::dicom {

namespace {

/// Y1 Y2 Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2) to one triple per pixel.
Bytes upsampled(const PixelFormat& format, const Bytes& stream)
{
    Bytes out(static_cast<std::size_t>(format.sampleCount()));
    const auto pixels = static_cast<std::size_t>(format.pixelCount());
    for (std::size_t i = 0; i < pixels; ++i) {
        const std::size_t group = i / 2 * 4;
        out[3 * i] = stream[group + i % 2];
        out[3 * i + 1] = stream[group + 2];
        out[3 * i + 2] = stream[group + 3];
    }
    return out;
}

Bytes interleaved(const PixelFormat& format, const Bytes& planes)
{
    Bytes out(planes.size());
    const auto pixels = static_cast<std::size_t>(format.pixelCount());
    const auto samples = static_cast<std::size_t>(format.samples);
    const auto width = static_cast<std::size_t>(format.bitsAllocated / 8);
    for (std::size_t s = 0; s < samples; ++s)
        for (std::size_t i = 0; i < pixels; ++i)
            std::memcpy(out.data() + (i * samples + s) * width, planes.data() + (s * pixels + i) * width,
                        width);
    return out;
}

/// Single bits, the first pixel in the lowest bit (PS3.5 8.1.1).
Bytes unpacked(const PixelFormat& format, const Bytes& stream, int skipBits)
{
    Bytes out(static_cast<std::size_t>(format.sampleCount()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t bit = i + static_cast<std::size_t>(skipBits);
        out[i] = stream[bit / 8] >> bit % 8 & 1U;
    }
    return out;
}

} // namespace

std::uint64_t rawFrameBits(const PixelFormat& format)
{
    if (format.isSubsampled())
        return (format.pixelCount() + 1) / 2 * 32;
    return format.sampleCount() * std::uint64_t(format.bitsAllocated);
}

Result<DecodedSamples> decodeRaw(const PixelFormat& format, Bytes stream, int skipBits, bool bigEndian,
                                 const std::string& subject)
{
    const std::uint64_t needed = (rawFrameBits(format) + std::uint64_t(skipBits) + 7) / 8;
    if (stream.size() < needed)
        return fail(ErrorCode::SizeMismatch, subject,
                    "a frame needs " + std::to_string(needed) + " bytes and has " +
                        std::to_string(stream.size()));
    stream.resize(static_cast<std::size_t>(needed));
    DecodedSamples samples;
    samples.precision = format.bitsStored;
    samples.shift = format.highBit + 1 - format.bitsStored;
    if (format.bitsAllocated == 1) {
        samples.bytes = unpacked(format, stream, skipBits);
        samples.precision = 8;
        samples.shift = 0;
    } else if (format.isSubsampled()) {
        samples.bytes = upsampled(format, stream);
    } else if (format.samples > 1 && format.isPlanar) {
        samples.bytes = interleaved(format, stream);
    } else {
        samples.bytes = std::move(stream);
    }
    if (format.bitsAllocated == 16) {
        samples.bytesPerSample = 2;
        if (bigEndian)
            for (std::size_t i = 0; i + 1 < samples.bytes.size(); i += 2)
                std::swap(samples.bytes[i], samples.bytes[i + 1]);
    }
    return samples;
}

} // namespace fedefm::dicom
