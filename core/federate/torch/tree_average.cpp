// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/tree_average_private.h"

namespace fedefm {

std::vector<std::string> TreeAverage::phases() const
{
    if (m_tree.height == 0)
        return {};
    std::vector<std::string> names(static_cast<std::size_t>(m_tree.height) + 1, "gather");
    names.resize(names.size() + static_cast<std::size_t>(m_tree.height), "spread");
    return names;
}

/// A silo gathers when those one further down have published, and hears the mean when those above have it.
bool TreeAverage::takesPart(int phase, int silo) const
{
    const int step = stepOf(phase);
    return step <= m_tree.height ? depthOf(silo) == m_tree.height - step
                                 : depthOf(silo) == step - m_tree.height;
}

Status TreeAverage::work(Workbench& bench) const
{
    return stepOf(bench.phase) <= m_tree.height ? gather(bench) : spread(bench);
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
