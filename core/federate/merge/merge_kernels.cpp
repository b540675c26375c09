// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/merge_kernels_private.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fedefm {

namespace {

double squaredDistance(const float* a, const float* b, std::size_t count)
{
    constexpr std::size_t kLanes = 8; // independent sums, so that the loop can be vectorised
    double sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double difference = static_cast<double>(a[i + lane]) - b[i + lane];
            sums[lane] += difference * difference;
        }
    double total = 0.0;
    for (; i < count; ++i) {
        const double difference = static_cast<double>(a[i]) - b[i];
        total += difference * difference;
    }
    for (const double sum : sums)
        total += sum;
    return total;
}

} // namespace

bool isAllFinite(const float* values, std::size_t count)
{
    std::uint32_t faults = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, values + i, sizeof bits);
        faults |= static_cast<std::uint32_t>((bits & 0x7F800000U) == 0x7F800000U);
    }
    return faults == 0;
}

void weightedSum(const Piece& piece, const std::vector<double>& weights, std::vector<double>& sums,
                 float* result)
{
    // Not from 0, which would turn −0 into 0.
    double* const sum = sums.data();
    for (std::size_t i = 0; i < piece.count; ++i)
        sum[i] = weights[0] * piece.of(0)[i];
    for (std::size_t m = 1; m < weights.size(); ++m) {
        const float* const values = piece.of(m);
        const double weight = weights[m];
        for (std::size_t i = 0; i < piece.count; ++i)
            sum[i] += weight * values[i];
    }
    for (std::size_t i = 0; i < piece.count; ++i)
        result[i] = static_cast<float>(sum[i]);
}

void trimmedMean(const Piece& piece, std::size_t memberCount, std::size_t trimmed, float* result)
{
    const std::size_t kept = memberCount - 2 * trimmed;
    std::vector<float> sorted(memberCount);
    for (std::size_t i = 0; i < piece.count; ++i) {
        for (std::size_t m = 0; m < memberCount; ++m)
            sorted[m] = piece.of(m)[i];
        std::sort(sorted.begin(), sorted.end());
        double sum = sorted[trimmed];
        for (std::size_t k = 1; k < kept; ++k)
            sum += sorted[trimmed + k];
        result[i] = static_cast<float>(sum / static_cast<double>(kept));
    }
}

void addSquaredDistances(const Piece& piece, std::size_t memberCount, std::vector<double>& distances)
{
    constexpr std::size_t kBlock = 1024; // all members' part of it stays in the cache
    for (std::size_t begin = 0; begin < piece.count; begin += kBlock) {
        const std::size_t size = std::min(kBlock, piece.count - begin);
        for (std::size_t a = 0; a < memberCount; ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const double squared = squaredDistance(piece.of(a) + begin, piece.of(b) + begin, size);
                distances[a * memberCount + b] += squared;
                distances[b * memberCount + a] += squared;
            }
    }
}

} // namespace fedefm
