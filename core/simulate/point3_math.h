// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/simulated_cine.h"

#include <cmath>

namespace fedefm {

inline Point3 operator+(Point3 a, Point3 b)
{
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Point3 operator-(Point3 a, Point3 b)
{
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Point3 operator*(Point3 a, double s)
{
    return {a.x * s, a.y * s, a.z * s};
}
inline double dot(Point3 a, Point3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Point3 cross(Point3 a, Point3 b)
{
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double norm(Point3 a)
{
    return std::sqrt(dot(a, a));
}
/// The x axis for a vector without direction.
inline Point3 normalised(Point3 a)
{
    const double length = norm(a);
    return length > 1e-12 ? a * (1.0 / length) : Point3{1.0, 0.0, 0.0};
}
/// Some unit vector at right angles to a unit vector.
inline Point3 perpendicularTo(Point3 a)
{
    return normalised(cross(a, std::abs(a.x) < 0.8 ? Point3{1.0, 0.0, 0.0} : Point3{0.0, 1.0, 0.0}));
}

} // namespace fedefm
