// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/gradient_privacy.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

tl::unexpected<Error> refuse(ErrorCode code, const std::string& detail)
{
    return fail(code, "gradient", detail);
}

/// What values are multiplied by; rounding to float must not carry the result beyond the bound.
double clipFactor(double norm, double bound)
{
    constexpr double kRoundingMargin = 1.0 - 0x1.0p-22;
    return norm <= bound ? 1.0 : bound / norm * kRoundingMargin;
}

Result<double> checkedNorm(const std::vector<FloatSpan>& tensors, double bound)
{
    if (!(bound > 0.0) || std::isinf(bound))
        return refuse(ErrorCode::InvalidArgument, "the bound of the norm must be above 0");
    const double norm = jointNorm(tensors);
    if (!std::isfinite(norm))
        return refuse(ErrorCode::InvalidArgument, "values are not finite");
    return norm;
}

} // namespace

NoiseSource::NoiseSource(std::uint64_t seed, std::uint64_t stream)
{
    std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                        static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
    m_random.seed(words);
}

std::uint64_t NoiseSource::systemSeed()
{
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
}

double NoiseSource::uniform()
{
    return static_cast<double>(m_random() >> 11) * 0x1.0p-53;
}

double NoiseSource::normal()
{
    if (m_hasSpare) {
        m_hasSpare = false;
        return m_spare;
    }
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
    const double angle = 2.0 * M_PI * uniform();
    m_spare = radius * std::sin(angle);
    m_hasSpare = true;
    return radius * std::cos(angle);
}

double jointNorm(const std::vector<FloatSpan>& tensors)
{
    constexpr std::size_t kLanes = 8; // independent sums, so that the loop can be vectorised
    double sums[kLanes] = {};
    for (const FloatSpan& tensor : tensors) {
        std::size_t i = 0;
        for (; i + kLanes <= tensor.size; i += kLanes)
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                const double value = tensor.data[i + lane];
                sums[lane] += value * value;
            }
        for (; i < tensor.size; ++i)
            sums[0] += static_cast<double>(tensor.data[i]) * tensor.data[i];
    }
    double total = 0.0;
    for (const double sum : sums)
        total += sum;
    return std::sqrt(total);
}

Result<double> clipToNorm(const std::vector<FloatSpan>& tensors, double bound)
{
    const auto norm = checkedNorm(tensors, bound);
    if (!norm || *norm <= bound)
        return norm;
    const double factor = clipFactor(*norm, bound);
    for (const FloatSpan& tensor : tensors)
        for (std::size_t i = 0; i < tensor.size; ++i)
            tensor.data[i] = static_cast<float>(tensor.data[i] * factor);
    return norm;
}

Result<double> addClipped(const std::vector<FloatSpan>& sum, const std::vector<FloatSpan>& record,
                          double bound)
{
    const bool isAlike = std::equal(sum.begin(), sum.end(), record.begin(), record.end(),
                                    [](const FloatSpan& a, const FloatSpan& b) { return a.size == b.size; });
    if (!isAlike)
        return refuse(ErrorCode::SizeMismatch, "the record's tensors have other sizes");
    const auto norm = checkedNorm(record, bound);
    if (!norm)
        return norm;
    const double factor = clipFactor(*norm, bound);
    for (std::size_t t = 0; t < sum.size(); ++t)
        for (std::size_t i = 0; i < sum[t].size; ++i)
            sum[t].data[i] += static_cast<float>(record[t].data[i] * factor);
    return norm;
}

Status addGaussianNoise(const std::vector<FloatSpan>& tensors, double deviation, NoiseSource& noise)
{
    if (!(deviation >= 0.0) || std::isinf(deviation))
        return refuse(ErrorCode::InvalidArgument, "the deviation of noise must not be negative");
    for (const FloatSpan& tensor : tensors)
        for (std::size_t i = 0; i < tensor.size; ++i)
            tensor.data[i] = static_cast<float>(tensor.data[i] + deviation * noise.normal());
    return {};
}

std::vector<std::size_t> drawPoissonBatch(std::size_t recordCount, double rate, NoiseSource& noise)
{
    std::vector<std::size_t> records;
    for (std::size_t i = 0; i < recordCount; ++i)
        if (noise.uniform() < rate)
            records.push_back(i);
    return records;
}

} // namespace fedefm
