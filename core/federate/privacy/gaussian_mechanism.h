// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>

namespace fedefm {

/// Clipping and noise per silo: each release is a silo's whole change of weights, clipped to L2 norm S, plus
/// Gaussian noise of deviation `noiseMultiplier`·S on every value. What is protected is all that a silo has,
/// and the bounds are exact (Balle, Wang 2018, Thm. 8; `releases` of them equal one with noise/√releases).

/// The least δ at that ε.
Result<double> gaussianDelta(double noiseMultiplier, std::int64_t releases, double epsilon);
/// The least ε at that δ; 0 without releases, infinity without noise.
Result<double> gaussianEpsilon(double noiseMultiplier, std::int64_t releases, double delta);
/// The least noise multiplier for a target, to 0.001 % and on the safe side.
Result<double> gaussianNoiseMultiplier(double epsilon, double delta, std::int64_t releases);

} // namespace fedefm
