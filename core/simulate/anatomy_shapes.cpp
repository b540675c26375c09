// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/anatomy_shapes.h"

#include "core/simulate/tube_raster.h"

namespace fedefm {

namespace {

/// Like addField, within a box in mm only.
template <typename Value>
void addWithin(FloatPlane& plane, double fieldMm, double x, double y, double reach, Value value)
{
    const double stepMm = fieldMm / plane.width;
    const double middle = 0.5 * (plane.width - 1);
    const auto bound = [&](double mm) {
        return static_cast<int>(std::clamp(mm / stepMm + middle, -1.0, static_cast<double>(plane.width)));
    };
    for (int v = std::max(0, bound(y - reach)); v <= std::min(plane.height - 1, bound(y + reach) + 1); ++v)
        for (int u = std::max(0, bound(x - reach)); u <= std::min(plane.width - 1, bound(x + reach) + 1); ++u)
            plane.values[plane.index(u, v)] +=
                static_cast<float>(value((u - middle) * stepMm, (v - middle) * stepMm));
}

double wrapped(double x)
{
    return x - std::floor(x);
}

double bump(double distance, double width)
{
    const double t = distance / width;
    return std::exp(-t * t);
}

} // namespace

void addEllipse(FloatPlane& plane, double fieldMm, const EllipseShape& shape, double attenuation)
{
    const double reach = (1.0 + shape.softness) * std::max(shape.radiusX, shape.radiusY);
    addWithin(plane, fieldMm, shape.x, shape.y, reach,
              [&](double x, double y) { return attenuation * shape.inside(x, y); });
}

void addShell(FloatPlane& plane, double fieldMm, const EllipseShape& shape, double width, double attenuation)
{
    addWithin(plane, fieldMm, shape.x, shape.y, std::max(shape.radiusX, shape.radiusY),
              [&](double x, double y) { return attenuation * shape.shell(x, y, width); });
}

EllipseShape randomEllipse(double fieldMm, double smallest, double largest, RandomStream& random)
{
    EllipseShape shape;
    shape.x = fieldMm * random.range(-0.55, 0.55);
    shape.y = fieldMm * random.range(-0.55, 0.55);
    shape.radiusX = random.logRange(smallest, largest);
    shape.radiusY = shape.radiusX * random.range(0.4, 1.0);
    shape.turn = random.range(0.0, 3.14);
    shape.softness = random.chance(0.3) ? random.range(0.02, 0.1) : random.range(0.15, 0.8);
    return shape;
}

void addSpine(FloatPlane& plane, double fieldMm, const SpineShape& shape, double attenuation)
{
    const double half = shape.halfWidthMm;
    addField(plane, fieldMm, [&](double x, double y) {
        const double across = x - shape.x - shape.tilt * y;
        if (std::abs(across) > 2.6 * half)
            return 0.0;
        const double phase = wrapped(y / shape.periodMm + shape.phase + 0.02 * across / half);
        const double body = 1.0 - smoothStep((1.0 - shape.softness) * half, (1.0 + shape.softness) * half,
                                             std::abs(across) + 2.0 * std::abs(phase - 0.6));
        const double disc = smoothStep(0.0, 0.05, phase) * (1.0 - smoothStep(0.17, 0.22, phase));
        const double plates = bump(phase - 0.24, 0.03) + bump(phase - 0.98, 0.03);
        const double pedicles = bump(std::abs(across) - 0.62 * half, 0.14 * half) * bump(phase - 0.52, 0.13);
        const double process = bump(across, 0.12 * half) * bump(phase - 0.7, 0.2);
        const double transverse =
            bump(phase - 0.5, 0.1) * (1.0 - smoothStep(1.6 * half, 2.4 * half, std::abs(across)));
        return attenuation * (body * (1.0 - shape.disc * disc + 0.2 * plates) + 0.3 * pedicles +
                              0.22 * process + 0.2 * transverse);
    });
}

void addRibs(FloatPlane& plane, double fieldMm, const RibShape& shape, double attenuation,
             const FloatPlane& warp)
{
    std::size_t at = 0;
    addField(plane, fieldMm, [&](double x, double y) {
        const double bent = warp.values[at++];
        const double beside = x - shape.spineX;
        const double away = std::abs(beside);
        if (beside * shape.sides < 0.0)
            return 0.0;
        const double place = y - shape.slope * away + shape.bow * away * away + 1.6 * bent;
        const double phase = wrapped(place / shape.periodMm + shape.phase);
        const double share = shape.share + 0.04 * bent;
        const double band = smoothStep(0.0, 0.09, phase) * (1.0 - smoothStep(share - 0.09, share, phase));
        const double borders = bump(phase - 0.06, 0.045) + bump(phase - share + 0.05, 0.04);
        const double fade = smoothStep(4.0, 30.0, away) * (0.8 + 0.3 * bent);
        return attenuation * std::max(0.0, fade) * (0.7 * band + 0.3 * borders);
    });
}

void addMarkings(FloatPlane& plane, double fieldMm, int count, double largestMm, double attenuation,
                 RandomStream& random)
{
    TubeRaster raster(plane.width);
    const double pxPerMm = plane.width / fieldMm;
    for (int i = 0; i < count; ++i) {
        Point at{plane.width * random.range(-0.1, 1.1), plane.width * random.range(-0.1, 1.1)};
        double heading = random.range(0.0, 6.28);
        const double radius = random.logRange(0.25, 1.0) * largestMm * pxPerMm;
        const double peak = attenuation * random.logRange(0.15, 1.0);
        const double turning = random.range(0.05, 0.4);
        const double step = std::max(2.0, 0.02 * plane.width);
        const int parts = 4 + random.index(14);
        std::vector<TubePoint> tube;
        for (int k = 0; k <= parts; ++k) {
            const double t = static_cast<double>(k) / parts;
            tube.push_back({at, std::max(0.3, radius * (1.0 - 0.6 * t)), t});
            heading += turning * random.normal();
            at = {at.x + step * std::cos(heading), at.y + step * std::sin(heading)};
        }
        for (const TubeRaster::Hit& hit : raster.trace(tube)) {
            const double fade = 1.0 - smoothStep(0.5, 1.0, std::abs(2.0 * hit.arc - 1.0));
            plane.values[hit.index] +=
                static_cast<float>(peak * fade * pixelChord(hit.radius, hit.distance) / (2.0 * radius + 0.5));
        }
    }
}

void addSteps(FloatPlane& plane, double fieldMm, int count, double attenuation, RandomStream& random)
{
    for (int i = 0; i < count; ++i) {
        const double angle = random.range(0.0, 6.28);
        const double c = std::cos(angle);
        const double s = std::sin(angle);
        const double offset = fieldMm * random.range(-0.4, 0.4);
        const double softness = fieldMm * random.logRange(0.002, 0.03);
        const double height = attenuation * random.range(0.2, 1.0);
        addField(plane, fieldMm, [&](double x, double y) {
            return height * smoothStep(-softness, softness, c * x + s * y - offset);
        });
    }
}

} // namespace fedefm
