// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/grey_pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fedefm {

namespace {

std::uint8_t toByte(double value)
{
    return static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

/// PS3.3 C.7.6.3.1.2, YBR_FULL.
void ybrToRgb(std::uint8_t* pixel)
{
    const double y = pixel[0];
    const double cb = pixel[1] - 128.0;
    const double cr = pixel[2] - 128.0;
    pixel[0] = toByte(y + 1.402 * cr);
    pixel[1] = toByte(y - 0.344136 * cb - 0.714136 * cr);
    pixel[2] = toByte(y + 1.772 * cb);
}

std::uint8_t eightBits(const Frame& frame, std::size_t index)
{
    switch (frame.type()) {
    case PixelType::U8:
        return frame.bytes()[index];
    case PixelType::U16:
        return static_cast<std::uint8_t>(frame.data<std::uint16_t>()[index] >> 8);
    case PixelType::I16:
        break;
    }
    return static_cast<std::uint8_t>((frame.data<std::int16_t>()[index] + 32768) >> 8);
}

long long storedAt(const Frame& frame, std::size_t index)
{
    switch (frame.type()) {
    case PixelType::U8:
        return frame.bytes()[index];
    case PixelType::U16:
        return frame.data<std::uint16_t>()[index];
    case PixelType::I16:
        break;
    }
    return frame.data<std::int16_t>()[index];
}

} // namespace

void colorToRgb(const Frame& frame, bool isYbrFull, std::uint8_t* out)
{
    const std::size_t pixels = static_cast<std::size_t>(frame.width()) * frame.height();
    if (frame.samples() != 3) {
        for (std::size_t i = 0; i < pixels; ++i)
            std::fill_n(out + 3 * i, 3, eightBits(frame, i * frame.samples()));
        return;
    }
    if (frame.type() == PixelType::U8) {
        std::memcpy(out, frame.bytes(), pixels * 3);
    } else {
        for (std::size_t i = 0; i < pixels * 3; ++i)
            out[i] = eightBits(frame, i);
    }
    if (isYbrFull)
        for (std::size_t i = 0; i < pixels; ++i)
            ybrToRgb(out + 3 * i);
}

void paletteToRgb(const Frame& frame, const Palette& palette, std::uint8_t* out)
{
    const std::size_t pixels = static_cast<std::size_t>(frame.width()) * frame.height();
    if (palette.entries.empty()) {
        std::fill_n(out, pixels * 3, std::uint8_t{0});
        return;
    }
    const long long last = static_cast<long long>(palette.entries.size()) - 1;
    for (std::size_t i = 0; i < pixels; ++i) {
        const long long index =
            std::clamp(storedAt(frame, i * frame.samples()) - palette.firstMapped, 0LL, last);
        std::memcpy(out + 3 * i, palette.entries[static_cast<std::size_t>(index)].data(), 3);
    }
}

} // namespace fedefm
