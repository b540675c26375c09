// SPDX-License-Identifier: GPL-3.0-or-later
// Convolutions with odd square kernels and zeros around, row by row as matrix products, for the layers with
// few channels, where Winograd's transforms cost more than they save and LibTorch's convolutions reach a
// fraction of a matrix product's speed.
#pragma once

#include "core/model/networks/convolution_work_private.h"
#include "core/model/networks/task_queue_private.h"

namespace fedefm {

/// `weights`: from packDirectWeights().
struct DirectWork : ConvolutionWork
{
    std::int64_t kernel = 3; ///< side, odd; the margin of zeros is its half
    std::int64_t stride = 1;
    const float* pixels = nullptr;

    std::int64_t resultHeightPx() const { return (heightPx - 1) / stride + 1; }
    std::int64_t resultWidthPx() const { return (widthPx - 1) / stride + 1; }
};

/// The number of floats that packDirectWeights() writes.
std::int64_t packedDirectSize(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel);

/// `weights`: outputs × inputs × kernel × kernel, dense. The order fits this processor.
void packDirectWeights(const float* weights, std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                       float* packed);

/// The part of one thread of the rows of the results of all pictures.
void convolveRows(const DirectWork& work, TaskQueue& queue);

} // namespace fedefm
