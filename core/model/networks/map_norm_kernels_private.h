// SPDX-License-Identifier: GPL-3.0-or-later
// Loops of normalisations over maps in channels-last order. No LibTorch here.
#pragma once

#include <cstdint>

namespace fedefm {

/// What happens to a map at each channel: relu(map × scale + shift + rest).
struct ScaledMap
{
    const float* map = nullptr;
    const float* rest = nullptr; ///< or none
    const float* scale = nullptr;
    const float* shift = nullptr;
    bool rectify = false;
};

/// sums[c] = Σ map, sums[channels + c] = Σ map² over the pixels.
void channelMoments(const float* map, std::int64_t pixels, std::int64_t channels, float* sums);

void scaleMap(const ScaledMap& work, std::int64_t pixels, std::int64_t channels, float* result);

/// The gradient before the rectifier, 0 where `rectified` is 0: written to `passed` unless that is null.
/// sums[c] = Σ of it, sums[channels + c] = Σ of it × map.
void gradientMoments(const float* gradient, const float* rectified, const float* map, std::int64_t pixels,
                     std::int64_t channels, float* passed, float* sums);

/// result = slope[c] × gradient + tilt[c] × map + offset[c], the gradient 0 where `rectified` is 0.
void mapGradient(const float* gradient, const float* rectified, const float* map, const float* slope,
                 const float* tilt, const float* offset, std::int64_t pixels, std::int64_t channels,
                 float* result);

} // namespace fedefm
