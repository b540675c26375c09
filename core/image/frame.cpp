// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/frame.h"

#include <cassert>
#include <cstring>
#include <utility>

namespace fedefm {

Frame::Frame(int widthPx, int heightPx, int samples, PixelType type, std::vector<std::uint8_t> bytes)
    : m_width(widthPx), m_height(heightPx), m_samples(samples), m_type(type), m_bytes(std::move(bytes))
{
    assert(m_bytes.size() == sampleCount() * bytesPerSample(type));
}

int Frame::valueAt(int x, int y, int s) const
{
    const std::size_t index = (static_cast<std::size_t>(y) * m_width + x) * m_samples + s;
    switch (m_type) {
    case PixelType::U8:
        return m_bytes[index];
    case PixelType::U16:
        return data<std::uint16_t>()[index];
    case PixelType::I16:
        return data<std::int16_t>()[index];
    }
    return 0;
}

} // namespace fedefm
