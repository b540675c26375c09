// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/tube_raster.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// ∫ 2√(r²−t²) dt from 0 to t.
double halfChordArea(double radius, double t)
{
    const double x = std::clamp(t, -radius, radius);
    return x * std::sqrt(std::max(0.0, radius * radius - x * x)) + radius * radius * std::asin(x / radius);
}

} // namespace

double pixelChord(double radius, double distance)
{
    if (radius <= 0.0 || distance - 0.5 >= radius)
        return 0.0;
    // Away from the edge of a wide tube the chord is flat enough to be taken at the centre.
    if (radius > 6.0 && distance + 2.0 < radius)
        return 2.0 * std::sqrt(radius * radius - distance * distance);
    return halfChordArea(radius, distance + 0.5) - halfChordArea(radius, distance - 0.5);
}

TubeRaster::TubeRaster(int sizePx)
    : m_sizePx(sizePx), m_slot(static_cast<std::size_t>(sizePx) * static_cast<std::size_t>(sizePx), -1)
{
}

const std::vector<TubeRaster::Hit>& TubeRaster::trace(const std::vector<TubePoint>& tube, double marginPx)
{
    m_hits.clear();
    for (std::size_t i = 0; i + 1 < tube.size(); ++i)
        traceSegment(tube[i], tube[i + 1], marginPx);
    for (const Hit& hit : m_hits)
        m_slot[hit.index] = -1;
    return m_hits;
}

void TubeRaster::traceSegment(const TubePoint& a, const TubePoint& b, double marginPx)
{
    const double reach = std::max(a.radiusPx, b.radiusPx) + marginPx;
    const double limit = m_sizePx - 1.0;
    const double left = std::min(a.at.x, b.at.x) - reach;
    const double right = std::max(a.at.x, b.at.x) + reach;
    const double top = std::min(a.at.y, b.at.y) - reach;
    const double bottom = std::max(a.at.y, b.at.y) + reach;
    if (!(right >= 0.0 && bottom >= 0.0 && left <= limit && top <= limit))
        return;
    const int x0 = static_cast<int>(std::ceil(std::max(0.0, left)));
    const int x1 = static_cast<int>(std::floor(std::min(limit, right)));
    const int y0 = static_cast<int>(std::ceil(std::max(0.0, top)));
    const int y1 = static_cast<int>(std::floor(std::min(limit, bottom)));
    const double dx = b.at.x - a.at.x;
    const double dy = b.at.y - a.at.y;
    const double inverse = 1.0 / std::max(dx * dx + dy * dy, 1e-12);
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            const double t = std::clamp(((x - a.at.x) * dx + (y - a.at.y) * dy) * inverse, 0.0, 1.0);
            const double ex = a.at.x + dx * t - x;
            const double ey = a.at.y + dy * t - y;
            const double squared = ex * ex + ey * ey;
            const double radius = a.radiusPx + (b.radiusPx - a.radiusPx) * t;
            if (squared > (radius + marginPx) * (radius + marginPx))
                continue;
            const auto index = static_cast<std::uint32_t>(y) * static_cast<std::uint32_t>(m_sizePx) +
                               static_cast<std::uint32_t>(x);
            const auto distance = static_cast<float>(std::sqrt(squared));
            const Hit hit{index, distance, static_cast<float>(radius),
                          static_cast<float>(a.arc + (b.arc - a.arc) * t)};
            std::int32_t& slot = m_slot[index];
            if (slot < 0) {
                slot = static_cast<std::int32_t>(m_hits.size());
                m_hits.push_back(hit);
            } else if (distance < m_hits[static_cast<std::size_t>(slot)].distance) {
                m_hits[static_cast<std::size_t>(slot)] = hit;
            }
        }
    }
}

} // namespace fedefm
