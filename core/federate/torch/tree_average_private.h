// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/averaging_tree.h"
#include "core/federate/torch/strategy_private.h"

#include <string>
#include <vector>

namespace fedefm {

/// One common mean of all members' models in the phases that follow a first one, in which the silos farthest
/// from the root publish: `gather` upwards, `spread` downwards. A silo that fails on the way costs the mean
/// its branch; below it the mean of what was gathered there is spread.
class TreeAverage
{
public:
    /// `first`: the phase in which the first ones publish.
    TreeAverage(const RoundView& view, int first)
        : m_tree(averagingTree(view.links, view.isActive)), m_first(first)
    {
    }

    std::vector<std::string> phases() const; ///< those after the first
    bool takesPart(int phase, int silo) const;
    /// The end of a silo's work in the first phase: what it has learnt is published, and protected where the
    /// plan says so, whether or not somebody waits for it already.
    Status begin(Workbench& bench) const;
    /// In one of phases().
    Status work(Workbench& bench) const;

private:
    int depthOf(int silo) const { return m_tree.depth[static_cast<std::size_t>(silo)]; }
    int parentOf(int silo) const { return m_tree.parent[static_cast<std::size_t>(silo)]; }
    Status gather(Workbench& bench) const;
    Status spread(Workbench& bench) const;

    AveragingTree m_tree;
    int m_first;
};

} // namespace fedefm
