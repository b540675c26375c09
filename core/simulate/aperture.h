// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/image_chain.h"

namespace fedefm {

/// Open share of every pixel: 1 inside the collimator, `leak` outside.
FloatPlane apertureLight(const ApertureSettings& aperture, int sizePx);

/// The same, darker towards the corners by `amount`.
FloatPlane vignetted(const FloatPlane& light, double amount);

} // namespace fedefm
