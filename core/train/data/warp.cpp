// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"
#include "core/train/data/warp_private.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm {

namespace {

/// Weights of the four nodes around a position, and the first of them.
struct Spline
{
    int first;
    std::array<double, 4> weight;
};

Spline splineAt(double position, double spacing)
{
    const double node = position / spacing;
    const double whole = std::floor(node);
    const double t = node - whole;
    const double u = 1.0 - t;
    return {static_cast<int>(whole),
            {u * u * u / 6.0, (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
             (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0, t * t * t / 6.0}};
}

/// The nodes combined along y, for one row of the output.
std::vector<Point> elasticRow(const Warp& warp, double y)
{
    std::vector<Point> row(static_cast<std::size_t>(warp.gridWidth));
    const Spline s = splineAt(y, warp.spacingPx);
    for (int k = 0; k < 4; ++k) {
        const int node = std::clamp(s.first + k, 0, warp.gridHeight - 1);
        const Point* nodes = warp.elastic.data() + static_cast<std::size_t>(node) * warp.gridWidth;
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i].x += s.weight[static_cast<std::size_t>(k)] * nodes[i].x;
            row[i].y += s.weight[static_cast<std::size_t>(k)] * nodes[i].y;
        }
    }
    return row;
}

Point elasticAt(const Warp& warp, const std::vector<Point>& row, double x)
{
    const Spline s = splineAt(x, warp.spacingPx);
    Point sum;
    for (int k = 0; k < 4; ++k) {
        const auto node = static_cast<std::size_t>(std::clamp(s.first + k, 0, warp.gridWidth - 1));
        sum.x += s.weight[static_cast<std::size_t>(k)] * row[node].x;
        sum.y += s.weight[static_cast<std::size_t>(k)] * row[node].y;
    }
    return sum;
}

/// Source positions of one output row.
void sourceRow(const Warp& warp, int y, std::vector<float>& xs, std::vector<float>& ys)
{
    const auto startX = warp.xy * y + warp.offsetX;
    const auto startY = warp.yy * y + warp.offsetY;
    for (int x = 0; x < warp.width; ++x) {
        xs[static_cast<std::size_t>(x)] = static_cast<float>(warp.xx * x + startX);
        ys[static_cast<std::size_t>(x)] = static_cast<float>(warp.yx * x + startY);
    }
    if (warp.elastic.empty())
        return;
    const std::vector<Point> row = elasticRow(warp, y);
    for (int x = 0; x < warp.width; ++x) {
        const Point d = elasticAt(warp, row, x);
        xs[static_cast<std::size_t>(x)] += static_cast<float>(d.x);
        ys[static_cast<std::size_t>(x)] += static_cast<float>(d.y);
    }
}

struct Tap
{
    std::size_t at, right, below; ///< offsets of the upper left pixel and of its neighbours
    float fx, fy;
};

Tap tapAt(float x, float y, int width, int height)
{
    const float cx = std::clamp(x, 0.0F, static_cast<float>(width - 1));
    const float cy = std::clamp(y, 0.0F, static_cast<float>(height - 1));
    const int x0 = static_cast<int>(cx);
    const int y0 = static_cast<int>(cy);
    return {static_cast<std::size_t>(y0) * width + x0, std::size_t(x0 + 1 < width ? 1 : 0),
            y0 + 1 < height ? static_cast<std::size_t>(width) : 0, cx - static_cast<float>(x0),
            cy - static_cast<float>(y0)};
}

float bilinear(const float* plane, const Tap& t)
{
    const float* p = plane + t.at;
    const float top = p[0] + t.fx * (p[t.right] - p[0]);
    const float* q = p + t.below;
    const float bottom = q[0] + t.fx * (q[t.right] - q[0]);
    return top + t.fy * (bottom - top);
}

/// Half a pixel beyond the outermost centres still belongs to the picture.
std::uint8_t nearestLabel(const Sample& sample, float x, float y)
{
    const float rx = x + 0.5F;
    const float ry = y + 0.5F;
    if (!(rx >= 0.0F && ry >= 0.0F && rx < static_cast<float>(sample.width) &&
          ry < static_cast<float>(sample.height)))
        return kIgnoreLabel;
    return sample.labels[static_cast<std::size_t>(ry) * sample.width + static_cast<std::size_t>(rx)];
}

void moveCurves(std::vector<SampleCurve>& curves, const Warp& warp)
{
    const double scale = 1.0 / std::sqrt(std::abs(warp.xx * warp.yy - warp.xy * warp.yx));
    for (SampleCurve& curve : curves) {
        for (Point& p : curve.points)
            p = warp.target(p);
        curve.widthPx *= scale;
    }
}

} // namespace

