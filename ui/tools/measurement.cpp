// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tools/measurement.h"

#include <QLocale>

#include <limits>

namespace fedefm {

double measuredValue(const Measurement& measurement, const PixelSpacing& spacing)
{
    if (!measurement.isComplete())
        return std::numeric_limits<double>::quiet_NaN();
    const auto& p = measurement.points;
    if (measurement.kind == MeasurementKind::Ruler)
        return lengthOf(spacing, p[1].x() - p[0].x(), p[1].y() - p[0].y());
    return angleDeg(spacing, p[0].x() - p[1].x(), p[0].y() - p[1].y(), p[2].x() - p[1].x(),
                    p[2].y() - p[1].y());
}

QString measurementText(const Measurement& measurement, const PixelSpacing& spacing)
{
    if (!measurement.isComplete())
        return {};
    const QString number = QLocale::c().toString(measuredValue(measurement, spacing), 'f', 1);
    if (measurement.kind == MeasurementKind::Angle)
        return number + QStringLiteral("°");
    return number + QLatin1Char(' ') + QString::fromLatin1(unitText(spacing.kind));
}

} // namespace fedefm
