// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/mask_subtraction.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// The shift by which `moving` must be moved to lie on `fixed` (positive: right, down). `unitsPerNeper` is
/// the scale of the values. (0, 0) where nothing better is found, e.g. for uniform pictures. Errors:
/// OutOfMemory, Internal (with the library's message).
Result<PixelShift> registerPlanes(const std::vector<std::int32_t>& moving,
                                  const std::vector<std::int32_t>& fixed, int width, int height,
                                  double unitsPerNeper);

} // namespace fedefm
