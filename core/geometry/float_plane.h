// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace fedefm {

/// A row-major plane of numbers, the exchange form of the filters in this folder.
struct FloatPlane
{
    int width = 0;
    int height = 0;
    std::vector<float> values;

    FloatPlane() = default;
    FloatPlane(int w, int h, float value = 0.0F)
        : width(w), height(h), values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), value)
    {
    }
    std::size_t index(int x, int y) const { return static_cast<std::size_t>(y) * width + x; }
    float at(int x, int y) const { return values[index(x, y)]; }
    bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width && y < height; }

    /// Bilinear; coordinates outside are moved to the border. Not for empty planes.
    float sample(double x, double y) const;
};

} // namespace fedefm
