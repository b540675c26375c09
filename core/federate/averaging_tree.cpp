// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/averaging_tree.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Members in the order in which a sweep from `root` meets them, with their parents.
struct Sweep
{
    std::vector<int> order;
    std::vector<int> parent;
};

Sweep sweepFrom(const Overlay& links, const std::vector<bool>& isMember, int root)
{
    Sweep sweep{{root}, std::vector<int>(isMember.size(), -1)};
    std::vector<bool> isMet(isMember.size(), false);
    isMet[static_cast<std::size_t>(root)] = true;
    for (std::size_t at = 0; at < sweep.order.size(); ++at) {
        const int silo = sweep.order[at];
        for (const std::vector<int>* ends : {&links.outgoing(silo), &links.incoming(silo)})
            for (const int other : *ends) {
                const auto place = static_cast<std::size_t>(other);
                if (isMet[place] || !isMember[place])
                    continue;
                isMet[place] = true;
                sweep.parent[place] = silo;
                sweep.order.push_back(other);
            }
    }
    return sweep;
}

/// Of the component that `member` belongs to.
int middleOf(const Overlay& links, const std::vector<bool>& isMember, int member)
{
    const int end = sweepFrom(links, isMember, member).order.back();
    const Sweep back = sweepFrom(links, isMember, end);
    std::vector<int> path;
    for (int silo = back.order.back(); silo >= 0; silo = back.parent[static_cast<std::size_t>(silo)])
        path.push_back(silo);
    return path[path.size() / 2];
}

} // namespace

std::vector<int> AveragingTree::children(int silo) const
{
    std::vector<int> found;
    for (std::size_t other = 0; other < parent.size(); ++other)
        if (parent[other] == silo)
            found.push_back(static_cast<int>(other));
    return found;
}

AveragingTree averagingTree(const Overlay& links, const std::vector<bool>& isMember)
{
    const std::size_t count = isMember.size();
    AveragingTree tree{std::vector<int>(count, -1), std::vector<int>(count, -1), std::vector<int>(count, 0),
                       0};
    for (std::size_t member = 0; member < count; ++member) {
        if (!isMember[member] || tree.depth[member] >= 0)
            continue;
        const Sweep sweep = sweepFrom(links, isMember, middleOf(links, isMember, static_cast<int>(member)));
        for (const int silo : sweep.order) {
            const auto place = static_cast<std::size_t>(silo);
            const int parent = sweep.parent[place];
            tree.parent[place] = parent;
            tree.depth[place] = parent < 0 ? 0 : tree.depth[static_cast<std::size_t>(parent)] + 1;
            tree.height = std::max(tree.height, tree.depth[place]);
        }
        for (auto silo = sweep.order.rbegin(); silo != sweep.order.rend(); ++silo) {
            const auto place = static_cast<std::size_t>(*silo);
            ++tree.branch[place];
            if (tree.parent[place] >= 0)
                tree.branch[static_cast<std::size_t>(tree.parent[place])] += tree.branch[place];
        }
    }
    return tree;
}

} // namespace fedefm
