// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/model/field_edge.h"
#include "core/model/segmenter.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// A network's answer at image size: a class per pixel and how sure it is of "some device", 0…1.
struct LabelMap
{
    std::vector<std::uint8_t> labels; ///< WireClass values
    FloatPlane foreground;            ///< probability of any class but background; carries the size
    FieldOutside outside{};           ///< where no device can be
};

/// Turns class pixels into what a Segmentation holds: specks, closed rings and what runs along the edge of
/// the field are dropped (docs/adr/0014), the rest becomes masks, centre-lines (thinned, linked over gaps and
/// crossings), widths, tips (not where a device leaves the field) and confidences. A curve is one class, or a
/// catheter out of which a wire comes. Sets width, height, masks, curves, tips and confidence;
/// provenance is the caller's.
Segmentation describeWires(LabelMap map);

} // namespace fedefm
