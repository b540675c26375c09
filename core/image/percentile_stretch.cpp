// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/percentile_stretch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace fedefm {

namespace {

constexpr int kBucketBits = 16;

/// Floats in the order of unsigned integers.
std::uint32_t orderedBits(float value)
{
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

std::uint32_t bucketOf(float value)
{
    return orderedBits(value) >> (32 - kBucketBits);
}

/// The value of `rank`; a histogram finds its bucket, so that only a few values are left to sort.
float valueAtRank(const std::vector<float>& values, const std::vector<std::uint32_t>& histogram,
                  std::size_t rank)
{
    std::size_t before = 0;
    std::uint32_t bucket = 0;
    while (before + histogram[bucket] <= rank)
        before += histogram[bucket++];
    std::vector<float> candidates;
    candidates.reserve(histogram[bucket]);
    for (const float value : values)
        if (bucketOf(value) == bucket)
            candidates.push_back(value);
    const auto nth = candidates.begin() + static_cast<std::ptrdiff_t>(rank - before);
    std::nth_element(candidates.begin(), nth, candidates.end());
    return *nth;
}

std::size_t rankOf(double share, std::size_t count)
{
    return static_cast<std::size_t>(share * static_cast<double>(count - 1));
}

} // namespace

GreyRange percentileRange(const std::vector<float>& values)
{
    if (values.empty())
        return {};
    std::vector<std::uint32_t> histogram(std::size_t(1) << kBucketBits);
    for (const float value : values)
        ++histogram[bucketOf(value)];
    return {valueAtRank(values, histogram, rankOf(0.005, values.size())),
            valueAtRank(values, histogram, rankOf(0.995, values.size()))};
}

void stretchGrey(std::vector<float>& values, bool inverse, float smallestRange)
{
    const GreyRange grey = percentileRange(values);
    const float range = std::max(smallestRange, grey.high - grey.low);
    for (float& value : values) {
        value = std::clamp((value - grey.low) / range, 0.0F, 1.0F);
        if (inverse)
            value = 1.0F - value;
    }
}

} // namespace fedefm
