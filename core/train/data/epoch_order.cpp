// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/epoch_order_private.h"

#include "core/train/data/random.h"

#include <algorithm>
#include <numeric>

namespace fedefm {

EpochOrder::EpochOrder(const Dataset& dataset, const LoaderSettings& settings)
    : m_count(dataset.size()),
      m_draws(settings.samplesPerEpoch > 0 ? static_cast<std::size_t>(settings.samplesPerEpoch) : m_count),
      m_shuffle(settings.shuffle), m_seed(settings.seed)
{
    if (m_count == 0)
        m_draws = 0;
    if (!m_shuffle)
        return;
    std::vector<std::size_t> blockOf(m_count);
    for (std::size_t i = 0; i < m_count; ++i)
        blockOf[i] = dataset.blockOf(i);
    m_byBlock.resize(m_count);
    std::iota(m_byBlock.begin(), m_byBlock.end(), std::size_t(0));
    std::stable_sort(m_byBlock.begin(), m_byBlock.end(),
                     [&](std::size_t a, std::size_t b) { return blockOf[a] < blockOf[b]; });
    for (std::size_t k = 0; k < m_count; ++k)
        if (k == 0 || blockOf[m_byBlock[k]] != blockOf[m_byBlock[k - 1]])
            m_blockStarts.push_back(k);
    m_blockStarts.push_back(m_count);
}

std::vector<std::size_t> EpochOrder::permutation(std::uint64_t number) const
{
    Random random(mixSeed(m_seed, number));
    std::vector<std::size_t> blocks(m_blockStarts.size() - 1);
    std::iota(blocks.begin(), blocks.end(), std::size_t(0));
    shuffle(blocks, random);
    std::vector<std::size_t> order;
    order.reserve(m_count);
    for (std::size_t first = 0; first < blocks.size(); first += kWindowBlocks) {
        std::vector<std::size_t> window;
        for (std::size_t b = first; b < std::min(first + kWindowBlocks, blocks.size()); ++b)
            for (std::size_t k = m_blockStarts[blocks[b]]; k < m_blockStarts[blocks[b] + 1]; ++k)
                window.push_back(m_byBlock[k]);
        shuffle(window, random);
        order.insert(order.end(), window.begin(), window.end());
    }
    return order;
}

std::vector<std::size_t> EpochOrder::indices(int epoch) const
{
    std::vector<std::size_t> result(m_draws);
    if (!m_shuffle) {
        for (std::size_t k = 0; k < m_draws; ++k)
            result[k] = m_draws <= m_count ? k * m_count / m_draws : k % m_count;
        return result;
    }
    std::uint64_t position = static_cast<std::uint64_t>(std::max(0, epoch)) * m_draws;
    for (std::size_t k = 0; k < m_draws;) {
        const std::vector<std::size_t> order = permutation(position / m_count);
        for (std::size_t at = position % m_count; at < m_count && k < m_draws; ++at, ++k, ++position)
            result[k] = order[at];
    }
    return result;
}

} // namespace fedefm
