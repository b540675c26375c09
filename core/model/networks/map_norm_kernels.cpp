// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/map_norm_kernels_private.h"

#include "core/base/vector_clones.h"

#include <algorithm>

namespace fedefm {

FEDEFM_VECTOR_CLONES
void channelMoments(const float* __restrict map, std::int64_t pixels, std::int64_t channels,
                    float* __restrict sums)
{
    std::fill(sums, sums + 2 * channels, 0.0F);
    float* __restrict squares = sums + channels;
    std::int64_t pixel = 0;
    for (; pixel + 4 <= pixels; pixel += 4) { // four at a time: the sums are read and written less often
        const float* row = map + pixel * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
            const float v0 = row[c];
            const float v1 = row[channels + c];
            const float v2 = row[2 * channels + c];
            const float v3 = row[3 * channels + c];
            sums[c] += (v0 + v1) + (v2 + v3);
            squares[c] += (v0 * v0 + v1 * v1) + (v2 * v2 + v3 * v3);
        }
    }
    for (; pixel < pixels; ++pixel)
        for (std::int64_t c = 0; c < channels; ++c) {
            const float value = map[pixel * channels + c];
            sums[c] += value;
            squares[c] += value * value;
        }
}

FEDEFM_VECTOR_CLONES
void scaleMap(const ScaledMap& work, std::int64_t pixels, std::int64_t channels, float* __restrict result)
{
    const float* __restrict scale = work.scale;
    const float* __restrict shift = work.shift;
    const float floor = work.rectify ? 0.0F : -__builtin_inff();
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        const float* __restrict map = work.map + pixel * channels;
        float* __restrict to = result + pixel * channels;
        if (work.rest == nullptr) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const float value = map[c] * scale[c] + shift[c];
                to[c] = value < floor ? floor : value; // what is no number stays so
            }
            continue;
        }
        const float* __restrict rest = work.rest + pixel * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
            const float value = map[c] * scale[c] + shift[c] + rest[c];
            to[c] = value < floor ? floor : value;
        }
    }
}

FEDEFM_VECTOR_CLONES
void gradientMoments(const float* __restrict gradient, const float* __restrict rectified,
                     const float* __restrict map, std::int64_t pixels, std::int64_t channels,
                     float* __restrict passed, float* __restrict sums)
{
    std::fill(sums, sums + 2 * channels, 0.0F);
    float* __restrict products = sums + channels;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        const std::int64_t at = pixel * channels;
        if (rectified == nullptr) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const float slope = gradient[at + c];
                sums[c] += slope;
                products[c] += slope * map[at + c];
            }
            continue;
        }
        if (passed == nullptr) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const float slope = rectified[at + c] <= 0.0F ? 0.0F : gradient[at + c];
                sums[c] += slope;
                products[c] += slope * map[at + c];
            }
            continue;
        }
        for (std::int64_t c = 0; c < channels; ++c) {
            const float slope = rectified[at + c] <= 0.0F ? 0.0F : gradient[at + c];
            passed[at + c] = slope;
            sums[c] += slope;
            products[c] += slope * map[at + c];
        }
    }
}

FEDEFM_VECTOR_CLONES
void mapGradient(const float* __restrict gradient, const float* __restrict rectified,
                 const float* __restrict map, const float* __restrict slope, const float* __restrict tilt,
                 const float* __restrict offset, std::int64_t pixels, std::int64_t channels,
                 float* __restrict result)
{
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        const std::int64_t at = pixel * channels;
        if (rectified == nullptr) {
            for (std::int64_t c = 0; c < channels; ++c)
                result[at + c] = slope[c] * gradient[at + c] + (tilt[c] * map[at + c] + offset[c]);
            continue;
        }
        for (std::int64_t c = 0; c < channels; ++c) {
            const float arrived = rectified[at + c] <= 0.0F ? 0.0F : gradient[at + c];
            result[at + c] = slope[c] * arrived + (tilt[c] * map[at + c] + offset[c]);
        }
    }
}

} // namespace fedefm
