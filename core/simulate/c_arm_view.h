// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"
#include "core/simulate/point3_math.h"

namespace fedefm {

/// Perspective projection of a C-arm. Primary angle > 0 is LAO, secondary > 0 is CRA (PS3.3 C.8.7.5).
struct CArmView
{
    double primaryDeg = 0.0;
    double secondaryDeg = 0.0;
    double sourceToDetectorMm = 1100.0;
    double sourceToIsocentreMm = 780.0;
    double pixelMm = 0.4; ///< at the detector
    int sizePx = 512;
    Point3 centre; ///< the point of the patient that lies in the isocentre

    struct Projected
    {
        Point at;             ///< pixels
        double pxPerMm = 1.0; ///< scale at the depth of the point
    };

    /// Axes of the picture in the patient: to the right, down, towards the detector.
    struct Axes
    {
        Point3 right;
        Point3 down;
        Point3 toDetector;
    };
    Axes axes() const;
    Projected project(const Axes& axes, Point3 p) const;
    double isocentrePxPerMm() const { return sourceToDetectorMm / sourceToIsocentreMm / pixelMm; }
    /// Width of the picture in the patient, at the isocentre.
    double fieldMm() const { return sizePx / isocentrePxPerMm(); }
};

inline CArmView::Axes CArmView::axes() const
{
    constexpr double kRadians = 3.14159265358979323846 / 180.0;
    const double a = primaryDeg * kRadians;
    const double b = secondaryDeg * kRadians;
    Axes axes;
    axes.toDetector = {std::sin(a) * std::cos(b), -std::sin(b), std::cos(a) * std::cos(b)};
    axes.right = {std::cos(a), 0.0, -std::sin(a)};
    axes.down = cross(axes.toDetector, axes.right);
    return axes;
}

inline CArmView::Projected CArmView::project(const Axes& axes, Point3 p) const
{
    const Point3 d = p - centre;
    // A point at the focus would be infinitely large; nothing of interest lies there.
    const double depth = std::max(0.1 * sourceToIsocentreMm, sourceToIsocentreMm + dot(d, axes.toDetector));
    const double scale = sourceToDetectorMm / depth / pixelMm;
    const double middle = 0.5 * (sizePx - 1);
    return {{middle + dot(d, axes.right) * scale, middle + dot(d, axes.down) * scale}, scale};
}

} // namespace fedefm
