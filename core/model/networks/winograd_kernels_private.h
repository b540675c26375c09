// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of winograd.cpp and direct_convolution.cpp, in a version for each width of vectors.
#pragma once

#include <cstdint>

namespace fedefm {

/// Positions of a 6×6 tile in Winograd's domain, and pixels of the 4×4 outputs.
constexpr int kWinogradPositions = 36;
constexpr int kWinogradPixels = 16;

/// Floats from the transformed weights of one position to the next. Mostly an odd number of cache lines,
/// because addresses that are multiples of 4 kB apart share their places in the first cache.
constexpr std::int64_t winogradPanelStride(std::int64_t inputs, std::int64_t block)
{
    return inputs * block + 16;
}

struct WinogradKernels
{
    int panelWidth = 0; ///< outputs that a product computes at once

    /// `pixels`: 36 rows of `channels` values; those of position p go to target + p × positionStride. Writes
    /// up to 15 values behind the last channel.
    void (*transformInput)(const float* const* pixels, std::int64_t channels, float* target,
                           std::int64_t positionStride) = nullptr;
    /// `weights`: for each input 9 × block values. `target`: at each position panels × inputs × panelWidth.
    void (*transformWeights)(const float* weights, std::int64_t inputs, std::int64_t block,
                             float* target) = nullptr;
    /// sums (rows × sumStride) = or += values (rows × inputs) × panels, of at least the first `outputs`.
    void (*multiply)(const float* values, std::int64_t valueStride, const float* panels, std::int64_t inputs,
                     std::int64_t rows, std::int64_t outputs, float* sums, std::int64_t sumStride,
                     bool add) = nullptr;
    /// `sums`: position p at sums + p × positionStride; `pixels`: 16 rows of `channels` values. `residual`
    /// has as many, which are added before ReLU, or is null.
    void (*transformOutput)(const float* sums, std::int64_t positionStride, const float* bias,
                            const float* const* residual, std::int64_t channels, bool rectify,
                            float* const* pixels) = nullptr;
};

/// The fastest that this processor can run.
const WinogradKernels& winogradKernels();

/// Weights lie in blocks of so many outputs, a multiple of the panel's width, the last one filled up with
/// zeros.
std::int64_t outputBlock(std::int64_t outputs);

} // namespace fedefm