Point Warp::source(double x, double y) const
{
    Point p{xx * x + xy * y + offsetX, yx * x + yy * y + offsetY};
    if (!elastic.empty()) {
        const Point d = elasticAt(*this, elasticRow(*this, y), x);
        p.x += d.x;
        p.y += d.y;
    }
    return p;
}

Point Warp::target(Point p) const
{
    const double determinant = xx * yy - xy * yx;
    const auto solve = [&](double sx, double sy) {
        return Point{(yy * (sx - offsetX) - xy * (sy - offsetY)) / determinant,
                     (xx * (sy - offsetY) - yx * (sx - offsetX)) / determinant};
    };
    Point q = solve(p.x, p.y);
    // The field is smooth and small beside its spacing, so the fixed point is reached quickly.
    constexpr int kSteps = 12;
    for (int i = 0; i < kSteps && !elastic.empty(); ++i) {
        const Point d = elasticAt(*this, elasticRow(*this, q.y), q.x);
        q = solve(p.x - d.x, p.y - d.y);
    }
    return q;
}

bool Warp::isIdentity(const Sample& sample) const
{
    return elastic.empty() && width == sample.width && height == sample.height && xx == 1.0 && yy == 1.0 &&
           xy == 0.0 && yx == 0.0 && offsetX == 0.0 && offsetY == 0.0;
}

void addElastic(Warp& warp, double largestPx, Random& random)
{
    // Slopes stay below one half, so that nothing folds over.
    warp.spacingPx = std::max(32.0, 4.0 * largestPx);
    warp.gridWidth = static_cast<int>(warp.width / warp.spacingPx) + 4;
    warp.gridHeight = static_cast<int>(warp.height / warp.spacingPx) + 4;
    warp.elastic.resize(static_cast<std::size_t>(warp.gridWidth) * warp.gridHeight);
    for (Point& node : warp.elastic)
        node = {random.around(largestPx), random.around(largestPx)};
}

void applyWarp(Sample& sample, const Warp& warp)
{
    if (warp.isIdentity(sample))
        return;
    const std::size_t inPlane = static_cast<std::size_t>(sample.width) * sample.height;
    const std::size_t outPlane = static_cast<std::size_t>(warp.width) * warp.height;
    std::vector<float> image(outPlane * static_cast<std::size_t>(sample.channels));
    std::vector<std::uint8_t> labels(sample.labels.empty() ? 0 : outPlane);
    std::vector<float> xs(static_cast<std::size_t>(warp.width));
    std::vector<float> ys(xs.size());
    for (int y = 0; y < warp.height; ++y) {
        sourceRow(warp, y, xs, ys);
        const std::size_t row = static_cast<std::size_t>(y) * warp.width;
        for (std::size_t x = 0; x < xs.size(); ++x) {
            const Tap tap = tapAt(xs[x], ys[x], sample.width, sample.height);
            for (int c = 0; c < sample.channels; ++c)
                image[c * outPlane + row + x] = bilinear(sample.image.data() + c * inPlane, tap);
        }
        if (!labels.empty())
            for (std::size_t x = 0; x < xs.size(); ++x)
                labels[row + x] = nearestLabel(sample, xs[x], ys[x]);
    }
    moveCurves(sample.curves, warp);
    sample.image = std::move(image);
    sample.labels = std::move(labels);
    sample.width = warp.width;
    sample.height = warp.height;
}

} // namespace fedefm
