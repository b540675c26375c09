// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/float_plane.h"
#include "core/simulate/random_stream.h"

namespace fedefm {

/// Mean over (2·radius+1)², border repeated; `passes` of them approach a Gaussian of
/// σ = √(passes · radius·(radius+1) / 3).
void boxBlur(FloatPlane& plane, int radius, int passes);

/// Gaussian of a small σ (≤ 3 px) by a short separable kernel, border repeated.
void smallBlur(FloatPlane& plane, double sigmaPx);

/// Wide Gaussian of about `sigmaPx`, made on a grid as coarse as the width allows.
FloatPlane wideBlur(const FloatPlane& plane, double sigmaPx);

/// Mean of each factor × factor block (the last ones may be smaller).
FloatPlane shrunk(const FloatPlane& plane, int factor);

/// Adds `layer`, stretched to the size of `target` and moved by (dxPx, dyPx) of the target, times `weight`.
void addStretched(FloatPlane& target, const FloatPlane& layer, double dxPx, double dyPx, float weight);

/// Noise of several octaves, mean 0 and deviation 1; `coarsestPx` is the size of the largest blobs,
/// `roughness` 0…1 the weight of each octave relative to the one above.
FloatPlane fractalNoise(int sizePx, double coarsestPx, double finestPx, double roughness,
                        RandomStream random);

/// exp(x) for x ≤ 0 with a relative error below 1e-4; plain arithmetic that compilers vectorise.
void expInPlace(FloatPlane& plane);
/// Natural logarithm for positive values, absolute error below 1e-4.
void logInPlace(FloatPlane& plane);

/// White noise of deviation 1, mean 0, range ± 3.4; a pure function of seed and pixel.
FloatPlane whiteNoise(int sizePx, std::uint64_t seed);

} // namespace fedefm
