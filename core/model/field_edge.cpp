// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/field_edge.h"

#include "core/base/vector_clones.h"
#include "core/geometry/flood_fill.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

// Devices that mask the field set one value outside; anything noisier may be a smooth background.
constexpr float kFlat = 0.002F;        ///< largest difference within 3×3 pixels; half a level of 8 bits
constexpr float kOneValue = 0.01F;     ///< largest difference to the pixel where an area begins
constexpr double kSmallestArea = 0.01; ///< of the picture
constexpr std::size_t kDirectionPx = 4;

/// Rows of `stride` values, of which the first `width` count.
struct Picture
{
    const float* grey;
    int width;
    int height;
    int stride;

    const float* row(int y) const { return grey + static_cast<std::ptrdiff_t>(y) * stride; }
    float at(int x, int y) const { return row(y)[x]; }
};

/// Least and largest of each column over three rows, with a copy of the first and the last at the ends.
FEDEFM_VECTOR_CLONES
void columnRanges(const float* above, const float* row, const float* below, int width, float* low,
                  float* high)
{
    for (int x = 0; x < width; ++x) {
        low[x + 1] = std::min(row[x], std::min(above[x], below[x]));
        high[x + 1] = std::max(row[x], std::max(above[x], below[x]));
    }
    low[0] = low[1];
    high[0] = high[1];
    low[width + 1] = low[width];
    high[width + 1] = high[width];
}

FEDEFM_VECTOR_CLONES
void markFlat(const float* low, const float* high, int width, std::uint8_t* flat)
{
    for (int x = 0; x < width; ++x) {
        const float least = std::min(low[x], std::min(low[x + 1], low[x + 2]));
        const float largest = std::max(high[x], std::max(high[x + 1], high[x + 2]));
        flat[x] = largest - least <= kFlat ? 1 : 0;
    }
}

/// 1 where the 3×3 pixels around are nearly one value.
std::vector<std::uint8_t> flatPixels(const Picture& picture)
{
    std::vector<std::uint8_t> flat(static_cast<std::size_t>(picture.width) * picture.height);
    std::vector<float> low(static_cast<std::size_t>(picture.width) + 2);
    std::vector<float> high(low.size());
    for (int y = 0; y < picture.height; ++y) {
        columnRanges(picture.row(std::max(0, y - 1)), picture.row(y),
                     picture.row(std::min(picture.height - 1, y + 1)), picture.width, low.data(),
                     high.data());
        markFlat(low.data(), high.data(), picture.width,
                 flat.data() + static_cast<std::size_t>(y) * picture.width);
    }
    return flat;
}

/// Whether the line runs along the edge at a point.
class EdgeTest
{
public:
    EdgeTest(const Polyline& line, const FieldOutside& outside, int width, int height, double reachPx)
        : m_line(line), m_outside(outside), m_width(width), m_height(height), m_reachPx(reachPx)
    {
    }

    bool operator()(std::size_t i) const
    {
        const Point at = m_line[i];
        if (isOutside(at.x, at.y))
            return true;
        const Point before = m_line[i - std::min(i, kDirectionPx)];
        const Point after = m_line[std::min(i + kDirectionPx, m_line.size() - 1)];
        const double length = std::hypot(after.x - before.x, after.y - before.y);
        if (length <= 0.0)
            return false;
        const double dx = -(after.y - before.y) / length * m_reachPx;
        const double dy = (after.x - before.x) / length * m_reachPx;
        return isOutside(at.x + dx, at.y + dy) != isOutside(at.x - dx, at.y - dy);
    }

private:
    bool isOutside(double x, double y) const { return m_outside.contains(x, y, m_width, m_height); }

    const Polyline& m_line;
    const FieldOutside& m_outside;
    int m_width;
    int m_height;
    double m_reachPx;
};

} // namespace

FieldOutside::FieldOutside(const float* grey, int width, int height, int stride)
    : m_width(width), m_height(height)
{
    const Picture picture{grey, width, height, stride};
    const std::size_t pixels = static_cast<std::size_t>(width) * height;
    const std::vector<std::uint8_t> flat = flatPixels(picture);
    std::vector<std::uint8_t> seen(pixels, 0);
    for (const int y : {0, height - 1})
        for (const int x : {0, width - 1}) {
            const float value = picture.at(x, y);
            const std::vector<int> area = floodFill(y * width + x, width, height, seen, [&](int i) {
                return flat[static_cast<std::size_t>(i)] != 0 &&
                       std::abs(picture.at(i % width, i / width) - value) <= kOneValue;
            });
            if (static_cast<double>(area.size()) < kSmallestArea * static_cast<double>(pixels))
                continue;
            m_isOutside.resize(pixels, 0);
            for (const int i : area)
                m_isOutside[static_cast<std::size_t>(i)] = 1;
        }
}

bool FieldOutside::contains(double x, double y, int pictureWidth, int pictureHeight) const
{
    if (m_isOutside.empty())
        return false;
    if (x < -0.5 || y < -0.5 || x > pictureWidth - 0.5 || y > pictureHeight - 0.5)
        return true;
    const auto scaled = [](double at, int own, int picture) {
        return std::clamp(static_cast<int>((at + 0.5) * own / picture), 0, own - 1);
    };
    const int column = scaled(x, m_width, pictureWidth);
    return m_isOutside[static_cast<std::size_t>(scaled(y, m_height, pictureHeight)) * m_width + column] != 0;
}

CutLines cutAlongEdge(const Polyline& line, const FieldOutside& outside, int pictureWidth, int pictureHeight,
                      double reachPx, double leastPx)
{
    if (outside.isEmpty() || line.size() < 2)
        return {{line}, {}};
    const EdgeTest runsAlong(line, outside, pictureWidth, pictureHeight, reachPx);
    CutLines lines;
    std::size_t first = 0; // of what is not yet given out
    const auto giveOut = [&](std::size_t end, std::vector<Polyline>& to) {
        if (end > first)
            to.emplace_back(line.begin() + static_cast<std::ptrdiff_t>(first),
                            line.begin() + static_cast<std::ptrdiff_t>(end));
        first = end;
    };
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i;
        while (end < line.size() && runsAlong(end))
            ++end;
        if (static_cast<double>(end - i) >= leastPx) {
            giveOut(i, lines.kept);
            giveOut(end, lines.cut);
        }
        i = std::max(end, i + 1);
    }
    giveOut(line.size(), lines.kept);
    return lines;
}

} // namespace fedefm
