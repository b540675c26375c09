// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace fedefm {

/// result = 0 with the chance threshold / 2³², else value × scale. What happens to a value depends on the
/// seed and its place only: `first` + its index, counted modulo 2³². `count` < 2³².
void dropValues(const float* values, std::int64_t first, std::int64_t count, std::uint64_t seed,
                std::uint32_t threshold, float scale, float* result);

} // namespace fedefm
