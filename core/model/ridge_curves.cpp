// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_linking.h"
#include "core/geometry/curve_tracing.h"
#include "core/geometry/hysteresis.h"
#include "core/geometry/ridge_filter.h"
#include "core/geometry/thinning.h"
#include "core/model/ridge_curves_private.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

cv::Mat1f matOf(FloatPlane& plane)
{
    return cv::Mat1f(plane.height, plane.width, plane.values.data());
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0.0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

RidgeFilterSettings filterFor(double unitPx)
{
    RidgeFilterSettings filter;
    for (RidgeScale& scale : filter.scales) {
        scale.widthPx *= unitPx;
        scale.lengthPx *= unitPx;
    }
    return filter;
}

/// Divides the strength by its local mean, in which strong ridges count no more than four times the typical
/// one.
FloatPlane relativeStrength(FloatPlane strength, const RidgePicture& picture)
{
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < strength.values.size(); ++i) {
        if (picture.edgeDistance.values[i] <= 0.0F || strength.values[i] <= 0.0F)
            continue;
        sum += strength.values[i];
        ++count;
    }
    const double typical = count > 0 ? sum / static_cast<double>(count) : 1.0;
    const cv::Mat1f value = matOf(strength);
    cv::Mat1f capped;
    cv::min(value, 4.0 * typical, capped);
    cv::Mat1f inside(value.size());
    std::transform(picture.edgeDistance.values.begin(), picture.edgeDistance.values.end(), inside.begin(),
                   [](float distance) { return distance > 0.0F ? 1.0F : 0.0F; });
    capped = capped.mul(inside);
    const int side = 2 * static_cast<int>(40.0 * picture.unitPx) + 1;
    cv::Mat1f mean;
    cv::Mat1f weight;
    cv::boxFilter(capped, mean, CV_32F, {side, side}, {-1, -1}, true, cv::BORDER_CONSTANT);
    cv::boxFilter(inside, weight, CV_32F, {side, side}, {-1, -1}, true, cv::BORDER_CONSTANT);
    for (int y = 0; y < value.rows; ++y)
        for (int x = 0; x < value.cols; ++x) {
            const float local = weight(y, x) > 0.0F ? mean(y, x) / weight(y, x) : 0.0F;
            const float background = 0.5F * (local + static_cast<float>(typical));
            strength.values[strength.index(x, y)] /= std::max(background, 1e-3F);
        }
    return strength;
}

void clearNearEdge(FloatPlane& strength, const RidgePicture& picture, double marginPx)
{
    for (std::size_t i = 0; i < strength.values.size(); ++i)
        if (picture.edgeDistance.values[i] < marginPx)
            strength.values[i] = 0.0F;
}

/// Direction change per 8 px of which the mean over the neighbourhood, a steady bend, has been taken away.
double wobble(const Polyline& line, double unitPx)
{
    const auto step = static_cast<std::size_t>(std::max(4.0, 8.0 * unitPx));
    std::vector<double> turns;
    for (std::size_t i = step; i + step < line.size(); i += step) {
        const Point u{line[i].x - line[i - step].x, line[i].y - line[i - step].y};
        const Point v{line[i + step].x - line[i].x, line[i + step].y - line[i].y};
        turns.push_back(std::atan2(u.x * v.y - u.y * v.x, u.x * v.x + u.y * v.y) * 57.2958);
    }
    double sum = 0.0;
    for (std::size_t i = 1; i < turns.size(); ++i)
        sum += std::abs(turns[i] - turns[i - 1]) / 2.0;
    return turns.size() > 1 ? sum / static_cast<double>(turns.size() - 1) : 0.0;
}

/// Cuts off what the filter's own length adds beyond an end: there the strength falls to half of what it was.
Polyline withoutTails(const Polyline& line, const FloatPlane& strength, double unitPx)
{
    std::vector<double> values;
    for (const Point& p : line)
        values.push_back(strength.sample(p.x, p.y));
    const auto window = static_cast<std::size_t>(std::max(12.0, 30.0 * unitPx));
    const auto tail = [&](const std::vector<double>& v) {
        std::size_t k = 0;
        while (k + window < v.size() &&
               v[k] < 0.5 * median({v.begin() + static_cast<std::ptrdiff_t>(k),
                                    v.begin() + static_cast<std::ptrdiff_t>(k + window)}))
            ++k;
        return static_cast<std::ptrdiff_t>(k);
    };
    const std::ptrdiff_t front = tail(values);
    std::reverse(values.begin(), values.end());
    const std::ptrdiff_t back = tail(values);
    if (front + back + 2 >= static_cast<std::ptrdiff_t>(line.size()))
        return line;
    return {line.begin() + front, line.end() - back};
}

