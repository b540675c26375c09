// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/float_plane.h"

#include <algorithm>

namespace fedefm {

float FloatPlane::sample(double x, double y) const
{
    const double cx = std::clamp(x, 0.0, width - 1.0);
    const double cy = std::clamp(y, 0.0, height - 1.0);
    const int x0 = std::min(static_cast<int>(cx), std::max(0, width - 2));
    const int y0 = std::min(static_cast<int>(cy), std::max(0, height - 2));
    const int x1 = std::min(x0 + 1, width - 1);
    const int y1 = std::min(y0 + 1, height - 1);
    const auto fx = static_cast<float>(cx - x0);
    const auto fy = static_cast<float>(cy - y0);
    const float top = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * fx;
    const float bottom = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * fx;
    return top + (bottom - top) * fy;
}

} // namespace fedefm
