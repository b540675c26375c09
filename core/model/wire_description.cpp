// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/wire_description.h"

#include "core/geometry/curve_linking.h"
#include "core/geometry/curve_tracing.h"
#include "core/geometry/rings.h"
#include "core/geometry/thinning.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fedefm {

namespace {

constexpr double kReferenceSidePx = 512.0; ///< lengths below are for a picture of this size
constexpr double kSmallestLengthPx = 18.0; ///< shorter curves are specks
constexpr double kShortestPiecePx = 4.0; ///< of those that curves are linked of, whatever the picture's size
constexpr double kBorderPx = 10.0;       ///< ends nearer to the border leave the picture: no tips
constexpr double kSplitCostPx = 12.0;    ///< length of better agreement that a change of class must bring
/// Of the width: what thinning takes off an end, about.
constexpr double kShareLostAtEnds = 0.25;
constexpr double kLongestSpurPx = 12.0; ///< that thinning leaves at the outline of a thick ring
constexpr double kEdgeReachPx = 9.0;    ///< half the width of a blurred edge of the field and a little
constexpr std::uint8_t kCleared = 255;
constexpr float kSupport = 0.3F; ///< foreground probability along a gap that counts as support

struct TracedCurve
{
    Polyline points;                ///< 1 px apart
    std::vector<WireClass> classes; ///< one per point
    double widthPx = 0.0;
    double confidence = 0.0;
};

class Describer
{
public:
    explicit Describer(LabelMap map)
        : m_map(std::move(map)),
          m_unit(std::max(0.25, std::max(m_map.foreground.width, m_map.foreground.height) / kReferenceSidePx))
    {
    }

    Segmentation run()
    {
        const int width = m_map.foreground.width;
        const int height = m_map.foreground.height;
        std::vector<std::uint8_t> skeleton = thin(m_map.labels, width, height);
        clearRings(skeleton, width, height, static_cast<int>(std::lround(kLongestSpurPx * m_unit)));
        TracingSettings tracing;
        tracing.minLengthPx = kShortestPiecePx;
        LinkSettings linking;
        linking.maxGapPx *= m_unit;
        linking.gapScalePx *= m_unit;
        linking.supportStrength = kSupport;
        const auto pieces = withoutFieldEdges(traceSkeleton(skeleton, width, height, tracing));
        std::vector<TracedCurve> curves;
        for (const Polyline& line : linkCurves(pieces, m_map.foreground, linking))
            if (lengthPx(line) >= kSmallestLengthPx * m_unit)
                curves.push_back(trace(line));
        followCurves(curves);
        for (const TracedCurve& curve : curves)
            bridgeGaps(curve);
        Segmentation result;
        result.width = width;
        result.height = height;
        for (TracedCurve& curve : curves) {
            orient(curve, curves);
            lengthen(curve);
            append(curve, result);
        }
        addMasks(result);
        setConfidence(result);
        return result;
    }

private:
    std::uint8_t labelAt(double x, double y) const
    {
        const int px = static_cast<int>(std::lround(x));
        const int py = static_cast<int>(std::lround(y));
        return m_map.foreground.contains(px, py) ? m_map.labels[m_map.foreground.index(px, py)] : 0;
    }

    double borderPx(Point p) const
    {
        return std::min(std::min(p.x, p.y),
                        std::min(m_map.foreground.width - 1 - p.x, m_map.foreground.height - 1 - p.y));
    }

    /// Where a device goes on out of sight: at the border of the picture or of the field.
    bool leavesSight(Point p) const
    {
        const double near = kBorderPx * m_unit;
        if (borderPx(p) <= near)
            return true;
        for (int direction = 0; direction < 8; ++direction) {
            const double angle = direction * 0.25 * 3.14159265358979323846;
            if (m_map.outside.contains(p.x + near * std::cos(angle), p.y + near * std::sin(angle),
                                       m_map.foreground.width, m_map.foreground.height))
                return true;
        }
        return false;
    }

    TracedCurve trace(const Polyline& line) const
    {
        TracedCurve curve;
        curve.points = resample(line, 1.0);
        std::vector<double> widths;
        double sure = 0.0;
        for (std::size_t i = 0; i < curve.points.size(); ++i) {
            sure += m_map.foreground.sample(curve.points[i].x, curve.points[i].y);
            if (i % 4 == 2)
                widths.push_back(widthAt(curve.points, i));
        }
        curve.confidence = sure / static_cast<double>(curve.points.size());
        if (!widths.empty()) {
            std::nth_element(widths.begin(), widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2),
                             widths.end());
            curve.widthPx = widths[widths.size() / 2];
        }
        curve.classes = classesOf(curve.points);
        return curve;
    }

