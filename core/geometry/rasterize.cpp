// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/rasterize.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

struct Stroke
{
    Point a;
    Point b;
    double radiusA;
    double radiusB;
};

void paintStroke(const Stroke& s, int width, int height, std::vector<std::uint8_t>& bytes)
{
    const double reach = std::max(s.radiusA, s.radiusB);
    // Clamped before the conversion: points far outside must not overflow an int.
    const auto bound = [](double value, int limit) {
        return static_cast<int>(std::clamp(value, -1.0, static_cast<double>(limit)));
    };
    const int x0 = std::max(0, bound(std::ceil(std::min(s.a.x, s.b.x) - reach), width));
    const int x1 = std::min(width - 1, bound(std::floor(std::max(s.a.x, s.b.x) + reach), width));
    const int y0 = std::max(0, bound(std::ceil(std::min(s.a.y, s.b.y) - reach), height));
    const int y1 = std::min(height - 1, bound(std::floor(std::max(s.a.y, s.b.y) + reach), height));
    const double dx = s.b.x - s.a.x;
    const double dy = s.b.y - s.a.y;
    const double squared = dx * dx + dy * dy;
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            const double along = (x - s.a.x) * dx + (y - s.a.y) * dy;
            const double t = squared > 0.0 ? std::clamp(along / squared, 0.0, 1.0) : 0.0;
            const double radius = s.radiusA + (s.radiusB - s.radiusA) * t + 1e-9;
            const double ex = s.a.x + dx * t - x;
            const double ey = s.a.y + dy * t - y;
            if (ex * ex + ey * ey <= radius * radius)
                bytes[static_cast<std::size_t>(y) * width + x] = 1;
        }
    }
}

} // namespace

RleMask rasterize(const Polyline& line, double widthPx, int width, int height)
{
    return rasterize(line, std::vector<double>(line.size(), widthPx), width, height);
}

RleMask rasterize(const Polyline& line, const std::vector<double>& widthsPx, int width, int height)
{
    if (line.empty() || widthsPx.size() != line.size() || width <= 0 || height <= 0)
        return RleMask(width, height);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width) * height, 0);
    const auto radius = [&](std::size_t i) { return std::max(1.0, widthsPx[i]) / 2.0; };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::size_t j = std::min(i + 1, line.size() - 1);
        paintStroke({line[i], line[j], radius(i), radius(j)}, width, height, bytes);
    }
    return RleMask::fromBytes(bytes.data(), width, height);
}

} // namespace fedefm
