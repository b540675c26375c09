// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ridge_curves_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// 0 at `none`, 1 at `full`, linear in between.
double ramp(double value, double none, double full)
{
    return std::clamp((value - none) / (full - none), 0.0, 1.0);
}

double ownScore(const RidgeCurve& curve, const RidgePicture& picture)
{
    const double length = std::sqrt(curve.lengthPx / picture.unitPx);
    const double smooth = std::exp(-curve.wobbleDeg / 6.0);
    const double symmetric = ramp(curve.balance, 0.25, 0.55);
    const double inside = 1.0 - ramp(curve.edgePart, 0.4, 0.7);
    return curve.visibility * length * smooth * symmetric * inside * ramp(curve.support, 0.3, 0.8);
}

double nearestEndPx(const RidgeCurve& curve, const RidgeCurve& other)
{
    return std::min(distanceTo(other.points, curve.points.front()),
                    distanceTo(other.points, curve.points.back()));
}

/// A device comes from outside: from the edge of the field, or out of a wider device that does. What starts
/// inside and is as wide as a catheter is more likely a vessel full of contrast medium.
double anchoring(const RidgeCurve& curve, const std::vector<RidgeCurve>& all, const RidgePicture& picture,
                 const RidgeSettings& settings)
{
    const double unit = picture.unitPx;
    const double limit = settings.anchorPx * unit;
    if (std::min(curve.startEdgePx, curve.endEdgePx) < limit)
        return 1.0;
    for (const RidgeCurve& other : all) {
        const bool isAnchored = std::min(other.startEdgePx, other.endEdgePx) < limit;
        if (&other == &curve || !isAnchored || other.score < settings.minScore)
            continue;
        if (curve.widthPx < 0.75 * other.widthPx && nearestEndPx(curve, other) < 15.0 * unit)
            return 1.0;
    }
    return curve.widthPx < settings.catheterWidthPx * unit ? 0.6 : 0.15;
}

} // namespace

std::vector<RidgeCurve> selectWires(std::vector<RidgeCurve> curves, const RidgePicture& picture,
                                    const RidgeSettings& settings)
{
    for (RidgeCurve& curve : curves)
        curve.score = ownScore(curve, picture);
    std::vector<double> factors;
    for (const RidgeCurve& curve : curves)
        factors.push_back(anchoring(curve, curves, picture, settings));
    double best = 0.0;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        curves[i].score *= factors[i];
        curves[i].confidence = 1.0 - std::exp(-curves[i].score / 50.0);
        best = std::max(best, curves[i].score);
    }
    const double limit = std::max(settings.minScore, settings.minScorePart * best);
    std::vector<RidgeCurve> kept;
    for (RidgeCurve& curve : curves)
        if (curve.score >= limit && curve.lengthPx >= settings.minLengthPx * picture.unitPx &&
            curve.contrast >= settings.minContrast)
            kept.push_back(std::move(curve));
    return kept;
}

} // namespace fedefm
