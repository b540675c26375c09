// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/mask_plane_private.h"

namespace fedefm {

/// The shift by which `moving` must be moved to lie on `fixed` (positive: right, down); (0, 0) where nothing
/// better is found, e.g. for uniform pictures. Errors: OutOfMemory, Internal (with the library's message).
Result<PixelShift> registerPlanes(const AttenuationPlane& moving, const AttenuationPlane& fixed, int width,
                                  int height);

} // namespace fedefm
