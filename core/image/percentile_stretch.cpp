// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/percentile_stretch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

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

/// Looks for the value of a rank: a histogram finds its bucket, so that only a few values are left to sort.
class RankSearch
{
public:
    RankSearch(const std::vector<std::uint32_t>& histogram, std::size_t rank) : m_rank(rank)
    {
        while (histogram[m_bucket] <= m_rank)
            m_rank -= histogram[m_bucket++];
        m_candidates.reserve(histogram[m_bucket]);
    }

    void offer(float value, std::uint32_t bucket)
    {
        if (bucket == m_bucket)
            m_candidates.push_back(value);
    }

    float found()
    {
        const auto nth = m_candidates.begin() + static_cast<std::ptrdiff_t>(m_rank);
        std::nth_element(m_candidates.begin(), nth, m_candidates.end());
        return *nth;
    }

private:
    std::size_t m_rank; ///< within the bucket
    std::uint32_t m_bucket = 0;
    std::vector<float> m_candidates;
};

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
    RankSearch low(histogram, rankOf(0.005, values.size()));
    RankSearch high(histogram, rankOf(0.995, values.size()));
    for (const float value : values) {
        const std::uint32_t bucket = bucketOf(value);
        low.offer(value, bucket);
        high.offer(value, bucket);
    }
    return {low.found(), high.found()};
}

GreyRange percentileRange(const std::vector<std::uint32_t>& counts, int first)
{
    const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    if (all == 0)
        return {};
    const auto valueAt = [&counts, first](std::size_t rank) {
        std::size_t i = 0;
        for (; counts[i] <= rank; ++i)
            rank -= counts[i];
        return static_cast<float>(first + static_cast<int>(i));
    };
    return {valueAt(rankOf(0.005, all)), valueAt(rankOf(0.995, all))};
}

float stretchedGrey(float value, GreyRange grey, bool inverse, float smallestRange)
{
    const float range = std::max(smallestRange, grey.high - grey.low);
    const float share = std::clamp((value - grey.low) / range, 0.0F, 1.0F);
    return inverse ? 1.0F - share : share;
}

void stretchGrey(std::vector<float>& values, bool inverse, float smallestRange)
{
    const GreyRange grey = percentileRange(values);
    for (float& value : values)
        value = stretchedGrey(value, grey, inverse, smallestRange);
}

} // namespace fedefm
