// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/tour.h"

#include <algorithm>
#include <cmath>

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

std::vector<int> linksOf(const Overlay& links, const std::vector<bool>& isMember, int silo)
{
    std::vector<int> members;
    for (const int other : links.outgoing(silo))
        if (isMember[static_cast<std::size_t>(other)])
            members.push_back(other);
    std::sort(members.begin(), members.end());
    return members;
}

void addVisits(const Overlay& links, int round, int hops, std::vector<double>& visits)
{
    const std::vector<bool> all(visits.size(), true);
    for (int silo = 0; silo < links.siloCount(); ++silo) {
        if (hops == 1)
            visits[static_cast<std::size_t>(silo)] += links.inDegree(silo);
        else
            for (const int host : tourOf(links, all, round, silo, hops))
                visits[static_cast<std::size_t>(host)] += 1.0;
    }
}

} // namespace

std::vector<int> tourOf(const Overlay& links, const std::vector<bool>& isMember, int round, int owner,
                        int hops)
{
    const std::vector<int> first = linksOf(links, isMember, owner);
    if (first.empty())
        return {};
    std::vector<int> tour{first[static_cast<std::size_t>(round) % first.size()]};
    int before = owner;
    while (static_cast<int>(tour.size()) < hops) {
        const int next = nextHost(linksOf(links, isMember, tour.back()), before, tour, owner);
        if (next < 0)
            break;
        before = tour.back();
        tour.push_back(next);
    }
    return tour;
}

int hopsAmong(int members, int hops)
{
    return std::clamp(hops, 1, std::max(1, members - 1));
}

std::vector<std::int64_t> visitCounts(const SessionLinks& links, int hops, int rounds)
{
    constexpr double kEnough = 200'000.0; // links that tours take; a window waits for this
    const int most = hopsAmong(links.siloCount(), hops);
    const double each = std::max(1.0, static_cast<double>(links.wholeOverlay().links().size()) * most);
    const int counted = std::min(rounds, static_cast<int>(std::clamp(kEnough / each, 1.0, 1000.0)));
    std::vector<double> visits(static_cast<std::size_t>(links.siloCount()), 0.0);
    const bool isSteady = !links.changesByRound();
    const Overlay steady = links.overlay(0);
    for (int round = 0; round < counted; ++round)
        addVisits(isSteady ? steady : links.overlay(round), round, most, visits);
    std::vector<std::int64_t> counts;
    for (const double sum : visits)
        counts.push_back(counted > 0 ? std::llround(std::ceil(sum * rounds / counted)) : 0);
    return counts;
}

} // namespace fedefm
