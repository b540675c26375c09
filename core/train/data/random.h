// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace fedefm {

/// SplitMix64 (Steele et al. 2014): the same numbers on every machine, which std's distributions do not
/// promise.
class Random
{
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t bits()
    {
        m_state += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; } ///< [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double around(double range) { return uniform(-range, range); }
    bool chance(double probability) { return uniform() < probability; }
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits() % count); }

    /// Mean 0, variance 1, near to normal: the sum of four even numbers of 16 bits each.
    float roughNormal()
    {
        const std::uint64_t b = bits();
        const auto sum =
            static_cast<float>((b & 0xFFFF) + (b >> 16 & 0xFFFF) + (b >> 32 & 0xFFFF) + (b >> 48));
        constexpr float kMean = 2.0F * 65535.0F;
        constexpr float kDeviation = 37837.2F; // 65536·sqrt(4/12)
        return (sum - kMean) / kDeviation;
    }

private:
    std::uint64_t m_state;
};

/// A seed of its own for each pair of numbers.
inline std::uint64_t mixSeed(std::uint64_t a, std::uint64_t b)
{
    Random random(a ^ (b * 0xD1342543DE82EF95ULL + 0x632BE59BD9B4E019ULL));
    random.bits();
    return random.bits();
}

/// Fisher–Yates.
template <typename T> void shuffle(std::vector<T>& items, Random& random)
{
    for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[random.below(i)]);
}

} // namespace fedefm
