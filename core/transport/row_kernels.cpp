// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/row_kernels_private.h"

#include "core/transport/vector_clones_private.h"

#include <limits>

namespace fedefm::transport {

namespace {

constexpr int kLanes = 16;

} // namespace

FEDEFM_VECTOR_CLONES
double minimumReduced(const double* __restrict cost, const double* __restrict dual, int count)
{
    // Four independent minima over four quarters hide the latency of each.
    const int quarter = count / 4;
    const double* __restrict cost1 = cost + quarter;
    const double* __restrict cost2 = cost1 + quarter;
    const double* __restrict cost3 = cost2 + quarter;
    const double* __restrict dual1 = dual + quarter;
    const double* __restrict dual2 = dual1 + quarter;
    const double* __restrict dual3 = dual2 + quarter;
    double least = std::numeric_limits<double>::max();
    double least1 = least;
    double least2 = least;
    double least3 = least;
    for (int at = 0; at < quarter; ++at) {
        const double value = cost[at] - dual[at];
        const double value1 = cost1[at] - dual1[at];
        const double value2 = cost2[at] - dual2[at];
        const double value3 = cost3[at] - dual3[at];
        least = value < least ? value : least;
        least1 = value1 < least1 ? value1 : least1;
        least2 = value2 < least2 ? value2 : least2;
        least3 = value3 < least3 ? value3 : least3;
    }
    for (int at = 4 * quarter; at < count; ++at) {
        const double value = cost[at] - dual[at];
        least = value < least ? value : least;
    }
    least = least1 < least ? least1 : least;
    least2 = least3 < least2 ? least3 : least2;
    return least2 < least ? least2 : least;
}

FEDEFM_VECTOR_CLONES
int findReduced(const double* __restrict cost, const double* __restrict dual, int count, double value)
{
    int at = 0;
    for (; at + kLanes <= count; at += kLanes) {
        int hits = 0;
        for (int k = 0; k < kLanes; ++k)
            hits += cost[at + k] - dual[at + k] <= value;
        if (hits > 0)
            break;
    }
    for (; at < count; ++at)
        if (cost[at] - dual[at] <= value)
            return at;
    return -1;
}

FEDEFM_VECTOR_CLONES
void lowerTo(double* __restrict minimum, const double* __restrict cost, double shift, int count)
{
    for (int k = 0; k < count; ++k) {
        const double value = cost[k] - shift;
        minimum[k] = value < minimum[k] ? value : minimum[k];
    }
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
