// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/batch_loader.h"

namespace fedefm {

/// Blocks that a shuffled epoch reads at the same time; data sets with blocks keep twice as many ready.
inline constexpr std::size_t kWindowBlocks = 8;

/// Which sample stands where in an epoch; a pure function of data set, settings and epoch.
class EpochOrder
{
public:
    EpochOrder(const Dataset& dataset, const LoaderSettings& settings);

    /// Number of samples of an epoch.
    std::size_t size() const { return m_draws; }
    /// Shuffled epochs walk on through permutation after permutation, so that with fewer draws than samples
    /// the next epoch goes on where the last one stopped. Unshuffled ones take `size()` samples spread
    /// evenly.
    std::vector<std::size_t> indices(int epoch) const;

private:
    std::vector<std::size_t> permutation(std::uint64_t number) const;

    std::size_t m_count;
    std::size_t m_draws;
    bool m_shuffle;
    std::uint64_t m_seed;
    std::vector<std::size_t> m_byBlock;     ///< indices, those of a block behind each other
    std::vector<std::size_t> m_blockStarts; ///< into m_byBlock, with the end
};

} // namespace fedefm