/// Linked twice: a tail that follows something else for a few pixels hides the true continuation from the
/// first round.
std::vector<Polyline> joinPieces(const std::vector<Polyline>& pieces, const FloatPlane& strength,
                                 double unitPx, const RidgeSettings& settings)
{
    LinkSettings link;
    link.maxGapPx = settings.maxGapPx * unitPx;
    link.gapScalePx *= unitPx;
    link.reachPx *= unitPx;
    link.supportStrength = static_cast<float>(settings.lowStrength);
    const auto tidy = [&](const std::vector<Polyline>& chains) {
        std::vector<Polyline> out;
        for (const Polyline& chain : chains)
            out.push_back(
                withoutTails(resample(smooth(resample(chain, 1.0), 4.0 * unitPx), 1.0), strength, unitPx));
        return out;
    };
    return tidy(linkCurves(tidy(linkCurves(pieces, strength, link)), strength, link));
}

/// A collimator's edge is dark on one side and keeps its distance to the border of the field; a wire that
/// passes through the border zone does not.
void measureEdges(RidgeCurve& curve, const RidgePicture& picture)
{
    const FloatPlane& edge = picture.edgeDistance;
    const double unit = picture.unitPx;
    std::vector<double> distance;
    for (const Point& p : curve.points)
        distance.push_back(edge.sample(p.x, p.y));
    const auto reach = static_cast<std::size_t>(std::max(4.0, 12.0 * unit));
    std::size_t along = 0;
    for (std::size_t i = 0; i < distance.size(); ++i) {
        const std::size_t from = i >= reach ? i - reach : 0;
        const std::size_t to = std::min(i + reach, distance.size() - 1);
        const double slope = std::abs(distance[to] - distance[from]) /
                             static_cast<double>(std::max<std::size_t>(1, to - from));
        const bool isStep = curve.profiles[i].balance < 0.65 && slope < 0.12 && distance[i] < 55.0 * unit;
        along += isStep || distance[i] < 22.0 * unit ? 1U : 0U;
    }
    curve.edgePart = static_cast<double>(along) / static_cast<double>(distance.size());
    curve.startEdgePx = distance.front();
    curve.endEdgePx = distance.back();
}

RidgeCurve measureCurve(const Polyline& chain, const FloatPlane& strength, const RidgePicture& picture,
                        const RidgeSettings& settings)
{
    const double unit = picture.unitPx;
    RidgeCurve curve;
    curve.points = chain;
    const double reach = 9.0 * unit;
    const std::vector<CrossProfile> rough =
        crossProfiles(picture.attenuation, curve.points, reach, 5.0 * unit);
    curve.points = smooth(centreOnValley(curve.points, rough, 2.5 * unit), 3.0 * unit);
    curve.points = withoutTails(curve.points, strength, unit);
    curve.profiles = crossProfiles(picture.attenuation, curve.points, reach, 6.0 * unit);
    std::vector<double> depths;
    std::vector<double> balances;
    std::vector<double> widths;
    std::size_t supported = 0;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        curve.strength.push_back(strength.sample(curve.points[i].x, curve.points[i].y));
        supported += curve.strength.back() >= settings.lowStrength ? 1U : 0U;
        depths.push_back(curve.profiles[i].depth);
        balances.push_back(curve.profiles[i].balance);
        if (curve.profiles[i].widthPx > 0.0)
            widths.push_back(curve.profiles[i].widthPx);
    }
    curve.lengthPx = lengthPx(curve.points);
    curve.contrast = median(depths);
    curve.balance = median(balances);
    curve.widthPx = median(widths);
    curve.visibility = median(curve.strength);
    curve.support =
        static_cast<double>(supported) / static_cast<double>(std::max<std::size_t>(1, curve.points.size()));
    curve.wobbleDeg = wobble(curve.points, unit);
    measureEdges(curve, picture);
    return curve;
}

