// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <cstring>
#include <functional>

namespace fedefm::test {

/// A grey sequence whose pixels are a function of (x, y, frame).
class FakeSequence final : public Sequence
{
public:
    using Pixel = std::function<int(int x, int y, int frame)>;

    FakeSequence(int width, int height, int frames, Pixel pixel, PixelType type = PixelType::U8)
        : m_pixel(std::move(pixel))
    {
        m_info.path = "/tmp/fake.dcm";
        m_info.kind = "generated";
        m_info.width = width;
        m_info.height = height;
        m_info.frameCount = frames;
        m_info.pixelType = type;
        m_info.bitsAllocated = type == PixelType::U8 ? 8 : 16;
        m_info.bitsStored = m_info.bitsAllocated;
        m_info.photometric = "MONOCHROME2";
        std::vector<std::string> warnings;
        m_info.timing = resolveTiming({}, frames, warnings);
    }

    SequenceInfo& mutableInfo() { return m_info; }
    const SequenceInfo& info() const override { return m_info; }

    Result<FramePtr> read(int index) const override
    {
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, m_info.path, std::to_string(index));
        const std::size_t count = static_cast<std::size_t>(m_info.width) * m_info.height;
        std::vector<std::uint8_t> bytes(count * bytesPerSample(m_info.pixelType));
        for (std::size_t i = 0; i < count; ++i) {
            const int value =
                m_pixel(static_cast<int>(i % m_info.width), static_cast<int>(i / m_info.width), index);
            if (m_info.pixelType == PixelType::U8)
                bytes[i] = static_cast<std::uint8_t>(value);
            else {
                const auto wide = static_cast<std::uint16_t>(value);
                std::memcpy(bytes.data() + 2 * i, &wide, 2);
            }
        }
        return std::make_shared<const Frame>(m_info.width, m_info.height, 1, m_info.pixelType,
                                             std::move(bytes));
    }

private:
    SequenceInfo m_info;
    Pixel m_pixel;
};

} // namespace fedefm::test
