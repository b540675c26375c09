// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/row_kernels_private.h"

#include "core/base/vector_clones.h"

#include <cstring>
#include <limits>

namespace fedefm::transport {

namespace {

constexpr int kLanes = 16;
constexpr int kWidth = 4;

// Vectors of the compiler: a minimum over an array is not vectorised otherwise, where comparing NaN must be
// kept.
using Doubles = double __attribute__((vector_size(kWidth * sizeof(double))));
using Masks = long long __attribute__((vector_size(kWidth * sizeof(double))));

} // namespace

#define FEDEFM_LOAD_SUM(target, at)                                                                          \
    Doubles target;                                                                                          \
    {                                                                                                        \
        Doubles second;                                                                                      \
        std::memcpy(&target, cost + (at), sizeof target);                                                    \
        std::memcpy(&second, shift + (at), sizeof second);                                                   \
        target += second;                                                                                    \
    }

FEDEFM_VECTOR_CLONES
double minimumSum(const double* __restrict cost, const double* __restrict shift, int count)
{
    double least = std::numeric_limits<double>::max();
    int at = 0;
    if (count >= kLanes) {
        // Four minima at a time hide the latency of each.
        FEDEFM_LOAD_SUM(least0, 0)
        FEDEFM_LOAD_SUM(least1, kWidth)
        FEDEFM_LOAD_SUM(least2, 2 * kWidth)
        FEDEFM_LOAD_SUM(least3, 3 * kWidth)
        for (at = kLanes; at + kLanes <= count; at += kLanes) {
            FEDEFM_LOAD_SUM(value0, at)
            FEDEFM_LOAD_SUM(value1, at + kWidth)
            FEDEFM_LOAD_SUM(value2, at + 2 * kWidth)
            FEDEFM_LOAD_SUM(value3, at + 3 * kWidth)
            least0 = value0 < least0 ? value0 : least0;
            least1 = value1 < least1 ? value1 : least1;
            least2 = value2 < least2 ? value2 : least2;
            least3 = value3 < least3 ? value3 : least3;
        }
        least0 = least1 < least0 ? least1 : least0;
        least2 = least3 < least2 ? least3 : least2;
        least0 = least2 < least0 ? least2 : least0;
        const double even = least0[0] < least0[2] ? least0[0] : least0[2];
        const double odd = least0[1] < least0[3] ? least0[1] : least0[3];
        least = even < odd ? even : odd;
    }
    for (; at < count; ++at) {
        const double value = cost[at] + shift[at];
        least = value < least ? value : least;
    }
    return least;
}

FEDEFM_VECTOR_CLONES
int findSum(const double* __restrict cost, const double* __restrict shift, int count, double value)
{
    int at = 0;
    for (; at + kLanes <= count; at += kLanes) {
        FEDEFM_LOAD_SUM(value0, at)
        FEDEFM_LOAD_SUM(value1, at + kWidth)
        FEDEFM_LOAD_SUM(value2, at + 2 * kWidth)
        FEDEFM_LOAD_SUM(value3, at + 3 * kWidth)
        const Masks hits = (value0 <= value) | (value1 <= value) | (value2 <= value) | (value3 <= value);
        if ((hits[0] | hits[1] | hits[2] | hits[3]) != 0)
            break;
    }
    for (; at < count; ++at)
        if (cost[at] + shift[at] <= value)
            return at;
    return -1;
}

FEDEFM_VECTOR_CLONES
void lowerTo(double* __restrict minimum, const double* __restrict values, int count)
{
    for (int k = 0; k < count; ++k)
        minimum[k] = values[k] < minimum[k] ? values[k] : minimum[k];
}

FEDEFM_VECTOR_CLONES
void addScaled(double* __restrict target, const double* __restrict values, double factor, int count)
{
    for (int k = 0; k < count; ++k)
        target[k] += factor * values[k];
}

FEDEFM_VECTOR_CLONES
double dotProduct(const double* __restrict a, const double* __restrict b, int count)
{
    double sums[kLanes] = {};
    int at = 0;
    for (; at + kLanes <= count; at += kLanes)
        for (int k = 0; k < kLanes; ++k)
            sums[k] += a[at + k] * b[at + k];
    double total = 0.0;
    for (; at < count; ++at)
        total += a[at] * b[at];
    for (const double sum : sums)
        total += sum;
    return total;
}

FEDEFM_VECTOR_CLONES
void dotProducts4(const double* __restrict a, const double* __restrict b, int stride, int count,
                  double* __restrict products)
{
    constexpr int kWide = 8;
    const double* __restrict b1 = b + stride;
    const double* __restrict b2 = b1 + stride;
    const double* __restrict b3 = b2 + stride;
    double sums[4][kWide] = {};
    int at = 0;
    for (; at + kWide <= count; at += kWide)
        for (int k = 0; k < kWide; ++k) {
            sums[0][k] += a[at + k] * b[at + k];
            sums[1][k] += a[at + k] * b1[at + k];
            sums[2][k] += a[at + k] * b2[at + k];
            sums[3][k] += a[at + k] * b3[at + k];
        }
    double totals[4] = {};
    for (; at < count; ++at) {
        totals[0] += a[at] * b[at];
        totals[1] += a[at] * b1[at];
        totals[2] += a[at] * b2[at];
        totals[3] += a[at] * b3[at];
    }
    for (int row = 0; row < 4; ++row) {
        for (const double sum : sums[row])
            totals[row] += sum;
        products[row] = totals[row];
    }
}

} // namespace fedefm::transport
