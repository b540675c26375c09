// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/random.h"

#include <vector>

namespace fedefm {

/// Gaussian of `sigmaPx` over each of the planes, edges carried on. Nothing happens below 0.05 px.
void blurPlanes(std::vector<float>& planes, int width, int height, double sigmaPx);

/// values ← contrast · (values^gamma − mean) + mean + brightness, the mean taken after gamma; not clamped.
void changeGrey(std::vector<float>& values, double gamma, double contrast, double brightness);

/// Adds noise of standard deviation `sigma`, alike in all channels of a pixel, blurred by `correlationPx`.
void addNoise(std::vector<float>& planes, int width, int height, double sigma, double correlationPx,
              Random& random);

} // namespace fedefm
