// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_math.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {
constexpr double kSecondsPerMinute = 60.0;
constexpr double kSecondsPerHour = 3600.0;
constexpr double kLongestSpanDecades = 4.0;
constexpr double kMarginShare = 0.05;
constexpr double kAroundOneShare = 0.2; ///< of a single value
} // namespace

double xOf(const MetricPoint& point, XAxis axis)
{
    switch (axis) {
    case XAxis::Epoch:
        return point.epoch;
    case XAxis::WallMinutes:
        return point.wallSeconds / kSecondsPerMinute;
    case XAxis::Step:
        break;
    }
    return static_cast<double>(point.step);
}

double TimeWeightedMean::add(double x, double y)
{
    if (!std::isfinite(y))
        return std::numeric_limits<double>::quiet_NaN();
    const double kept = m_span > 0.0 && m_weight > 0.0 ? std::exp(-std::max(0.0, x - m_lastX) / m_span) : 0.0;
    m_sum = m_sum * kept + y;
    m_weight = m_weight * kept + 1.0;
    m_lastX = x;
    return m_sum / m_weight;
}

std::vector<double> smoothed(const std::vector<MetricPoint>& points, double spanSteps)
{
    TimeWeightedMean mean(spanSteps);
    std::vector<double> values;
    values.reserve(points.size());
    for (const MetricPoint& point : points)
        values.push_back(mean.add(static_cast<double>(point.step), point.value));
    return values;
}

double smoothingSpan(int position)
{
    if (position <= 0)
        return 0.0;
    return std::pow(10.0, kLongestSpanDecades * std::min(position, kSmoothingMax) / kSmoothingMax);
}

std::optional<std::size_t> nearestPoint(const std::vector<MetricPoint>& points, XAxis axis, double x)
{
    if (points.empty())
        return std::nullopt;
    const auto after =
        std::lower_bound(points.begin(), points.end(), x,
                         [axis](const MetricPoint& point, double value) { return xOf(point, axis) < value; });
    if (after == points.begin())
        return std::size_t{0};
    const auto before = std::prev(after);
    const bool isBefore = after == points.end() || x - xOf(*before, axis) <= xOf(*after, axis) - x;
    return static_cast<std::size_t>(std::distance(points.begin(), isBefore ? before : after));
}

AxisSpan valueSpan(AxisSpan values, bool logarithmic)
{
    const auto [lower, upper] = values;
    if (lower > upper)
        return {logarithmic ? 0.1 : 0.0, 1.0};
    const bool isSingle = upper - lower <= 1e-9 * std::max(std::abs(lower), std::abs(upper));
    if (logarithmic)
        return isSingle ? AxisSpan{lower / 2.0, upper * 2.0} : values;
    double margin = isSingle ? kAroundOneShare * std::abs(lower) : kMarginShare * (upper - lower);
    if (margin == 0.0)
        margin = 1.0;
    return {lower >= 0.0 ? std::max(0.0, lower - margin) : lower - margin, upper + margin};
}

bool isDrawable(double value, bool logarithmic)
{
    return std::isfinite(value) && (!logarithmic || value > 0.0);
}

QString formatValue(double value)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    return QLocale::c().toString(value, 'g', 5);
}

QString formatDuration(double seconds)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("Duration", text); };
    if (seconds < kSecondsPerMinute)
        return tr("%1 s").arg(QLocale::c().toString(std::max(0.0, seconds), 'f', seconds < 10 ? 1 : 0));
    const auto whole = static_cast<long long>(seconds);
    if (seconds < kSecondsPerHour)
        return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QLatin1Char('0'));
}

} // namespace fedefm
