// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/frame.h"

#include <cstring>
#include <functional>

namespace fedefm::test {

/// A one-sample frame whose values come from `value(x, y)`.
inline FramePtr makeFrame(int width, int height, PixelType type, const std::function<int(int, int)>& value)
{
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width) * height * bytesPerSample(type));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const std::size_t index = static_cast<std::size_t>(y) * width + x;
            const auto word = static_cast<std::uint16_t>(value(x, y));
            if (type == PixelType::U8)
                bytes[index] = static_cast<std::uint8_t>(word);
            else
                std::memcpy(bytes.data() + 2 * index, &word, 2);
        }
    }
    return std::make_shared<const Frame>(width, height, 1, type, std::move(bytes));
}

} // namespace fedefm::test
