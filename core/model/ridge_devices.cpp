// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ridge_devices_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// Evidence, in points of the curve, that a change of class must bring.
constexpr double kSplitCost = 25.0;

struct Stretch
{
    std::size_t first = 0;
    std::size_t end = 0;
    bool isWide = false;
};

/// How the widths of one curve vote: sums from the start, wide counts up, thin down, at most 1 per point.
class WidthVotes
{
public:
    WidthVotes(const std::vector<double>& widthsPx, double limitPx, double unitPx)
        : m_sums(widthsPx.size() + 1, 0.0)
    {
        for (std::size_t i = 0; i < widthsPx.size(); ++i)
            m_sums[i + 1] = m_sums[i] + std::clamp((widthsPx[i] - limitPx) / unitPx, -1.0, 1.0);
    }
    std::size_t count() const { return m_sums.size() - 1; }
    double between(std::size_t first, std::size_t end) const { return m_sums[end] - m_sums[first]; }
    double all() const { return m_sums.back(); }

private:
    std::vector<double> m_sums;
};

/// Whether [0, k) may be a catheter out of which the rest comes as a wire; the curve is seen from that side.
/// A catheter reaches the border of the field and is wide there: what is wide further in only is a balloon or
/// stent on a wire. A short thin end at the border is a flaw of the measurement.
bool mayBeShaft(const WidthVotes& votes, std::size_t k, double outerEdgePx, double innerEdgePx,
                const RidgeSettings& settings, double unitPx)
{
    const auto outer = std::min(k, std::max(static_cast<std::size_t>(30.0 * unitPx), k / 3));
    const bool endsInside = innerEdgePx > 30.0 * unitPx;
    const auto rest = static_cast<double>(votes.count() - k);
    return outerEdgePx < settings.anchorPx * unitPx && votes.between(0, outer) > 0.0 &&
           rest > (endsInside ? 15.0 : 70.0) * unitPx;
}

/// The best cut into shaft [0, k) and wire; `gain` is its evidence, 0 when there is none.
struct Cut
{
    std::size_t k = 0;
    double gain = 0.0;
};

Cut bestCut(const WidthVotes& votes, double outerEdgePx, double innerEdgePx, const RidgeSettings& settings,
            double unitPx)
{
    Cut best;
    for (auto k = static_cast<std::size_t>(40.0 * unitPx); k < votes.count(); ++k) {
        const double gain = votes.between(0, k) - votes.between(k, votes.count()) - kSplitCost * unitPx;
        if (gain > best.gain && mayBeShaft(votes, k, outerEdgePx, innerEdgePx, settings, unitPx))
            best = {k, gain};
    }
    return best;
}

/// One class, or a catheter out of which a wire comes: whichever explains the widths best.
std::vector<Stretch> classStretches(const RidgeCurve& curve, const std::vector<double>& widthsPx,
                                    const RidgeSettings& settings, double unitPx)
{
    const std::size_t count = widthsPx.size();
    const double limit = settings.catheterWidthPx * unitPx;
    const WidthVotes votes(widthsPx, limit, unitPx);
    const WidthVotes reversed({widthsPx.rbegin(), widthsPx.rend()}, limit, unitPx);
    const Cut fromStart = bestCut(votes, curve.startEdgePx, curve.endEdgePx, settings, unitPx);
    const Cut fromEnd = bestCut(reversed, curve.endEdgePx, curve.startEdgePx, settings, unitPx);
    if (std::max(fromStart.gain, fromEnd.gain) <= std::abs(votes.all()))
        return {{0, count, votes.all() > 0.0}};
    if (fromStart.gain >= fromEnd.gain)
        return {{0, fromStart.k, true}, {fromStart.k, count, false}};
    return {{0, count - fromEnd.k, false}, {count - fromEnd.k, count, true}};
}

/// True when the curve's first point is the one that it comes from.
bool startsProximal(const RidgeCurve& curve, const std::vector<Stretch>& stretches,
                    const std::vector<RidgeCurve>& all, const RidgePicture& picture)
{
    if (stretches.front().isWide != stretches.back().isWide)
        return stretches.front().isWide;
    const double near = 25.0 * picture.unitPx;
    const bool startAtEdge = curve.startEdgePx < near;
    const bool endAtEdge = curve.endEdgePx < near;
    if (startAtEdge != endAtEdge)
        return startAtEdge;
    // A wire without a shaft in sight comes out of the catheter that one of its ends lies at.
    double toStart = near;
    double toEnd = near;
    for (const RidgeCurve& other : all) {
        if (&other == &curve || other.widthPx < 1.3 * curve.widthPx)
            continue;
        toStart = std::min(toStart, distanceTo(other.points, curve.points.front()));
        toEnd = std::min(toEnd, distanceTo(other.points, curve.points.back()));
    }
    if (toStart != toEnd)
        return toStart < toEnd;
    return curve.startEdgePx <= curve.endEdgePx;
}

double tipConfidence(const RidgeDevice& device, const RidgePicture& picture)
{
    const Point tip = device.points.back();
    const double inside = (picture.edgeDistance.sample(tip.x, tip.y) / picture.unitPx - 25.0) / 15.0;
    return device.confidence * std::clamp(inside, 0.0, 1.0);
}

} // namespace

std::vector<RidgeDevice> nameDevices(const std::vector<RidgeCurve>& curves, const RidgePicture& picture,
                                     const RidgeSettings& settings)
{
    std::vector<RidgeDevice> devices;
    for (const RidgeCurve& curve : curves) {
        const auto reach = static_cast<std::size_t>(10.0 * picture.unitPx);
        const std::vector<double> widths = steadyWidths(curve, reach);
        const std::vector<Stretch> stretches = classStretches(curve, widths, settings, picture.unitPx);
        const bool forwards = startsProximal(curve, stretches, curves, picture);
        for (const Stretch& stretch : stretches) {
            RidgeDevice device;
            device.wireClass = stretch.isWide ? WireClass::Catheter : WireClass::Guidewire;
            // Neighbouring stretches share a point, or a gap would show between them.
            const auto first = static_cast<std::ptrdiff_t>(stretch.first);
            const auto end = static_cast<std::ptrdiff_t>(std::min(stretch.end + 1, curve.points.size()));
            device.points.assign(curve.points.begin() + first, curve.points.begin() + end);
            device.widthsPx.assign(widths.begin() + first, widths.begin() + end);
            if (!forwards) {
                std::reverse(device.points.begin(), device.points.end());
                std::reverse(device.widthsPx.begin(), device.widthsPx.end());
            }
            device.confidence = curve.confidence;
            device.tipConfidence = tipConfidence(device, picture);
            devices.push_back(std::move(device));
        }
    }
    return devices;
}

} // namespace fedefm
