// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/shutter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fedefm {

namespace {

using Mask = std::vector<std::uint8_t>;

/// Keeps the columns [first, last] of a row, clears the rest.
void keepSpan(std::uint8_t* row, int width, double first, double last)
{
    const int from = static_cast<int>(std::clamp(std::ceil(first), 0.0, static_cast<double>(width)));
    const int to = static_cast<int>(
        std::clamp(std::floor(last) + 1.0, static_cast<double>(from), static_cast<double>(width)));
    std::fill(row, row + from, std::uint8_t{0});
    std::fill(row + to, row + width, std::uint8_t{0});
}

void intersect(Mask& mask, int width, int height, const Shutter::Rectangle& rectangle)
{
    for (int y = 0; y < height; ++y) {
        std::uint8_t* row = mask.data() + static_cast<std::size_t>(y) * width;
        if (y < rectangle.top || y > rectangle.bottom)
            std::fill(row, row + width, std::uint8_t{0});
        else
            keepSpan(row, width, rectangle.left, rectangle.right);
    }
}

void intersect(Mask& mask, int width, int height, const Shutter::Circle& circle)
{
    for (int y = 0; y < height; ++y) {
        std::uint8_t* row = mask.data() + static_cast<std::size_t>(y) * width;
        const double dy = static_cast<double>(y) - circle.centerRow;
        const double square = static_cast<double>(circle.radius) * circle.radius - dy * dy;
        if (square < 0.0) {
            std::fill(row, row + width, std::uint8_t{0});
            continue;
        }
        const double half = std::sqrt(square);
        keepSpan(row, width, circle.centerColumn - half, circle.centerColumn + half);
    }
}

void setSpan(std::uint8_t* row, int width, double first, double last)
{
    const int from = static_cast<int>(std::clamp(std::ceil(first), 0.0, static_cast<double>(width)));
    const int to = static_cast<int>(std::clamp(std::floor(last) + 1.0, 0.0, static_cast<double>(width)));
    if (from < to)
        std::fill(row + from, row + to, std::uint8_t{1});
}

/// Even-odd filling through the pixel centres; the outline belongs to the visible part.
void fillRow(const std::vector<std::pair<int, int>>& polygon, int y, std::uint8_t* row, int width,
             std::vector<double>& crossings)
{
    crossings.clear();
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto& [y0, x0] = polygon[i];
        const auto& [y1, x1] = polygon[(i + 1) % polygon.size()];
        if (y0 == y)
            setSpan(row, width, x0, x0);
        if (y0 == y && y1 == y)
            setSpan(row, width, std::min(x0, x1), std::max(x0, x1));
        if ((y0 <= y) != (y1 <= y))
            crossings.push_back(x0 + (static_cast<double>(y) - y0) * (static_cast<double>(x1) - x0) /
                                         (static_cast<double>(y1) - y0));
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2)
        setSpan(row, width, crossings[i], crossings[i + 1]);
}

void intersect(Mask& mask, int width, int height, const std::vector<std::pair<int, int>>& polygon)
{
    Mask inside(static_cast<std::size_t>(width), 0);
    std::vector<double> crossings;
    for (int y = 0; y < height; ++y) {
        std::fill(inside.begin(), inside.end(), std::uint8_t{0});
        fillRow(polygon, y, inside.data(), width, crossings);
        std::uint8_t* row = mask.data() + static_cast<std::size_t>(y) * width;
        for (int x = 0; x < width; ++x)
            row[x] &= inside[static_cast<std::size_t>(x)];
    }
}

} // namespace

std::vector<std::uint8_t> Shutter::visibleMask(int width, int height) const
{
    if (width <= 0 || height <= 0)
        return {};
    Mask mask(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 1);
    // A shape without area is a fault of the file; hiding the whole picture for it would hide anatomy.
    if (rectangle && rectangle->left <= rectangle->right && rectangle->top <= rectangle->bottom)
        intersect(mask, width, height, *rectangle);
    if (circle && circle->radius > 0)
        intersect(mask, width, height, *circle);
    if (polygon.size() >= 3)
        intersect(mask, width, height, polygon);
    return mask;
}

} // namespace fedefm
