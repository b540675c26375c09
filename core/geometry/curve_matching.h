// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/polyline.h"

#include <vector>

namespace fedefm {

/// How well found centre-lines lie on reference ones, by length. Both values are 1 when there is nothing to
/// miss.
struct CenterlineScore
{
    double precision = 1.0; ///< part of the found length within the tolerance of a reference line
    double recall = 1.0;    ///< part of the reference length within the tolerance of a found line
    double foundLengthPx = 0.0;
    double referenceLengthPx = 0.0;

    double f1() const
    {
        return precision + recall > 0.0 ? 2.0 * precision * recall / (precision + recall) : 0.0;
    }
};

/// Both sets are resampled at 1 px, so that dense vertices do not weigh more than sparse ones.
CenterlineScore scoreCenterlines(const std::vector<Polyline>& found, const std::vector<Polyline>& reference,
                                 double tolerancePx);

} // namespace fedefm
