// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/schedule.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;

} // namespace

double scheduleFactor(const ScheduleSettings& settings, std::int64_t step, std::int64_t totalSteps)
{
    const std::int64_t total = std::max<std::int64_t>(totalSteps, 1);
    const std::int64_t warmUp = std::clamp<std::int64_t>(settings.warmUpSteps, 0, total / 2);
    if (step < warmUp)
        return static_cast<double>(step + 1) / static_cast<double>(warmUp);
    const double x =
        std::clamp(static_cast<double>(step - warmUp) / static_cast<double>(total - warmUp), 0.0, 1.0);
    if (settings.kind == "cosine")
        return settings.finalFactor + (1.0 - settings.finalFactor) * 0.5 * (1.0 + std::cos(kPi * x));
    if (settings.kind == "poly")
        return std::pow(1.0 - x, settings.power);
    return 1.0;
}

} // namespace fedefm
