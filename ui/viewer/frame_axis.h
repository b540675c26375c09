// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFontMetrics>

namespace fedefm {

/// Where frames stand horizontally: the slider of the cine bar and the strip under it share one axis, so that
/// a bar is exactly below the slider's position for the same frame.
inline constexpr int kAxisOuterMargin = 8;  ///< between the widget's edge and the slider
inline constexpr int kAxisInnerMargin = 10; ///< half a handle at both ends of the slider

/// Width of the column right of the axis, which holds the frame number and the names of the lanes.
inline int axisGutter(const QFontMetrics& metrics)
{
    return metrics.horizontalAdvance(QStringLiteral("0000 / 0000")) + 8;
}

} // namespace fedefm
