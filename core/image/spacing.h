// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace fedefm {

/// What a millimetre on the screen means.
enum class SpacingKind {
    None,       ///< lengths are pixels
    Detector,   ///< Imager Pixel Spacing: at the detector plane, the object appears magnified
    Geometry,   ///< corrected by the file for geometric magnification (or a scanned image plane)
    Calibrated, ///< by the file with a fiducial, or by the user with a line or a catheter
};

/// With kind None the two distances are 0, or hold the pixel aspect ratio (columnMm = 1) where the file gives
/// one.
struct PixelSpacing
{
    double rowMm = 0.0;    ///< distance between rows (vertical)
    double columnMm = 0.0; ///< distance between columns (horizontal)
    SpacingKind kind = SpacingKind::None;

    bool isKnown() const { return kind != SpacingKind::None; }
};

/// "px", "mm (detector)", "mm (geometry)", "mm (calibrated)".
const char* unitText(SpacingKind kind);

/// Attributes as read (0 = absent); see PS3.3 10.7 and C.8.7.1.
struct SpacingAttributes
{
    std::optional<std::pair<double, double>> pixelSpacing;               ///< (0028,0030) row, column
    std::optional<std::pair<double, double>> imagerPixelSpacing;         ///< (0018,1164)
    std::optional<std::pair<double, double>> nominalScannedPixelSpacing; ///< (0018,2010)
    std::string calibrationType;           ///< (0028,0A02): GEOMETRY, FIDUCIAL or ""
    double magnification = 0.0;            ///< (0018,1114) Estimated Radiographic Magnification Factor
    std::pair<int, int> aspectRatio{1, 1}; ///< (0028,0034) vertical, horizontal
    bool isProjection =
        true; ///< XA, XRF, RF, CR, DX …: Pixel Spacing equal to the imager's is detector spacing
};

/// The rule of the application: a projection's Pixel Spacing is what its calibration type says, else a
/// correction for magnification if it differs from the detector's; detector spacing is divided by a
/// magnification factor above 1. Zero, negative and non-finite values count as absent.
PixelSpacing resolveSpacing(const SpacingAttributes& attributes);

inline constexpr double kMmPerFrench = 1.0 / 3.0;

/// Isotropic spacing from a line of known length: dx, dy in pixels; `aspect` = row/column pixel distance.
/// Empty when the line is shorter than a pixel or the length not positive.
std::optional<PixelSpacing> calibrateByLine(double dxPx, double dyPx, double lengthMm, double aspect = 1.0);
/// The same from a catheter's apparent width in pixels and its size in French.
std::optional<PixelSpacing> calibrateByCatheter(double widthPx, double french, double aspect = 1.0);

/// Length of the vector (dx, dy) in mm, or in pixels when the spacing is unknown.
double lengthOf(const PixelSpacing& spacing, double dxPx, double dyPx);
/// Angle at the vertex between two arms in degrees, 0…180, in the geometry of the spacing.
double angleDeg(const PixelSpacing& spacing, double ax, double ay, double bx, double by);

} // namespace fedefm
