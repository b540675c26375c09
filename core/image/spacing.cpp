// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/spacing.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

using Pair = std::pair<double, double>;

constexpr double kPi = 3.14159265358979323846;
constexpr double kMaxMagnification = 10.0; // beyond it the source would be inside the patient

bool isPositive(double value)
{
    return std::isfinite(value) && value > 0.0;
}

bool isUsable(const std::optional<Pair>& spacing)
{
    return spacing && isPositive(spacing->first) && isPositive(spacing->second);
}

bool isSame(const Pair& a, const Pair& b)
{
    // Decimal strings of 16 characters: the same spacing may be written with different precision.
    const auto close = [](double x, double y) { return std::abs(x - y) <= 1e-4 * std::max(x, y); };
    return close(a.first, b.first) && close(a.second, b.second);
}

PixelSpacing make(const Pair& spacing, SpacingKind kind, double divisor = 1.0)
{
    return {spacing.first / divisor, spacing.second / divisor, kind};
}

PixelSpacing detectorSpacing(const Pair& spacing, double magnification)
{
    const bool corrects =
        std::isfinite(magnification) && magnification > 1.0 && magnification <= kMaxMagnification;
    return corrects ? make(spacing, SpacingKind::Geometry, magnification)
                    : make(spacing, SpacingKind::Detector);
}

/// Pixel Spacing of a projection: what it means depends on the calibration type and on the detector's
/// spacing.
PixelSpacing projectionSpacing(const SpacingAttributes& in)
{
    const Pair& spacing = *in.pixelSpacing;
    if (in.calibrationType == "FIDUCIAL")
        return make(spacing, SpacingKind::Calibrated);
    if (in.calibrationType == "GEOMETRY")
        return make(spacing, SpacingKind::Geometry);
    // Without a type only a difference to the detector's spacing shows that a correction was made
    // (PS3.3 10.7.1.3).
    if (isUsable(in.imagerPixelSpacing) && !isSame(spacing, *in.imagerPixelSpacing))
        return make(spacing, SpacingKind::Geometry);
    return detectorSpacing(spacing, in.magnification);
}

/// Row and column distance that a length in mm and a length in column units give.
std::optional<PixelSpacing> isotropic(double lengthInColumns, double lengthMm, double aspect)
{
    if (!isPositive(aspect) || !isPositive(lengthMm) || !isPositive(lengthInColumns))
        return std::nullopt;
    const double columnMm = lengthMm / lengthInColumns;
    return PixelSpacing{columnMm * aspect, columnMm, SpacingKind::Calibrated};
}

/// Scale of x and y that makes lengths and angles true, up to a factor when only the aspect is known.
Pair scaleOf(const PixelSpacing& spacing)
{
    if (isPositive(spacing.rowMm) && isPositive(spacing.columnMm))
        return {spacing.columnMm, spacing.rowMm};
    return {1.0, 1.0};
}

} // namespace

const char* unitText(SpacingKind kind)
{
    switch (kind) {
    case SpacingKind::Detector:
        return "mm (detector)";
    case SpacingKind::Geometry:
        return "mm (geometry)";
    case SpacingKind::Calibrated:
        return "mm (calibrated)";
    case SpacingKind::None:
        break;
    }
    return "px";
}

PixelSpacing resolveSpacing(const SpacingAttributes& attributes)
{
    if (isUsable(attributes.pixelSpacing))
        return attributes.isProjection ? projectionSpacing(attributes)
                                       : make(*attributes.pixelSpacing, SpacingKind::Geometry);
    if (isUsable(attributes.imagerPixelSpacing))
        return detectorSpacing(*attributes.imagerPixelSpacing, attributes.magnification);
    if (isUsable(attributes.nominalScannedPixelSpacing))
        return make(*attributes.nominalScannedPixelSpacing, SpacingKind::Detector);

    const auto [vertical, horizontal] = attributes.aspectRatio;
    if (vertical > 0 && horizontal > 0 && vertical != horizontal)
        return {static_cast<double>(vertical) / horizontal, 1.0, SpacingKind::None};
    return {};
}

std::optional<PixelSpacing> calibrateByLine(double dxPx, double dyPx, double lengthMm, double aspect)
{
    if (!(std::hypot(dxPx, dyPx) >= 1.0))
        return std::nullopt;
    return isotropic(std::hypot(dxPx, dyPx * aspect), lengthMm, aspect);
}

std::optional<PixelSpacing> calibrateByCatheter(double widthPx, double french, double aspect)
{
    if (!(widthPx >= 1.0))
        return std::nullopt;
    return isotropic(widthPx, french * kMmPerFrench, aspect);
}

double lengthOf(const PixelSpacing& spacing, double dxPx, double dyPx)
{
    if (!spacing.isKnown())
        return std::hypot(dxPx, dyPx);
    return std::hypot(dxPx * spacing.columnMm, dyPx * spacing.rowMm);
}

double angleDeg(const PixelSpacing& spacing, double ax, double ay, double bx, double by)
{
    const auto [sx, sy] = scaleOf(spacing);
    const double cross = sx * sy * (ax * by - ay * bx);
    const double dot = sx * sx * ax * bx + sy * sy * ay * by;
    return std::atan2(std::abs(cross), dot) * 180.0 / kPi;
}

} // namespace fedefm
