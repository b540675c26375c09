// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/spacing.h"

#include <QPointF>
#include <QString>

#include <vector>

namespace fedefm {

enum class MeasurementKind { Ruler, Angle };

/// A ruler (two points) or an angle (arm, vertex, arm) in image pixels on one frame.
struct Measurement
{
    int id = 0;
    MeasurementKind kind = MeasurementKind::Ruler;
    int frame = 0;
    std::vector<QPointF> points;

    bool isComplete() const { return points.size() == (kind == MeasurementKind::Ruler ? 2U : 3U); }
};

/// Length in mm or px, or degrees; NaN while incomplete.
double measuredValue(const Measurement& measurement, const PixelSpacing& spacing);
/// "23.4 mm (calibrated)", "117.2 px", "43.0°".
QString measurementText(const Measurement& measurement, const PixelSpacing& spacing);

} // namespace fedefm