/// Points from the outer end at which a catheter seems to go on as something wider, a vessel that it fills
/// with contrast medium; 0 when it does not. `widths` run from the outer end.
std::size_t wideningAt(const std::vector<double>& widths, const RidgeSettings& settings, double unitPx)
{
    const auto part = static_cast<std::size_t>(40.0 * unitPx);
    std::size_t found = 0;
    double best = 1.3;
    for (std::size_t k = part; k + part < widths.size(); k += 4) {
        const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(k);
        const double before = median({widths.begin(), middle});
        if (before < settings.catheterWidthPx * unitPx)
            continue;
        std::vector<double> after(middle, widths.end());
        const auto quarter = after.begin() + static_cast<std::ptrdiff_t>(after.size() / 4);
        std::nth_element(after.begin(), quarter, after.end());
        if (*quarter / before > best) {
            best = *quarter / before;
            found = k;
        }
    }
    return found;
}

/// Where the strength falls for good to less than `limit` of what it was, seen from either side: there a
/// device was linked with a faint neighbour, or a wire leaves a catheter. 0 when there is no such place.
std::size_t fadingAt(const std::vector<double>& strength, double limit, double unitPx)
{
    std::vector<double> sums{0.0};
    for (const double value : strength)
        sums.push_back(sums.back() + std::log(std::max(value, 0.1)));
    const auto count = static_cast<double>(strength.size());
    const auto part = static_cast<std::size_t>(25.0 * unitPx);
    std::size_t found = 0;
    double best = 0.0;
    double step = 0.0;
    for (std::size_t k = part; k + part < strength.size(); ++k) {
        const auto before = static_cast<double>(k);
        const double difference = sums[k] / before - (sums.back() - sums[k]) / (count - before);
        const double gain = before * (count - before) * difference * difference;
        if (gain > best) {
            best = gain;
            step = std::abs(difference);
            found = k;
        }
    }
    return step > -std::log(limit) ? found : 0;
}

std::size_t vesselAt(const RidgeCurve& curve, const RidgePicture& picture, const RidgeSettings& settings)
{
    const double anchor = settings.anchorPx * picture.unitPx;
    const bool fromStart = curve.startEdgePx < anchor;
    if (fromStart == (curve.endEdgePx < anchor))
        return 0;
    std::vector<double> widths = steadyWidths(curve, static_cast<std::size_t>(10.0 * picture.unitPx));
    if (!fromStart)
        std::reverse(widths.begin(), widths.end());
    const std::size_t cut = wideningAt(widths, settings, picture.unitPx);
    return cut == 0 || fromStart ? cut : widths.size() - cut;
}

/// The curve, or the parts of what should not have been linked; each is then judged by itself.
void addParts(RidgeCurve curve, const FloatPlane& strength, const RidgePicture& picture,
              const RidgeSettings& settings, std::vector<RidgeCurve>& out)
{
    std::size_t cut = fadingAt(curve.strength, settings.fadeLimit, picture.unitPx);
    if (cut == 0)
        cut = vesselAt(curve, picture, settings);
    if (cut == 0) {
        out.push_back(std::move(curve));
        return;
    }
    const auto at = curve.points.begin() + static_cast<std::ptrdiff_t>(cut);
    addParts(measureCurve({curve.points.begin(), at}, strength, picture, settings), strength, picture,
             settings, out);
    addParts(measureCurve({at, curve.points.end()}, strength, picture, settings), strength, picture, settings,
             out);
}

} // namespace

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

std::vector<RidgeCurve> findRidgeCurves(const RidgePicture& picture, const RidgeSettings& settings)
{
    const double unit = picture.unitPx;
    const RidgeMap map = ridgeFilter(picture.attenuation, filterFor(unit));
    const std::vector<std::uint8_t> crests = ridgeCrests(map);
    FloatPlane absolute = map.strength;
    clearNearEdge(absolute, picture, settings.fieldMarginPx * unit);
    const FloatPlane strength = relativeStrength(std::move(absolute), picture);
    const std::vector<std::uint8_t> kept =
        hysteresis(strength, crests, static_cast<float>(settings.lowStrength),
                   static_cast<float>(settings.highStrength));
    const std::vector<std::uint8_t> skeleton = thin(kept, strength.width, strength.height);
    const std::vector<Polyline> pieces = traceSkeleton(skeleton, strength.width, strength.height);
    std::vector<RidgeCurve> curves;
    for (const Polyline& chain : joinPieces(pieces, strength, unit, settings))
        if (lengthPx(chain) >= 0.5 * settings.minLengthPx * unit)
            addParts(measureCurve(chain, strength, picture, settings), strength, picture, settings, curves);
    return curves;
}

} // namespace fedefm
