// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace fedefm {

/// What the algorithms for a convolution of float32 pictures have in common. Pictures are channels-last and
/// dense. No LibTorch here.
struct ConvolutionWork
{
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    const float* weights = nullptr;  ///< as the algorithm packs them
    const float* bias = nullptr;     ///< `outputs` values
    const float* residual = nullptr; ///< added to the result before ReLU; of its shape; may be absent
    float* result = nullptr;
    std::int64_t pictures = 1;
    std::int64_t heightPx = 0; ///< of the input
    std::int64_t widthPx = 0;
    bool rectify = false;
};

} // namespace fedefm
