// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace fedefm {

/// Values of one tensor that belong to somebody else.
struct FloatSpan
{
    float* data = nullptr;
    std::size_t size = 0;
};

/// Gaussian numbers that are the same with every standard library. Who knows the seed can take the noise away
/// again: outside of tests it comes from fromSystem() and stays at the silo, where a checkpoint may keep it.
class NoiseSource
{
public:
    /// Streams of one seed are independent: one per round and purpose, so that a resumed round draws the
    /// same.
    explicit NoiseSource(std::uint64_t seed, std::uint64_t stream = 0);
    /// A seed from the system's entropy.
    static std::uint64_t systemSeed();

    double uniform(); ///< 0 ≤ u < 1
    double normal();

private:
    std::mt19937_64 m_random;
    double m_spare = 0.0;
    bool m_hasSpare = false;
};

/// L2 norm over all tensors together, summed in double.
double jointNorm(const std::vector<FloatSpan>& tensors);

/// Scales all tensors by one factor so that their joint norm is at most `bound`; smaller ones stay as they
/// are. Returns the norm before. Errors: InvalidArgument for a bound that is not positive, or values that are
/// not finite; nothing is changed then.
Result<double> clipToNorm(const std::vector<FloatSpan>& tensors, double bound);

/// DP-SGD: adds one record's gradient, clipped to `bound`, to `sum`. Returns the norm before clipping.
/// Errors: as above, and SizeMismatch; the sum is unchanged then, so a broken record counts as none.
Result<double> addClipped(const std::vector<FloatSpan>& sum, const std::vector<FloatSpan>& record,
                          double bound);

/// Adds independent noise to every value. Errors: InvalidArgument for a deviation that is negative or not
/// finite.
Status addGaussianNoise(const std::vector<FloatSpan>& tensors, double deviation, NoiseSource& noise);

/// Records of one step as the accountant presumes them: each by itself with probability `rate`. The number
/// varies and can be 0; the sum is then divided by the expected number, not by this one.
std::vector<std::size_t> drawPoissonBatch(std::size_t recordCount, double rate, NoiseSource& noise);

} // namespace fedefm
