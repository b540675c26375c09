// SPDX-License-Identifier: GPL-3.0-or-later
// The edge of the exposed field looks like a device to a network: a long thin line, dark on one side.
#pragma once

#include "core/geometry/polyline.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// The part of a picture that shows no exposed field.
class FieldOutside
{
public:
    FieldOutside() = default; ///< all of the picture is field
    /// Areas of nearly one value in the corners of the picture: around a round field, or a collimator. A
    /// device as black as can be would be such an area, too, but seldom lies in a corner. `grey`: rows of
    /// `stride` values 0…1, of which the first `width` count.
    FieldOutside(const float* grey, int width, int height, int stride);

    /// Also for pictures of another size; what lies beyond a picture that has an outside is outside, too.
    bool contains(double x, double y, int pictureWidth, int pictureHeight) const;
    bool isEmpty() const { return m_isOutside.empty(); }

private:
    int m_width = 0;
    int m_height = 0;
    std::vector<std::uint8_t> m_isOutside; ///< empty: there is none
};

struct CutLines
{
    std::vector<Polyline> kept;
    std::vector<Polyline> cut;
};

/// Cuts what runs along the edge of the field, or outside, out of `line` (points about 1 px apart): stretches
/// of at least `leastPx`, with the outside at `reachPx` on one side only. A device crosses the edge.
CutLines cutAlongEdge(const Polyline& line, const FieldOutside& outside, int pictureWidth, int pictureHeight,
                      double reachPx, double leastPx);

} // namespace fedefm
