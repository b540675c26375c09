// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/train_config.h"

#include <cstdint>

namespace fedefm {

/// Factor of the learning rate at optimiser step `step` (0-based) of `totalSteps`:
///   warm-up   (step + 1) / warmUpSteps, while step < warmUpSteps
///   cosine    f + (1 − f)·(1 + cos πx) / 2 with f = finalFactor
///   poly      (1 − x)^power
///   constant  1
/// where x runs from 0 after the warm-up to 1 behind the last step. A warm-up takes at most half of the
/// steps.
double scheduleFactor(const ScheduleSettings& settings, std::int64_t step, std::int64_t totalSteps);

} // namespace fedefm
