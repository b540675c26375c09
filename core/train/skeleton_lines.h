// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace fedefm {

/// A pixel of a picture.
struct Pixel
{
    int x = 0;
    int y = 0;
};

/// Answers "how far is the nearest of these points", exactly. Points are sorted into rows; a query looks at
/// rows farther and farther away until none can be nearer, which for lines that nearly agree is one or two
/// rows.
class NearestPoints
{
public:
    NearestPoints(const std::vector<Pixel>& points, int height);
    /// Squared distance in pixels; there must be a point.
    std::int64_t squaredDistance(Pixel from) const;

private:
    void look(int row, Pixel from, std::int64_t& best) const;
    std::vector<std::size_t> m_rowStart;
    std::vector<int> m_columns; ///< ascending within a row
    int m_height;
};

/// Set pixels in reading order.
std::vector<Pixel> setPixels(const std::vector<std::uint8_t>& mask, int width, int height);

/// Both ends of the longest line of a skeleton: of all connected pieces (8-neighbourhood) the shortest way
/// between two pixels that has the most steps. Rings are cut somewhere. Nothing for an empty skeleton.
std::optional<std::pair<Pixel, Pixel>> endsOfLongestLine(const std::vector<std::uint8_t>& skeleton, int width,
                                                         int height);

} // namespace fedefm
