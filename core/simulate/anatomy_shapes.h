// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/simulate/random_stream.h"

namespace fedefm {

/// 0 below `edge0`, 1 above `edge1`, smooth between.
inline double smoothStep(double edge0, double edge1, double x)
{
    const double t = std::clamp((x - edge0) / (edge1 - edge0), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

/// Adds value(xMm, yMm) at every point of the grid; the picture's centre is (0, 0).
template <typename Value> void addField(FloatPlane& plane, double fieldMm, Value value)
{
    const double stepMm = fieldMm / plane.width;
    const double middle = 0.5 * (plane.width - 1);
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x)
            plane.values[plane.index(x, y)] +=
                static_cast<float>(value((x - middle) * stepMm, (y - middle) * stepMm));
}

/// An ellipse; `softness` is the width of its border as a share of its radius.
struct EllipseShape
{
    double x = 0.0;
    double y = 0.0;
    double radiusX = 10.0; ///< mm
    double radiusY = 10.0;
    double turn = 0.0; ///< rad
    double softness = 0.1;

    /// Distance from the centre, 1 at the border.
    double level(double px, double py) const
    {
        const double c = std::cos(turn);
        const double s = std::sin(turn);
        const double u = (c * (px - x) + s * (py - y)) / radiusX;
        const double v = (c * (py - y) - s * (px - x)) / radiusY;
        return std::sqrt(u * u + v * v);
    }
    double inside(double px, double py) const
    {
        return 1.0 - smoothStep(1.0 - softness, 1.0 + softness, level(px, py));
    }
    /// A rim of the given width (share of the radius), denser towards the border as a hollow shell's is.
    double shell(double px, double py, double width) const
    {
        const double l = level(px, py);
        if (l >= 1.0)
            return 0.0;
        const double inner = std::max(0.0, (1.0 - width) * (1.0 - width) - l * l);
        return (std::sqrt(1.0 - l * l) - std::sqrt(inner)) / std::sqrt(1.0 - (1.0 - width) * (1.0 - width));
    }
};

void addEllipse(FloatPlane& plane, double fieldMm, const EllipseShape& shape, double attenuation);
void addShell(FloatPlane& plane, double fieldMm, const EllipseShape& shape, double width, double attenuation);

/// A random ellipse within the field.
EllipseShape randomEllipse(double fieldMm, double smallest, double largest, RandomStream& random);

struct SpineShape
{
    double x = 0.0;
    double tilt = 0.0;
    double halfWidthMm = 18.0;
    double periodMm = 32.0;
    double phase = 0.0;
    double softness = 0.12; ///< of the borders, share of the half width
    double disc = 0.4;      ///< how much lighter the discs are
};
void addSpine(FloatPlane& plane, double fieldMm, const SpineShape& shape, double attenuation);

struct RibShape
{
    double spineX = 0.0;
    double periodMm = 28.0;
    double phase = 0.0;
    double slope = 0.4;  ///< mm down per mm away from the spine
    double bow = 0.002;  ///< 1/mm
    double share = 0.45; ///< of the period that is bone
    double sides = 0.0;  ///< -1 or 1: only on one side of the spine
};
/// `warp` (same grid, deviation 1) makes them irregular.
void addRibs(FloatPlane& plane, double fieldMm, const RibShape& shape, double attenuation,
             const FloatPlane& warp);

/// Thin winding lines that fade: vessels of the lung, folds, markings of bone.
void addMarkings(FloatPlane& plane, double fieldMm, int count, double largestMm, double attenuation,
                 RandomStream& random);

/// Straight steps across the whole picture: table pads, edges of the arm, filters.
void addSteps(FloatPlane& plane, double fieldMm, int count, double attenuation, RandomStream& random);

} // namespace fedefm
