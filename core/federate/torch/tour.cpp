// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/tour_private.h"

#include <algorithm>

namespace fedefm {

namespace {

/// The first of `links` behind `before` in cyclic order that was not visited; else the first that is not
/// home.
int nextHost(const std::vector<int>& links, int before, const std::vector<int>& visited, int owner)
{
    const auto behind = std::upper_bound(links.begin(), links.end(), before) - links.begin();
    int fallback = -1;
    for (std::size_t at = 0; at < links.size(); ++at) {
        const int host = links[(static_cast<std::size_t>(behind) + at) % links.size()];
        if (host == owner)
            continue;
        if (std::find(visited.begin(), visited.end(), host) == visited.end())
            return host;
        if (fallback < 0)
            fallback = host;
    }
    return fallback;
}

} // namespace

std::vector<int> tourOf(const RoundView& view, int owner, int hops)
{
    std::vector<int> first = view.outgoing(owner);
    if (first.empty())
        return {};
    std::sort(first.begin(), first.end());
    std::vector<int> tour{first[static_cast<std::size_t>(view.round) % first.size()]};
    int before = owner;
    while (static_cast<int>(tour.size()) < hops) {
        std::vector<int> links = view.outgoing(tour.back());
        std::sort(links.begin(), links.end());
        const int next = nextHost(links, before, tour, owner);
        if (next < 0)
            break;
        before = tour.back();
        tour.push_back(next);
    }
    return tour;
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