    /// Extent of the foreground across the curve.
    double widthAt(const Polyline& points, std::size_t i) const
    {
        const Point before = points[i >= 2 ? i - 2 : 0];
        const Point after = points[std::min(i + 2, points.size() - 1)];
        const double length = std::hypot(after.x - before.x, after.y - before.y);
        if (length <= 0.0)
            return 1.0;
        const double nx = -(after.y - before.y) / length;
        const double ny = (after.x - before.x) / length;
        double width = 0.0;
        constexpr double kStep = 0.5;
        for (const double side : {-1.0, 1.0})
            for (double away = kStep; away < 20.0 * m_unit; away += kStep) {
                if (labelAt(points[i].x + side * away * nx, points[i].y + side * away * ny) == 0)
                    break;
                width += kStep;
            }
        return std::max(1.0, width);
    }

    /// The assignment of one class, or of two with one change, that agrees best with the pixels.
    std::vector<WireClass> classesOf(const Polyline& points) const
    {
        const std::size_t count = points.size();
        std::vector<double> votes(count + 1, 0.0); // sums of +1 for catheter, −1 for guidewire
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t label = labelAt(points[i].x, points[i].y);
            votes[i + 1] = votes[i] + (label == 1 ? 1.0 : label == 2 ? -1.0 : 0.0);
        }
        const double all = votes[count];
        double best = std::abs(all) + 2.0 * kSplitCostPx * m_unit;
        std::size_t change = 0;
        for (std::size_t k = 1; k < count; ++k) {
            const double agreement = std::abs(2.0 * votes[k] - all);
            if (agreement > best) {
                best = agreement;
                change = k;
            }
        }
        const auto winner = [](double vote) {
            return vote > 0.0 ? WireClass::Catheter : WireClass::Guidewire;
        };
        std::vector<WireClass> classes(count, winner(all - votes[change]));
        std::fill(classes.begin(), classes.begin() + static_cast<std::ptrdiff_t>(change),
                  winner(votes[change]));
        return classes;
    }

    std::vector<Polyline> withoutFieldEdges(const std::vector<Polyline>& lines)
    {
        std::vector<Polyline> kept;
        for (const Polyline& line : lines) {
            CutLines parts =
                cutAlongEdge(line, m_map.outside, m_map.foreground.width, m_map.foreground.height,
                             kEdgeReachPx * m_unit, kSmallestLengthPx * m_unit);
            for (Polyline& part : parts.kept)
                (lengthPx(part) >= kShortestPiecePx ? kept : m_fieldEdges).push_back(std::move(part));
            std::move(parts.cut.begin(), parts.cut.end(), std::back_inserter(m_fieldEdges));
        }
        return kept;
    }

    /// Pixels of parts that gave no curve are cleared; the others take the class of the nearest stretch.
    void followCurves(const std::vector<TracedCurve>& curves)
    {
        const int width = m_map.foreground.width;
        std::vector<std::size_t> front;
        std::vector<std::uint8_t> followed(m_map.labels.size(), 0);
        const auto reach = [&](int x, int y, std::uint8_t label) {
            if (!m_map.foreground.contains(x, y))
                return;
            const std::size_t i = m_map.foreground.index(x, y);
            if (m_map.labels[i] != 0 && followed[i] == 0) {
                followed[i] = label;
                front.push_back(i);
            }
        };
        for (const TracedCurve& curve : curves)
            for (std::size_t k = 0; k < curve.points.size(); ++k)
                reach(static_cast<int>(std::lround(curve.points[k].x)),
                      static_cast<int>(std::lround(curve.points[k].y)),
                      static_cast<std::uint8_t>(curve.classes[k]));
        for (const Polyline& edge : m_fieldEdges)
            for (const Point p : edge)
                reach(static_cast<int>(std::lround(p.x)), static_cast<int>(std::lround(p.y)), kCleared);
        for (std::size_t at = 0; at < front.size(); ++at) {
            const auto i = static_cast<int>(front[at]);
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx)
                    reach(i % width + dx, i / width + dy, followed[front[at]]);
        }
        std::replace(followed.begin(), followed.end(), kCleared, std::uint8_t(0));
        m_map.labels.swap(followed);
    }

    /// Where a curve crosses a gap, the device does: its mask goes on at its width.
    void bridgeGaps(const TracedCurve& curve)
    {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < curve.points.size(); ++i)
            if (labelAt(curve.points[i].x, curve.points[i].y) == 0)
                open.push_back(i);
        for (const std::size_t i : open)
            paintDisc(curve.points[i], curve.widthPx / 2.0, static_cast<std::uint8_t>(curve.classes[i]));
    }

    void paintDisc(Point centre, double radius, std::uint8_t label)
    {
        const auto from = [radius](double at) { return static_cast<int>(std::ceil(at - radius)); };
        for (int y = from(centre.y); y <= centre.y + radius; ++y)
            for (int x = from(centre.x); x <= centre.x + radius; ++x)
                if (m_map.foreground.contains(x, y) && std::hypot(x - centre.x, y - centre.y) <= radius) {
                    std::uint8_t& there = m_map.labels[m_map.foreground.index(x, y)];
                    there = there == 0 ? label : there;
                }
    }

    /// Turns the curve so that it begins where the device comes from.
    void orient(TracedCurve& curve, const std::vector<TracedCurve>& all) const
    {
        if (startsProximal(curve, all))
            return;
        std::reverse(curve.points.begin(), curve.points.end());
        std::reverse(curve.classes.begin(), curve.classes.end());
    }

    bool startsProximal(const TracedCurve& curve, const std::vector<TracedCurve>& all) const
    {
        if (curve.classes.front() != curve.classes.back())
            return curve.classes.front() == WireClass::Catheter;
        const bool startLeaves = leavesSight(curve.points.front());
        if (startLeaves != leavesSight(curve.points.back()))
            return startLeaves;
        double toStart = 4.0 * kBorderPx * m_unit;
        double toEnd = toStart;
        for (const TracedCurve& other : all)
            if (&other != &curve && curve.classes.front() == WireClass::Guidewire &&
                other.classes.front() == WireClass::Catheter) {
                toStart = std::min(toStart, distanceTo(other.points, curve.points.front()));
                toEnd = std::min(toEnd, distanceTo(other.points, curve.points.back()));
            }
        if (toStart != toEnd)
            return toStart < toEnd;
        return borderPx(curve.points.front()) <= borderPx(curve.points.back());
    }

    /// Thinning takes off a part of a thick device's end, though no end at the picture's border.
    void lengthen(TracedCurve& curve) const
    {
        for (int end = 0; end < 2; ++end) {
            std::reverse(curve.points.begin(), curve.points.end());
            std::reverse(curve.classes.begin(), curve.classes.end());
            const Point tip = curve.points.back();
            if (curve.classes.back() != WireClass::Catheter || leavesSight(tip))
                continue;
            const Point before =
                curve.points[curve.points.size() - std::min<std::size_t>(curve.points.size(), 6)];
            const double length = std::hypot(tip.x - before.x, tip.y - before.y);
            if (length <= 0.0)
                continue;
            const double missing = kShareLostAtEnds * curve.widthPx;
            for (double away = std::min(1.0, missing); away <= missing; away += 1.0) {
                curve.points.push_back(
                    {tip.x + away * (tip.x - before.x) / length, tip.y + away * (tip.y - before.y) / length});
                curve.classes.push_back(WireClass::Catheter);
            }
        }
    }

    /// One WireCurve per stretch of a class; the stretches share the point between them.
    void append(const TracedCurve& curve, Segmentation& result) const
    {
        std::size_t first = 0;
        while (first < curve.points.size()) {
            std::size_t end = first;
            while (end < curve.points.size() && curve.classes[end] == curve.classes[first])
                ++end;
            WireCurve wire;
            wire.wireClass = curve.classes[first];
            wire.points.assign(curve.points.begin() + static_cast<std::ptrdiff_t>(first),
                               curve.points.begin() +
                                   static_cast<std::ptrdiff_t>(std::min(end + 1, curve.points.size())));
            wire.widthPx = curve.widthPx;
            wire.confidence = curve.confidence;
            const Point tip = wire.points.back();
            if (!leavesSight(tip))
                result.tips.push_back({wire.wireClass, tip, curve.confidence});
            result.curves.push_back(std::move(wire));
            first = end;
        }
    }

    void addMasks(Segmentation& result) const
    {
        for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire}) {
            RleMask mask = RleMask::fromLabel(m_map.labels.data(), result.width, result.height,
                                              static_cast<std::uint8_t>(wireClass));
            if (!mask.isEmpty())
                result.masks.push_back({wireClass, std::move(mask)});
        }
    }

    static void setConfidence(Segmentation& result)
    {
        double length = 0.0;
        double sure = 0.0;
        for (const WireCurve& curve : result.curves) {
            const double part = lengthPx(curve.points);
            length += part;
            sure += part * curve.confidence;
        }
        result.confidence = length > 0.0 ? sure / length : 0.0;
    }

    LabelMap m_map;
    std::vector<Polyline> m_fieldEdges; ///< taken for devices by the network
    double m_unit;                      ///< pixels per pixel of a 512-pixel picture
};

} // namespace

Segmentation describeWires(LabelMap map)
{
    return Describer(std::move(map)).run();
}

} // namespace fedefm
