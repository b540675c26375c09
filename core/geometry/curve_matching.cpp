// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_matching.h"

#include <algorithm>

namespace fedefm {

namespace {

struct Coverage
{
    double lengthPx = 0.0;
    double covered = 1.0;
};

Coverage coverage(const std::vector<Polyline>& lines, const std::vector<Polyline>& by, double tolerancePx)
{
    std::size_t points = 0;
    std::size_t near = 0;
    Coverage result;
    for (const Polyline& line : lines) {
        result.lengthPx += lengthPx(line);
        for (const Point& p : resample(line, 1.0)) {
            ++points;
            if (std::any_of(by.begin(), by.end(),
                            [&](const Polyline& other) { return distanceTo(other, p) <= tolerancePx; }))
                ++near;
        }
    }
    if (points > 0)
        result.covered = static_cast<double>(near) / static_cast<double>(points);
    return result;
}

} // namespace

CenterlineScore scoreCenterlines(const std::vector<Polyline>& found, const std::vector<Polyline>& reference,
                                 double tolerancePx)
{
    const Coverage ofFound = coverage(found, reference, tolerancePx);
    const Coverage ofReference = coverage(reference, found, tolerancePx);
    return {ofFound.covered, ofReference.covered, ofFound.lengthPx, ofReference.lengthPx};
}

} // namespace fedefm
