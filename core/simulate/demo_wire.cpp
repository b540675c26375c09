// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/demo_wire.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kStepPx = 1.0;

double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

/// Uniform in -1…1 from the generator's raw bits: distributions of the standard library differ between
/// libraries.
double jitter(std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) / 4503599627370496.0 - 1.0;
}

/// Down the aorta from above, a hook into the coronary ostium, then along the artery to the apex.
Polyline vesselVertices(std::uint64_t seed)
{
    Polyline vertices{{0.400, -0.030}, {0.415, 0.060}, {0.455, 0.150}, {0.525, 0.205},
                      {0.590, 0.190},  {0.650, 0.165}, {0.665, 0.205}, {0.610, 0.240},
                      {0.520, 0.275},  {0.430, 0.325}, {0.345, 0.390}, {0.270, 0.470},
                      {0.220, 0.565},  {0.215, 0.655}, {0.270, 0.715}, {0.350, 0.725}};
    std::mt19937_64 random(seed);
    for (std::size_t i = 6; i < vertices.size(); ++i) {
        vertices[i].x += 0.012 * jitter(random);
        vertices[i].y += 0.012 * jitter(random);
    }
    return vertices;
}

/// Displacement of a point of the path, growing from the fixed proximal end to the beating heart.
Point moved(Point p, double share, const DemoPose& pose)
{
    const double heart = std::clamp((share - 0.25) / 0.5, 0.0, 1.0);
    const double beat = std::pow(0.5 - 0.5 * std::cos(pose.heartPhase), 1.5);
    const double twist = std::sin(pose.heartPhase + 2.5 * share);
    const double hang = std::clamp(share / 0.3, 0.0, 1.0);
    return {p.x + heart * (0.020 * beat + 0.004 * twist),
            p.y - heart * (0.016 * beat - 0.004 * twist) + hang * pose.breathRows};
}

Polyline cut(const Polyline& line, double fromShare, double toShare)
{
    const double last = static_cast<double>(line.size() - 1);
    const auto at = [&](double share) {
        const double place = std::clamp(share, 0.0, 1.0) * last;
        const auto index = std::min(static_cast<std::size_t>(place), line.size() - 2);
        const double t = place - static_cast<double>(index);
        return Point{mix(line[index].x, line[index + 1].x, t), mix(line[index].y, line[index + 1].y, t)};
    };
    Polyline part{at(fromShare)};
    for (auto i = static_cast<std::size_t>(std::floor(fromShare * last)) + 1; i < line.size(); ++i) {
        if (static_cast<double>(i) >= toShare * last)
            break;
        part.push_back(line[i]);
    }
    part.push_back(at(toShare));
    return part;
}

double chord(double radius, double distance)
{
    return distance >= radius ? 0.0 : 2.0 * std::sqrt(radius * radius - distance * distance);
}

/// Chord averaged over the width of a pixel.
double pixelChord(double radius, double distance)
{
    double sum = 0.0;
    for (const double offset : {-0.375, -0.125, 0.125, 0.375})
        sum += chord(radius, std::abs(distance + offset));
    return sum / 4.0;
}

double segmentDistance(Point a, Point b, double x, double y)
{
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double squared = dx * dx + dy * dy;
    const double t = squared > 0.0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / squared, 0.0, 1.0) : 0.0;
    return std::hypot(a.x + t * dx - x, a.y + t * dy - y);
}

struct TouchedPixel
{
    std::size_t index;
    float distance;
};

/// Pixels within `reachPx` of the line with their distance to it, each pixel once.
std::vector<TouchedPixel> pixelsNear(const Polyline& line, int sizePx, double reachPx)
{
    constexpr float kFar = std::numeric_limits<float>::max();
    std::vector<float> nearest(static_cast<std::size_t>(sizePx) * sizePx, kFar);
    std::vector<TouchedPixel> touched;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const Point a = line[i];
        const Point b = line[i + 1];
        const int x0 = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reachPx)));
        const int x1 = std::min(sizePx - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reachPx)));
        const int y0 = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reachPx)));
        const int y1 = std::min(sizePx - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reachPx)));
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x) {
                const std::size_t index = static_cast<std::size_t>(y) * sizePx + x;
                const auto distance = static_cast<float>(segmentDistance(a, b, x, y));
                if (distance > reachPx)
                    continue;
                if (nearest[index] == kFar)
                    touched.push_back({index, distance});
                nearest[index] = std::min(nearest[index], distance);
            }
    }
    for (TouchedPixel& pixel : touched)
        pixel.distance = nearest[pixel.index];
    return touched;
}

void addTube(DemoField& field, const Polyline& line, double outerPx, double innerPx, double attenuation)
{
    if (line.size() < 2)
        return;
    for (const TouchedPixel& pixel : pixelsNear(line, field.sizePx, outerPx + 1.0)) {
        const double wall = pixelChord(outerPx, pixel.distance) - 0.65 * pixelChord(innerPx, pixel.distance);
        field.values[pixel.index] += static_cast<float>(attenuation * wall / (2.0 * outerPx));
    }
}

} // namespace

DemoPose demoPose(double progress, double seconds)
{
    const double catheter = 0.315 + 0.05 * std::min(1.0, progress * 2.5);
    const double push = progress + 0.05 * std::sin(6.0 * kPi * progress);
    DemoPose pose;
    pose.catheterShare = catheter;
    pose.guidewireShare = std::clamp(catheter + 0.10 + 0.50 * push, catheter + 0.05, 0.985);
    pose.heartPhase = 2.0 * kPi * 1.15 * seconds;
    pose.breathRows = 0.011 * std::sin(2.0 * kPi * 0.24 * seconds);
    return pose;
}

DemoInstruments demoInstruments(const DemoPose& pose, int sizePx, std::uint64_t seed)
{
    Polyline vertices = vesselVertices(seed);
    const double last = static_cast<double>(vertices.size() - 1);
    for (std::size_t i = 0; i < vertices.size(); ++i) {
        const Point p = moved(vertices[i], static_cast<double>(i) / last, pose);
        vertices[i] = {p.x * sizePx - 0.5, p.y * sizePx - 0.5};
    }
    const Polyline path = resample(spline(vertices, kStepPx), kStepPx);
    DemoInstruments instruments;
    if (path.size() < 2)
        return instruments;
    instruments.catheter = cut(path, 0.0, pose.catheterShare);
    instruments.inner = instruments.catheter;
    instruments.guidewire = cut(path, pose.catheterShare, pose.guidewireShare);
    return instruments;
}

void addInstruments(DemoField& field, const DemoInstruments& instruments)
{
    const double catheterPx = kDemoCatheterWidth * field.sizePx / 2.0;
    const double wirePx = kDemoGuidewireWidth * field.sizePx / 2.0;
    addTube(field, instruments.catheter, catheterPx, 0.62 * catheterPx, 1.15);
    addTube(field, instruments.inner, wirePx, 0.0, 0.45);
    addTube(field, instruments.guidewire, wirePx, 0.0, 0.62);
    // The distal end of a coronary wire is platinum: clearly darker.
    const Polyline& wire = instruments.guidewire;
    const std::size_t coil =
        std::min(wire.size(), static_cast<std::size_t>(0.07 * field.sizePx / kStepPx) + 2);
    addTube(field, {wire.end() - static_cast<std::ptrdiff_t>(coil), wire.end()}, 1.15 * wirePx, 0.0, 0.40);
}

} // namespace fedefm
