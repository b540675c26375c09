// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace fedefm {

/// Image coordinates in pixels; (0, 0) is the centre of the first pixel, x to the right, y down.
struct Point
{
    double x = 0.0;
    double y = 0.0;
    friend bool operator==(const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; }
};

using Polyline = std::vector<Point>;

double lengthPx(const Polyline& line);
/// Points at equal arc length (`stepPx`, the last step may be shorter); both ends stay.
Polyline resample(const Polyline& line, double stepPx);
/// Interpolating centripetal Catmull-Rom curve through the vertices, sampled every `stepPx`.
Polyline spline(const Polyline& vertices, double stepPx);
/// Douglas–Peucker with tolerance in pixels.
Polyline simplify(const Polyline& line, double tolerancePx);
/// Distance from a point to the line (segments, not vertices); infinity for an empty line.
double distanceTo(const Polyline& line, Point p);
/// Moving average over a window of arc length ± `radiusPx`; ends stay.
Polyline smooth(const Polyline& line, double radiusPx);

} // namespace fedefm
