// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace fedefm {

/// Display Shutter (PS3.3 C.7.6.11): what lies outside of every given shape is covered. 0-based pixel
/// coordinates.
struct Shutter
{
    struct Rectangle
    {
        int left = 0, right = 0, top = 0, bottom = 0; ///< inclusive edges that stay visible
    };
    struct Circle
    {
        int centerRow = 0, centerColumn = 0, radius = 0;
    };
    std::optional<Rectangle> rectangle;
    std::optional<Circle> circle;
    std::vector<std::pair<int, int>> polygon; ///< (row, column) vertices
    std::uint16_t presentationValue = 0;      ///< P-value 0…65535 of the covered area

    bool isEmpty() const { return !rectangle && !circle && polygon.empty(); }

    /// 1 where the image stays visible, 0 where it is covered; width·height bytes.
    std::vector<std::uint8_t> visibleMask(int width, int height) const;
};

} // namespace fedefm
