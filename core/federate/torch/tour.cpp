// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/tour_private.h"

namespace fedefm {

std::vector<int> tourOf(const RoundView& view, int owner, int hops)
{
    return tourOf(view.links, view.isActive, view.round, owner, hops);
}

std::vector<Visit> visitsAt(const RoundView& view, int host, int hop, int hops)
{
    std::vector<Visit> visits;
    if (hops == 1) {
        for (const int owner : view.incoming(host))
            visits.push_back({owner, owner, owner});
        return visits;
    }
    for (const int owner : view.active()) {
        const std::vector<int> tour = tourOf(view, owner, hops);
        const auto at = static_cast<std::size_t>(hop - 1);
        if (at >= tour.size() || tour[at] != host)
            continue;
        visits.push_back(
            {owner, at == 0 ? owner : tour[at - 1], at + 1 < tour.size() ? tour[at + 1] : owner});
    }
    return visits;
}

std::vector<Return> returnsOf(const RoundView& view, int owner, int hops)
{
    std::vector<Return> returns;
    if (hops == 1) {
        for (const int host : view.outgoing(owner))
            returns.push_back({host, 1});
        return returns;
    }
    const std::vector<int> tour = tourOf(view, owner, hops);
    if (!tour.empty())
        returns.push_back({tour.back(), static_cast<int>(tour.size())});
    return returns;
}

} // namespace fedefm
