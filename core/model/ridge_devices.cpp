// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ridge_devices_private.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

/// Cost of a change of class along a curve, in pixels of clear evidence.
constexpr double kSwitchCost = 25.0;

/// Width per point: where no valley was measured the median, then a running median over ± `reach` points.
std::vector<double> steadyWidths(const RidgeCurve& curve, std::size_t reach)
{
    std::vector<double> raw;
    for (const CrossProfile& profile : curve.profiles)
        raw.push_back(profile.widthPx > 0.0 ? profile.widthPx : curve.widthPx);
    std::vector<double> steady;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const std::size_t from = i >= reach ? i - reach : 0;
        const std::size_t to = std::min(i + reach + 1, raw.size());
        std::vector<double> window(raw.begin() + static_cast<std::ptrdiff_t>(from),
                                   raw.begin() + static_cast<std::ptrdiff_t>(to));
        const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
        std::nth_element(window.begin(), middle, window.end());
        steady.push_back(*middle);
    }
    return steady;
}

/// The cheapest sequence of classes (Viterbi with two states): width votes, changes cost.
std::vector<char> wideStates(const std::vector<double>& widthsPx, double limitPx, double unitPx)
{
    std::vector<double> gain[2];
    std::vector<char> from[2];
    for (int state = 0; state < 2; ++state) {
        gain[state].assign(widthsPx.size(), 0.0);
        from[state].assign(widthsPx.size(), 0);
    }
    for (std::size_t i = 0; i < widthsPx.size(); ++i) {
        const double vote = std::clamp((widthsPx[i] - limitPx) / unitPx, -1.0, 1.0);
        for (int state = 0; state < 2; ++state) {
            const double own = state == 1 ? vote : -vote;
            if (i == 0) {
                gain[state][0] = own;
                continue;
            }
            const double stay = gain[state][i - 1];
            const double change = gain[1 - state][i - 1] - kSwitchCost * unitPx;
            gain[state][i] = own + std::max(stay, change);
            from[state][i] = static_cast<char>(change > stay ? 1 - state : state);
        }
    }
    std::vector<char> states(widthsPx.size(), 0);
    char state = gain[1].back() > gain[0].back() ? 1 : 0;
    for (std::size_t i = widthsPx.size(); i-- > 0;) {
        states[i] = state;
        state = from[static_cast<std::size_t>(state)][i];
    }
    return states;
}

struct Stretch
{
    std::size_t first = 0;
    std::size_t end = 0;
    bool isWide = false;
};

std::vector<Stretch> stretchesOf(const std::vector<char>& states)
{
    std::vector<Stretch> stretches;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (stretches.empty() || stretches.back().isWide != (states[i] != 0))
            stretches.push_back({i, i, states[i] != 0});
        stretches.back().end = i + 1;
    }
    return stretches;
}

/// A catheter is wide from where it enters; a wide stretch with wire on both sides is a balloon or stent on
/// the wire. A thin stretch within a catheter is a flaw of the measurement.
std::vector<Stretch> plausible(std::vector<char> states)
{
    for (const bool wide : {true, false}) {
        const std::vector<Stretch> found = stretchesOf(states);
        for (std::size_t k = 1; k + 1 < found.size(); ++k)
            if (found[k].isWide == wide)
                std::fill(states.begin() + static_cast<std::ptrdiff_t>(found[k].first),
                          states.begin() + static_cast<std::ptrdiff_t>(found[k].end), wide ? 0 : 1);
    }
    return stretchesOf(states);
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
    const double inside = (picture.edgeDistance.sample(tip.x, tip.y) / picture.unitPx - 10.0) / 20.0;
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
        const std::vector<Stretch> stretches =
            plausible(wideStates(widths, settings.catheterWidthPx * picture.unitPx, picture.unitPx));
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
