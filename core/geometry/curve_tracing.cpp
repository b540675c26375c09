// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_tracing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm {

namespace {

constexpr std::array<int, 8> kDx{1, 1, 0, -1, -1, -1, 0, 1};
constexpr std::array<int, 8> kDy{0, 1, 1, 1, 0, -1, -1, -1};

class Skeleton
{
public:
    Skeleton(const std::vector<std::uint8_t>& bytes, int width, int height)
        : m_width(width), m_height(height), m_set(bytes)
    {
        for (std::size_t i = 0; i < m_set.size(); ++i)
            if (m_set[i] != 0)
                m_pixels.push_back({static_cast<int>(i) % width, static_cast<int>(i) / width});
        removeForks();
    }

    std::vector<Polyline> paths()
    {
        std::vector<Polyline> lines;
        for (const bool endsOnly : {true, false}) // closed rings are what is left after the open lines
            for (const auto& [x, y] : m_pixels)
                if (isSet(x, y) && (!endsOnly || neighbours(x, y) <= 1))
                    lines.push_back(follow(x, y));
        return lines;
    }

private:
    bool isSet(int x, int y) const
    {
        return x >= 0 && y >= 0 && x < m_width && y < m_height &&
               m_set[static_cast<std::size_t>(y) * m_width + x] != 0;
    }
    void clear(int x, int y) { m_set[static_cast<std::size_t>(y) * m_width + x] = 0; }

    int neighbours(int x, int y) const
    {
        int count = 0;
        for (std::size_t k = 0; k < 8; ++k)
            count += isSet(x + kDx[k], y + kDy[k]) ? 1 : 0;
        return count;
    }

    /// Number of separate arms around the pixel.
    int arms(int x, int y) const
    {
        int count = 0;
        for (std::size_t k = 0; k < 8; ++k)
            if (!isSet(x + kDx[k], y + kDy[k]) && isSet(x + kDx[(k + 1) % 8], y + kDy[(k + 1) % 8]))
                ++count;
        return count;
    }

    void removeForks()
    {
        std::vector<std::pair<int, int>> forks;
        for (const auto& [x, y] : m_pixels)
            if (arms(x, y) >= 3)
                forks.emplace_back(x, y);
        for (const auto& [x, y] : forks)
            clear(x, y);
    }

    Polyline follow(int x, int y)
    {
        Polyline line;
        for (bool found = true; found;) {
            line.push_back({static_cast<double>(x), static_cast<double>(y)});
            clear(x, y);
            found = false;
            // Straight neighbours first, so that a staircase is not cut short.
            for (const std::size_t k : {0U, 2U, 4U, 6U, 1U, 3U, 5U, 7U}) {
                if (!isSet(x + kDx[k], y + kDy[k]))
                    continue;
                x += kDx[k];
                y += kDy[k];
                found = true;
                break;
            }
        }
        return line;
    }

    int m_width;
    int m_height;
    std::vector<std::uint8_t> m_set;
    std::vector<std::pair<int, int>> m_pixels; ///< set at the beginning, row by row; few of the picture's
};

double turnDeg(Point before, Point at, Point after)
{
    const double ux = at.x - before.x;
    const double uy = at.y - before.y;
    const double vx = after.x - at.x;
    const double vy = after.y - at.y;
    return std::abs(std::atan2(ux * vy - uy * vx, ux * vx + uy * vy)) * 180.0 / 3.14159265358979323846;
}

/// Cuts where the turn is both sharp and the sharpest within the reach.
std::vector<Polyline> splitAtCorners(const Polyline& line, const TracingSettings& settings)
{
    const Polyline even = resample(line, 1.0);
    const auto reach = static_cast<std::size_t>(settings.cornerReachPx);
    if (even.size() < 2 * reach + 1)
        return {line};
    std::vector<double> turn(even.size(), 0.0);
    for (std::size_t i = reach; i + reach < even.size(); ++i)
        turn[i] = turnDeg(even[i - reach], even[i], even[i + reach]);
    std::vector<Polyline> parts;
    std::size_t start = 0;
    for (std::size_t i = reach; i + reach < even.size(); ++i) {
        const auto first = turn.begin() + static_cast<std::ptrdiff_t>(i - reach);
        const auto last = turn.begin() + static_cast<std::ptrdiff_t>(i + reach + 1);
        if (turn[i] < settings.cornerTurnDeg ||
            std::max_element(first, last) - turn.begin() != static_cast<std::ptrdiff_t>(i))
            continue;
        parts.emplace_back(even.begin() + static_cast<std::ptrdiff_t>(start),
                           even.begin() + static_cast<std::ptrdiff_t>(i + 1));
        start = i;
    }
    parts.emplace_back(even.begin() + static_cast<std::ptrdiff_t>(start), even.end());
    return parts;
}

} // namespace

std::vector<Polyline> traceSkeleton(const std::vector<std::uint8_t>& skeleton, int width, int height,
                                    const TracingSettings& settings)
{
    std::vector<Polyline> pieces;
    for (const Polyline& path : Skeleton(skeleton, width, height).paths()) {
        if (lengthPx(path) < settings.minLengthPx)
            continue;
        for (const Polyline& part : splitAtCorners(smooth(path, settings.smoothingPx), settings))
            if (lengthPx(part) >= settings.minLengthPx)
                pieces.push_back(part);
    }
    return pieces;
}

Point outwardDirection(const Polyline& line, bool atStart, double reachPx)
{
    if (line.size() < 2)
        return {0.0, 0.0};
    const std::size_t last = line.size() - 1;
    const Point end = atStart ? line.front() : line.back();
    Point from = end;
    double walked = 0.0;
    for (std::size_t k = 1; k <= last && walked < reachPx; ++k) {
        const Point next = atStart ? line[k] : line[last - k];
        walked += std::hypot(next.x - from.x, next.y - from.y);
        from = next;
    }
    const double length = std::hypot(end.x - from.x, end.y - from.y);
    return length > 0.0 ? Point{(end.x - from.x) / length, (end.y - from.y) / length} : Point{0.0, 0.0};
}

} // namespace fedefm
