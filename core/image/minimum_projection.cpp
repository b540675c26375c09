// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/subtraction.h"

#include <algorithm>

namespace fedefm {

namespace {

template <typename Sample> void keepMinimum(std::uint8_t* into, const Frame& frame)
{
    auto* lowest = reinterpret_cast<Sample*>(into);
    const Sample* values = frame.data<Sample>();
    const std::size_t count = frame.sampleCount();
    for (std::size_t i = 0; i < count; ++i)
        lowest[i] = std::min(lowest[i], values[i]);
}

} // namespace

Status MinimumProjection::add(const Frame& frame)
{
    if (frame.samples() != 1)
        return fail(ErrorCode::InvalidArgument, {}, "colour frames have no minimum");
    if (m_bytes.empty()) {
        m_width = frame.width();
        m_height = frame.height();
        m_type = frame.type();
        m_bytes.assign(frame.bytes(), frame.bytes() + frame.byteCount());
        return {};
    }
    if (frame.width() != m_width || frame.height() != m_height || frame.type() != m_type)
        return fail(ErrorCode::InvalidArgument, {}, "the frame has another size or type than the first");
    switch (m_type) {
    case PixelType::U8:
        keepMinimum<std::uint8_t>(m_bytes.data(), frame);
        break;
    case PixelType::U16:
        keepMinimum<std::uint16_t>(m_bytes.data(), frame);
        break;
    case PixelType::I16:
        keepMinimum<std::int16_t>(m_bytes.data(), frame);
        break;
    }
    return {};
}

FramePtr MinimumProjection::result() const
{
    if (m_bytes.empty())
        return nullptr;
    return std::make_shared<const Frame>(m_width, m_height, 1, m_type, m_bytes);
}

} // namespace fedefm
