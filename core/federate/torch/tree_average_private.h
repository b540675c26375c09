// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/strategy_private.h"

#include <string>
#include <vector>

namespace fedefm {

/// One common mean of the models of all silos in the round's tree, in the phases from `first` on: `gather`
/// upwards, `spread` downwards. A silo that fails on the way up costs its branch, whose weight goes to what
/// its parent has; below it the mean of what was gathered there is spread.
class TreeAverage
{
public:
    /// Everybody's model must be protected by then where the plan says so (Workbench::publishWeights).
    TreeAverage(const RoundView& view, int first) : m_tree(view.tree), m_first(first) {}

    std::vector<std::string> phases() const;
    bool takesPart(int phase, int silo) const;
    Status work(Workbench& bench) const;

private:
    int depthOf(int silo) const { return m_tree.depth[static_cast<std::size_t>(silo)]; }
    int parentOf(int silo) const { return m_tree.parent[static_cast<std::size_t>(silo)]; }
    int stepOf(int phase) const { return phase - m_first; }
    Status gather(Workbench& bench) const;
    Status spread(Workbench& bench) const;

    const AveragingTree& m_tree;
    int m_first;
};

} // namespace fedefm
