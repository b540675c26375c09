// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/rings.h"

#include "core/geometry/flood_fill.h"

#include <algorithm>
#include <cstddef>

namespace fedefm {

namespace {

class Rings
{
public:
    Rings(const std::vector<std::uint8_t>& skeleton, int width, int height)
        : m_width(width), m_height(height), m_set(skeleton), m_seen(skeleton.size(), 0)
    {
    }

    /// The pixels of the part that holds `seed`; none where they were given out before.
    std::vector<std::size_t> part(std::size_t seed)
    {
        std::vector<std::size_t> pixels;
        const auto reach = [&](std::size_t i) {
            if (m_set[i] != 0 && m_seen[i] == 0) {
                m_seen[i] = 1;
                pixels.push_back(i);
            }
        };
        reach(seed);
        for (std::size_t at = 0; at < pixels.size(); ++at)
            forNeighbours(pixels[at], reach);
        return pixels;
    }

    /// Takes the ends off, spur by spur; what is left must be round. The pixels are not of a part again.
    bool isRing(std::vector<std::size_t> pixels, int spurPx)
    {
        for (int pass = 0; pass <= spurPx && !pixels.empty(); ++pass) {
            const auto isInside = [this](std::size_t i) { return neighbours(i) > 1; };
            const auto ends = std::stable_partition(pixels.begin(), pixels.end(), isInside);
            if (ends == pixels.end())
                return isRound(pixels);
            for (auto end = ends; end != pixels.end(); ++end)
                m_set[*end] = 0;
            pixels.erase(ends, pixels.end());
        }
        return false;
    }

private:
    /// The holes in a wire's mask make rings, too, but enclose little.
    bool isRound(const std::vector<std::size_t>& pixels) const
    {
        constexpr double kLeastPart = 0.3; // of the circle of that length; an ellipse of 4:1 has 0.42
        const auto length = static_cast<double>(pixels.size());
        return enclosedPixels(pixels) >= kLeastPart * length * length / (4.0 * 3.14159265358979323846);
    }

    /// Pixels of the smallest frame around that cannot be reached from its border.
    int enclosedPixels(const std::vector<std::size_t>& pixels) const
    {
        int left = m_width, right = 0, top = m_height, bottom = 0;
        for (const std::size_t i : pixels) {
            left = std::min(left, static_cast<int>(i) % m_width);
            right = std::max(right, static_cast<int>(i) % m_width);
            top = std::min(top, static_cast<int>(i) / m_width);
            bottom = std::max(bottom, static_cast<int>(i) / m_width);
        }
        const int width = right - left + 3; // one pixel free around
        const int height = bottom - top + 3;
        std::vector<std::uint8_t> closed(static_cast<std::size_t>(width) * height, 0);
        for (const std::size_t i : pixels) {
            const int x = static_cast<int>(i) % m_width - left + 1;
            const int y = static_cast<int>(i) / m_width - top + 1;
            closed[static_cast<std::size_t>(y) * width + x] = 1;
        }
        floodFill(0, width, height, closed, [](int) { return true; });
        return static_cast<int>(std::count(closed.begin(), closed.end(), 0));
    }

    template <typename Function> void forNeighbours(std::size_t i, Function function) const
    {
        const int x = static_cast<int>(i) % m_width;
        const int y = static_cast<int>(i) / m_width;
        for (int ny = std::max(0, y - 1); ny <= std::min(m_height - 1, y + 1); ++ny)
            for (int nx = std::max(0, x - 1); nx <= std::min(m_width - 1, x + 1); ++nx)
                if (nx != x || ny != y)
                    function(static_cast<std::size_t>(ny) * m_width + nx);
    }
    int neighbours(std::size_t i) const
    {
        int count = 0;
        forNeighbours(i, [&](std::size_t other) { count += m_set[other] != 0 ? 1 : 0; });
        return count;
    }

    int m_width;
    int m_height;
    std::vector<std::uint8_t> m_set;
    std::vector<std::uint8_t> m_seen;
};

} // namespace

void clearRings(std::vector<std::uint8_t>& skeleton, int width, int height, int spurPx)
{
    Rings rings(skeleton, width, height);
    for (std::size_t seed = 0; seed < skeleton.size(); ++seed) {
        if (skeleton[seed] == 0)
            continue;
        const std::vector<std::size_t> pixels = rings.part(seed);
        if (!pixels.empty() && rings.isRing(pixels, spurPx))
            for (const std::size_t i : pixels)
                skeleton[i] = 0;
    }
}

} // namespace fedefm
