// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/cycle_time.h"

#include <algorithm>
#include <limits>

// Without it LEMON wants its library for one constant.
#define LEMON_ONLY_TEMPLATES
#include <lemon/karp_mmc.h>
#include <lemon/static_graph.h>

namespace fedefm {

namespace {

using Graph = lemon::StaticDigraph;
using Costs = Graph::ArcMap<double>;

/// LEMON's own tolerance for double lives in its library, which would be needed for this one number.
struct KarpTraits : lemon::KarpMmcDefaultTraits<Graph, Costs, false>
{
    struct Tolerance
    {
        static bool less(double a, double b) { return a < b; }
    };
};

} // namespace

double maximumCycleMeanMs(int siloCount, const std::vector<TimedLink>& links)
{
    std::vector<std::pair<int, int>> ends;
    std::vector<TimedLink> sorted = links;
    // The order that a static graph wants; its arcs get the same numbers.
    std::sort(sorted.begin(), sorted.end(),
              [](const TimedLink& a, const TimedLink& b) { return a.from < b.from; });
    for (const TimedLink& link : sorted)
        ends.emplace_back(link.from, link.to);
    Graph graph;
    graph.build(siloCount, ends.begin(), ends.end());
    Costs costs(graph);
    // LEMON looks for the smallest mean.
    for (std::size_t i = 0; i < sorted.size(); ++i)
        costs[Graph::arcFromId(static_cast<int>(i))] = -sorted[i].delayMs;
    lemon::KarpMmc<Graph, Costs, KarpTraits> karp(graph, costs);
    if (!karp.run())
        return -std::numeric_limits<double>::infinity();
    return -karp.cycleMean();
}

std::vector<TimedLink> timedLinks(const SiloNetwork& network, const Overlay& overlay)
{
    std::vector<TimedLink> timed;
    timed.reserve(overlay.links().size());
    for (const auto& [from, to] : overlay.links())
        timed.push_back({from, to, network.delayMs(from, to, overlay.outDegree(from), overlay.inDegree(to))});
    return timed;
}

double overlayCycleTimeMs(const SiloNetwork& network, const Overlay& overlay)
{
    std::vector<TimedLink> timed = timedLinks(network, overlay);
    for (int silo = 0; silo < network.siloCount(); ++silo)
        timed.push_back({silo, silo, network.computeMs(silo)});
    return maximumCycleMeanMs(network.siloCount(), timed);
}

double visitCycleTimeMs(const SiloNetwork& network, const Overlay& overlay, const VisitSteps& steps)
{
    const auto stepMs = [&network](int silo) {
        const DelayModel& model = network.model();
        return (model.silos.empty() ? model.silo : model.silos[static_cast<std::size_t>(silo)]).computeMs;
    };
    std::vector<TimedLink> timed;
    for (int silo = 0; silo < network.siloCount(); ++silo)
        timed.push_back({silo, silo, (steps.local + steps.home) * stepMs(silo)});
    for (const auto& [owner, host] : overlay.links()) {
        const int copies = overlay.outDegree(owner);
        const int visitors = overlay.inDegree(host);
        // From both having begun the round to the owner having all it needs for the steps at home.
        const double stayMs = visitors * steps.overseas * stepMs(host);
        const double backMs = network.messageMs(host, owner, visitors, copies) + steps.home * stepMs(owner);
        const double outMs = steps.local * stepMs(owner) + network.messageMs(owner, host, copies, visitors);
        timed.push_back({owner, owner, outMs + stayMs + backMs});
        timed.push_back({host, owner, steps.local * stepMs(host) + stayMs + backMs});
    }
    return maximumCycleMeanMs(network.siloCount(), timed);
}

} // namespace fedefm
