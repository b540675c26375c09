// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/dropout_kernel_private.h"

#include "core/base/vector_clones.h"

namespace fedefm {

namespace {

/// A permutation of 32 bits in which each bit of the result depends on all (Chris Wellons' "lowbias32").
inline __attribute__((always_inline)) std::uint32_t mixed(std::uint32_t bits)
{
    bits = (bits ^ (bits >> 16U)) * 0x7feb352dU;
    bits = (bits ^ (bits >> 15U)) * 0x846ca68bU;
    return bits ^ (bits >> 16U);
}

} // namespace

FEDEFM_VECTOR_CLONES
void dropValues(const float* __restrict values, std::int64_t first, std::int64_t count, std::uint64_t seed,
                std::uint32_t threshold, float scale, float* __restrict result)
{
    const auto low = static_cast<std::uint32_t>(seed);
    const auto high = static_cast<std::uint32_t>(seed >> 32U);
    const auto start = static_cast<std::uint32_t>(first);
    const auto total = static_cast<std::uint32_t>(count);
    for (std::uint32_t at = 0; at < total; ++at) {
        // Twice, with another part of the seed: else the patterns of two seeds would be shifts of each other.
        const std::uint32_t bits = mixed(mixed(start + at + low) ^ high);
        result[at] = bits < threshold ? 0.0F : values[at] * scale;
    }
}

} // namespace fedefm
