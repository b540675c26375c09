// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fedefm {

/// Mixes all bits of a number (the finaliser of SplitMix64).
inline std::uint64_t mixBits(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/// Random numbers that are the same with every standard library. Value type; copies continue independently.
class RandomStream
{
public:
    explicit RandomStream(std::uint64_t seed) : m_state(mixBits(seed ^ kGolden)) {}

    /// A stream of its own for one purpose, so that more draws for another do not change it.
    RandomStream branch(std::uint64_t purpose) const { return RandomStream(m_state + purpose * kGolden); }

    std::uint64_t bits()
    {
        m_state += kGolden;
        return mixBits(m_state);
    }
    double uniform() { return static_cast<double>(bits() >> 11) / 9007199254740992.0; } ///< 0 ≤ u < 1
    double range(double low, double high) { return low + (high - low) * uniform(); }
    double logRange(double low, double high) { return low * std::exp(std::log(high / low) * uniform()); }
    double sign() { return uniform() < 0.5 ? -1.0 : 1.0; }
    bool chance(double probability) { return uniform() < probability; }
    int index(int count) { return std::min(count - 1, static_cast<int>(uniform() * count)); }
    double normal()
    {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(6.283185307179586 * uniform());
    }

private:
    static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
    std::uint64_t m_state;
};

} // namespace fedefm
