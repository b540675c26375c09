// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/distance_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

/// Large enough to be no distance in a picture, small enough that differences of parabolas stay exact.
constexpr double kFar = 1e12;

/// Lower envelope of the parabolas `values[q] + (x − q)²` over one row.
class RowTransform
{
public:
    explicit RowTransform(int length)
        : m_values(static_cast<std::size_t>(length)), m_vertices(static_cast<std::size_t>(length)),
          m_borders(static_cast<std::size_t>(length) + 1)
    {
    }

    std::vector<double>& values() { return m_values; }

    void run(double* out, std::size_t stride)
    {
        const int count = static_cast<int>(m_values.size());
        int last = 0;
        m_vertices[0] = 0;
        m_borders[0] = -kFar;
        m_borders[1] = kFar;
        for (int q = 1; q < count; ++q) {
            double border = crossing(q, m_vertices[static_cast<std::size_t>(last)]);
            while (last > 0 && border <= m_borders[static_cast<std::size_t>(last)]) {
                --last;
                border = crossing(q, m_vertices[static_cast<std::size_t>(last)]);
            }
            ++last;
            m_vertices[static_cast<std::size_t>(last)] = q;
            m_borders[static_cast<std::size_t>(last)] = border;
            m_borders[static_cast<std::size_t>(last) + 1] = kFar;
        }
        int at = 0;
        for (int x = 0; x < count; ++x) {
            while (m_borders[static_cast<std::size_t>(at) + 1] < x)
                ++at;
            const int q = m_vertices[static_cast<std::size_t>(at)];
            out[static_cast<std::size_t>(x) * stride] =
                static_cast<double>(x - q) * (x - q) + m_values[static_cast<std::size_t>(q)];
        }
    }

private:
    double crossing(int q, int v) const
    {
        const double fq = m_values[static_cast<std::size_t>(q)] + static_cast<double>(q) * q;
        const double fv = m_values[static_cast<std::size_t>(v)] + static_cast<double>(v) * v;
        return (fq - fv) / (2.0 * (q - v));
    }

    std::vector<double> m_values;
    std::vector<int> m_vertices;
    std::vector<double> m_borders;
};

} // namespace

std::vector<float> distanceTo(const std::vector<std::uint8_t>& mask, int width, int height)
{
    const auto columns = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(height);
    std::vector<double> squared(columns * rows);
    RowTransform vertical(height);
    for (std::size_t x = 0; x < columns; ++x) {
        for (std::size_t y = 0; y < rows; ++y)
            vertical.values()[y] = mask[y * columns + x] ? 0.0 : kFar;
        vertical.run(squared.data() + x, columns);
    }
    RowTransform horizontal(width);
    for (std::size_t y = 0; y < rows; ++y) {
        std::copy_n(squared.begin() + static_cast<std::ptrdiff_t>(y * columns), columns,
                    horizontal.values().begin());
        horizontal.run(squared.data() + y * columns, 1);
    }
    std::vector<float> distance(squared.size());
    std::transform(squared.begin(), squared.end(), distance.begin(), [](double value) {
        return value >= kFar / 2 ? std::numeric_limits<float>::infinity()
                                 : static_cast<float>(std::sqrt(value));
    });
    return distance;
}

std::vector<float> signedDistanceMap(const std::vector<std::uint8_t>& region, int width, int height)
{
    std::vector<std::uint8_t> outside(region.size());
    std::transform(region.begin(), region.end(), outside.begin(),
                   [](std::uint8_t value) { return static_cast<std::uint8_t>(value == 0); });
    std::vector<float> map = distanceTo(region, width, height);
    const std::vector<float> inner = distanceTo(outside, width, height);
    if (map.empty() || std::isinf(map.front()) || std::isinf(inner.front()))
        return std::vector<float>(region.size(), 0.0F);
    for (std::size_t at = 0; at < map.size(); ++at)
        if (region[at])
            map[at] = 1.0F - inner[at];
    return map;
}

} // namespace fedefm
