// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_color_private.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fedefm {

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

// sRGB primaries adapted to D50 by Bradford's method (IEC 61966-2-1, ICC.1).
constexpr Matrix kRgbToXyz{{{0.4360747, 0.3850649, 0.1430804},
                            {0.2225045, 0.7168786, 0.0606169},
                            {0.0139322, 0.0971045, 0.7141733}}};
constexpr Matrix kXyzToRgb{{{3.1338561, -1.6168667, -0.4906146},
                            {-0.9787684, 1.9161415, 0.0334540},
                            {0.0719453, -0.2289914, 1.4052427}}};
constexpr Vector kWhite{0.9642200, 1.0000000, 0.8252100};

constexpr double kDelta = 6.0 / 29.0;

Vector multiply(const Matrix& matrix, const Vector& v)
{
    Vector result{};
    for (std::size_t row = 0; row < 3; ++row)
        result[row] = matrix[row][0] * v[0] + matrix[row][1] * v[1] + matrix[row][2] * v[2];
    return result;
}

double linearFromSrgb(double value)
{
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double srgbFromLinear(double value)
{
    return value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1.0 / 2.4) - 0.055;
}

double labCurve(double t)
{
    return t > kDelta * kDelta * kDelta ? std::cbrt(t) : t / (3.0 * kDelta * kDelta) + 4.0 / 29.0;
}

double labCurveInverse(double t)
{
    return t > kDelta ? t * t * t : 3.0 * kDelta * kDelta * (t - 4.0 / 29.0);
}

std::uint16_t encode(double value, double low, double high)
{
    const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
    return static_cast<std::uint16_t>(std::lround(share * 65535.0));
}

double decode(std::uint16_t value, double low, double high)
{
    return low + (high - low) * value / 65535.0;
}

} // namespace

DicomLab labFromRgb(const Rgb& rgb)
{
    Vector linear{};
    for (std::size_t i = 0; i < 3; ++i)
        linear[i] = linearFromSrgb(rgb[i] / 255.0);
    const Vector xyz = multiply(kRgbToXyz, linear);
    const double fx = labCurve(xyz[0] / kWhite[0]);
    const double fy = labCurve(xyz[1] / kWhite[1]);
    const double fz = labCurve(xyz[2] / kWhite[2]);
    return {encode(116.0 * fy - 16.0, 0.0, 100.0), encode(500.0 * (fx - fy), -128.0, 127.0),
            encode(200.0 * (fy - fz), -128.0, 127.0)};
}

Rgb rgbFromLab(const DicomLab& lab)
{
    const double fy = (decode(lab[0], 0.0, 100.0) + 16.0) / 116.0;
    const double fx = fy + decode(lab[1], -128.0, 127.0) / 500.0;
    const double fz = fy - decode(lab[2], -128.0, 127.0) / 200.0;
    const Vector xyz{kWhite[0] * labCurveInverse(fx), kWhite[1] * labCurveInverse(fy),
                     kWhite[2] * labCurveInverse(fz)};
    const Vector linear = multiply(kXyzToRgb, xyz);
    Rgb rgb{};
    for (std::size_t i = 0; i < 3; ++i)
        rgb[i] =
            static_cast<std::uint8_t>(std::lround(std::clamp(srgbFromLinear(linear[i]), 0.0, 1.0) * 255.0));
    return rgb;
}

} // namespace fedefm
