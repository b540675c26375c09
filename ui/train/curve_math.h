// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QString>

#include <optional>
#include <vector>

namespace fedefm {

/// What a curve is drawn over.
enum class XAxis { Step, Epoch, WallMinutes };

double xOf(const MetricPoint& point, XAxis axis);

/// Mean of all values so far, each weighted by exp(−distance / span): gaps count by their length, not by the
/// number of points. Span 0 gives the values themselves. Values that are not finite give NaN and are left out
/// of the mean.
class TimeWeightedMean
{
public:
    explicit TimeWeightedMean(double span) : m_span(span) {}
    double add(double x, double y);

private:
    double m_span;
    double m_lastX = 0.0;
    double m_sum = 0.0;
    double m_weight = 0.0;
};

/// Over optimiser steps, whatever the axis shown, so that the choice of axis does not change the curve.
std::vector<double> smoothed(const std::vector<MetricPoint>& points, double spanSteps);

constexpr int kSmoothingMax = 100;
/// Slider position 0…kSmoothingMax to steps: 0 is off, then 1…10,000 in equal factors.
double smoothingSpan(int position);

/// Index of the point nearest to `x`; the points must ascend along `axis`. Nothing when there are none.
std::optional<std::size_t> nearestPoint(const std::vector<MetricPoint>& points, XAxis axis, double x);

/// Whether a value can stand on an axis: finite, and above 0 on a logarithmic one.
bool isDrawable(double value, bool logarithmic);

/// Part of an axis; nothing while lower > upper.
struct AxisSpan
{
    double lower = 0.0;
    double upper = 0.0;
};

/// What an axis of values shows of curves that cover `values`: some room around them, more around a single
/// value, and nothing below 0 where no value is (an accuracy of −5 % looks like one).
AxisSpan valueSpan(AxisSpan values, bool logarithmic);

/// At most five significant digits, "NaN" and "∞" by name.
QString formatValue(double value);
/// "3 h 05 min", "12 min 30 s", "4.2 s".
QString formatDuration(double seconds);

} // namespace fedefm
