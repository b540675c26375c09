// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/tree_average_private.h"

namespace fedefm {

std::vector<std::string> TreeAverage::phases() const
{
    std::vector<std::string> names;
    for (const char* way : {"gather", "spread"})
        for (int step = 1; step <= m_tree.height; ++step)
            names.push_back(m_tree.height == 1 ? way : way + (" " + std::to_string(step)));
    return names;
}

/// A silo gathers when those one further down have published, and hears the mean when those above have it.
bool TreeAverage::takesPart(int phase, int silo) const
{
    const int step = phase - m_first;
    return step <= m_tree.height ? depthOf(silo) == m_tree.height - step
                                 : depthOf(silo) == step - m_tree.height;
}

Status TreeAverage::begin(Workbench& bench) const
{
    const int own = bench.silo.index;
    const bool isFirst = m_tree.height > 0 && depthOf(own) == m_tree.height;
    return bench.publishWeights(isFirst ? std::vector<int>{parentOf(own)} : std::vector<int>());
}

Status TreeAverage::work(Workbench& bench) const
{
    return bench.phase - m_first <= m_tree.height ? gather(bench) : spread(bench);
}

Status TreeAverage::gather(Workbench& bench) const
{
    const int own = bench.silo.index;
    std::vector<ReceivedModel> received;
    for (const int child : m_tree.children(own))
        if (auto model = bench.port.receive(ObjectKind::Weights, bench.phase - 1, child))
            received.push_back({child, static_cast<double>(m_tree.branch[static_cast<std::size_t>(child)]),
                                std::move(*model)});
    if (auto merged = mergeIntoOwn(bench, received, 1.0, {}); !merged)
        return merged;
    const bool isRoot = parentOf(own) < 0;
    return bench.port.publish(ObjectKind::Weights, own, bench.ownWeights(),
                              isRoot ? m_tree.children(own) : std::vector<int>{parentOf(own)});
}

Status TreeAverage::spread(Workbench& bench) const
{
    const int own = bench.silo.index;
    if (const auto mean = bench.port.receive(ObjectKind::Weights, bench.phase - 1, parentOf(own)))
        loadShared(*bench.silo.network, *mean);
    return bench.port.publish(ObjectKind::Weights, own, bench.ownWeights(), m_tree.children(own));
}

} // namespace fedefm
