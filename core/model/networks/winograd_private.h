// SPDX-License-Identifier: GPL-3.0-or-later
// 3×3 convolutions of stride 1 by Winograd's F(4×4, 3×3): 36 products instead of 144 for 4×4 outputs
// (Lavin and Gray 2015).
#pragma once

#include "core/model/networks/convolution_work_private.h"
#include "core/model/networks/task_queue_private.h"

#include <vector>

namespace fedefm {

/// One picture or the channels of one; channels-last and dense.
struct WinogradSource
{
    const float* pixels = nullptr;
    std::int64_t channels = 0;
};

/// `weights`: from packWinogradWeights().
struct WinogradWork : ConvolutionWork
{
    std::vector<WinogradSource> sources; ///< joined as channels; together `inputs`
};

/// The number of floats that packWinogradWeights() writes: those of the weights, but for the filling.
std::int64_t packedWinogradSize(std::int64_t inputs, std::int64_t outputs);

/// `weights`: outputs × inputs × 3 × 3, dense.
void packWinogradWeights(const float* weights, std::int64_t inputs, std::int64_t outputs, float* packed);

/// A convolution divided into tasks that may run at the same time.
class WinogradTasks
{
public:
    WinogradTasks(const WinogradWork& work, int threads);
    TaskQueue queue(int threads) const { return {m_strips * m_groups, threads}; }
    /// The part of one thread.
    void run(TaskQueue& queue) const;

private:
    const WinogradWork& m_work;
    std::int64_t m_tiles = 0; ///< of a strip
    std::int64_t m_strips = 0;
    std::int64_t m_groups = 0; ///< of blocks of outputs
};

} // namespace fedefm
