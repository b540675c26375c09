// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/polyline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace fedefm {

namespace {

double distance(Point a, Point b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

Point mix(Point a, Point b, double t)
{
    return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

double distanceToSegment(Point a, Point b, Point p)
{
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double squared = dx * dx + dy * dy;
    const double t =
        squared > 0.0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / squared, 0.0, 1.0) : 0.0;
    return distance(mix(a, b, t), p);
}

std::vector<double> arcLengths(const Polyline& line)
{
    std::vector<double> at(line.size(), 0.0);
    for (std::size_t i = 1; i < line.size(); ++i)
        at[i] = at[i - 1] + distance(line[i - 1], line[i]);
    return at;
}

Polyline withoutRepeats(const Polyline& line)
{
    Polyline out;
    for (const Point& p : line)
        if (out.empty() || distance(out.back(), p) > 1e-9)
            out.push_back(p);
    return out;
}

/// Barry and Goldman's pyramid for the span p1→p2; `u` in 0…1.
Point catmullRom(const Point p[4], double u)
{
    double t[4] = {0, 0, 0, 0};
    for (int i = 1; i < 4; ++i)
        t[i] = t[i - 1] + std::sqrt(std::max(distance(p[i - 1], p[i]), 1e-9));
    const double at = t[1] + (t[2] - t[1]) * u;
    Point level[4] = {p[0], p[1], p[2], p[3]};
    for (int depth = 1; depth <= 2; ++depth)
        for (int i = 0; i + depth < 4; ++i)
            level[i] = mix(level[i], level[i + 1], (at - t[i]) / (t[i + depth] - t[i]));
    return mix(level[0], level[1], u);
}

/// ∫ p ds along the line from its start to arc length `s`.
class ArcIntegral
{
public:
    ArcIntegral(const Polyline& line, const std::vector<double>& at)
        : m_line(line), m_at(at), m_sum(line.size())
    {
        for (std::size_t i = 1; i < line.size(); ++i)
            m_sum[i] = add(m_sum[i - 1], mix(line[i - 1], line[i], 0.5), at[i] - at[i - 1]);
    }
    Point upTo(double s) const
    {
        const auto next = std::upper_bound(m_at.begin(), m_at.end(), s);
        const std::size_t i =
            std::clamp<std::size_t>(static_cast<std::size_t>(next - m_at.begin()), 1, m_at.size() - 1);
        const double part = s - m_at[i - 1];
        const double span = m_at[i] - m_at[i - 1];
        const Point middle = mix(m_line[i - 1], m_line[i], span > 0.0 ? 0.5 * part / span : 0.0);
        return add(m_sum[i - 1], middle, part);
    }

private:
    static Point add(Point sum, Point p, double weight)
    {
        return {sum.x + p.x * weight, sum.y + p.y * weight};
    }
    const Polyline& m_line;
    const std::vector<double>& m_at;
    std::vector<Point> m_sum;
};

} // namespace

double lengthPx(const Polyline& line)
{
    return line.empty() ? 0.0 : arcLengths(line).back();
}

Polyline resample(const Polyline& line, double stepPx)
{
    const Polyline clean = withoutRepeats(line);
    if (clean.size() < 2 || !(stepPx > 0.0))
        return clean;
    const std::vector<double> at = arcLengths(clean);
    Polyline out{clean.front()};
    std::size_t i = 1;
    const auto steps = static_cast<std::size_t>(at.back() / stepPx + 1e-9);
    for (std::size_t k = 1; k <= steps; ++k) {
        const double s = static_cast<double>(k) * stepPx;
        while (i + 1 < clean.size() && at[i] < s)
            ++i;
        out.push_back(mix(clean[i - 1], clean[i], std::min(1.0, (s - at[i - 1]) / (at[i] - at[i - 1]))));
    }
    if (distance(out.back(), clean.back()) < 1e-6 * stepPx && out.size() > 1)
        out.back() = clean.back();
    else
        out.push_back(clean.back());
    return out;
}

Polyline spline(const Polyline& vertices, double stepPx)
{
    const Polyline v = withoutRepeats(vertices);
    if (v.size() < 3)
        return resample(v, stepPx);
    Polyline out{v.front()};
    for (std::size_t i = 0; i + 1 < v.size(); ++i) {
        // The ends get a mirrored neighbour, so that the curve leaves them straight.
        const Point span[4] = {i > 0 ? v[i - 1] : mix(v[1], v[0], 2.0), v[i], v[i + 1],
                               i + 2 < v.size() ? v[i + 2] : mix(v[i], v[i + 1], 2.0)};
        const int samples = std::clamp(static_cast<int>(distance(v[i], v[i + 1]) / stepPx * 4.0), 8, 4096);
        Polyline fine{v[i]};
        for (int k = 1; k < samples; ++k)
            fine.push_back(catmullRom(span, static_cast<double>(k) / samples));
        fine.push_back(v[i + 1]);
        const Polyline even = resample(fine, stepPx);
        out.insert(out.end(), even.begin() + 1, even.end());
    }
    return out;
}

Polyline simplify(const Polyline& line, double tolerancePx)
{
    if (line.size() < 3)
        return line;
    std::vector<char> keep(line.size(), 0);
    keep.front() = keep.back() = 1;
    std::vector<std::pair<std::size_t, std::size_t>> open{{0, line.size() - 1}};
    while (!open.empty()) {
        const auto [first, last] = open.back();
        open.pop_back();
        double worst = tolerancePx;
        std::size_t split = first;
        for (std::size_t i = first + 1; i < last; ++i) {
            const double d = distanceToSegment(line[first], line[last], line[i]);
            if (d > worst) {
                worst = d;
                split = i;
            }
        }
        if (split == first)
            continue;
        keep[split] = 1;
        open.emplace_back(first, split);
        open.emplace_back(split, last);
    }
    Polyline out;
    for (std::size_t i = 0; i < line.size(); ++i)
        if (keep[i])
            out.push_back(line[i]);
    return out;
}

double distanceTo(const Polyline& line, Point p)
{
    double best = std::numeric_limits<double>::infinity();
    if (line.size() == 1)
        best = distance(line.front(), p);
    for (std::size_t i = 1; i < line.size(); ++i)
        best = std::min(best, distanceToSegment(line[i - 1], line[i], p));
    return best;
}

Polyline smooth(const Polyline& line, double radiusPx)
{
    if (line.size() < 3 || !(radiusPx > 0.0))
        return line;
    const std::vector<double> at = arcLengths(line);
    const ArcIntegral integral(line, at);
    Polyline out = line;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        // The window shrinks near the ends and stays symmetric, or the curve would be pulled inwards there.
        const double radius = std::min({radiusPx, at[i], at.back() - at[i]});
        if (radius < 1e-9)
            continue;
        const Point from = integral.upTo(at[i] - radius);
        const Point to = integral.upTo(at[i] + radius);
        out[i] = {(to.x - from.x) / (2.0 * radius), (to.y - from.y) / (2.0 * radius)};
    }
    return out;
}

} // namespace fedefm
