// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/overlay.h"

#include <vector>

namespace fedefm {

/// Along which links the members of a round can come to one common mean with two messages per link: means of
/// whole branches go up to the root, the mean of all comes back down (a reduce and a broadcast). A forest
/// where the links do not join all members.
struct AveragingTree
{
    std::vector<int> parent; ///< by silo; −1: a root, or no member
    std::vector<int> depth;  ///< links to the root; −1: no member
    std::vector<int> branch; ///< members from this silo downwards, itself included; 0: no member
    int height = 0;          ///< the largest depth

    std::vector<int> children(int silo) const;
};

/// Breadth-first from the middle of the longest shortest path that two sweeps find, so that few messages
/// follow each other. A link counts in both directions, whichever it has.
AveragingTree averagingTree(const Overlay& links, const std::vector<bool>& isMember);

} // namespace fedefm
