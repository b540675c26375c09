// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// A point of a projected tube.
struct TubePoint
{
    Point at; ///< pixels
    double radiusPx = 1.0;
    double arc = 0.0; ///< any parameter that grows along the tube
};

/// Chord of a circle, averaged over a pixel whose centre lies at `distance` from the circle's (all in
/// pixels): ∫ 2√(r²−t²) dt over [d−½, d+½].
double pixelChord(double radius, double distance);

/// Finds the pixels of tubes with distance and parameter, each pixel once per tube. Keeps its buffers between
/// tubes.
class TubeRaster
{
public:
    struct Hit
    {
        std::uint32_t index; ///< pixel, row-major
        float distance;      ///< to the centre-line
        float radius;
        float arc;
    };

    explicit TubeRaster(int sizePx);

    /// Pixels within radius + `marginPx` of the line. Valid until the next call.
    const std::vector<Hit>& trace(const std::vector<TubePoint>& tube, double marginPx = 0.75);

private:
    void traceSegment(const TubePoint& a, const TubePoint& b, double marginPx);

    int m_sizePx;
    std::vector<std::int32_t> m_slot; ///< per pixel index into m_hits or -1
    std::vector<Hit> m_hits;
};

} // namespace fedefm
