// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/overlay_builders_private.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#define LEMON_ONLY_TEMPLATES
#include <lemon/full_graph.h>
#include <lemon/matching.h>

namespace fedefm {

namespace {

/// A perfect matching of smallest weight among the given silos, which are even in number. On a sparse
/// underlay paths share cables, so many matchings cost the same: of these the one whose partners are furthest
/// apart in number, as in the published tables. Whole numbers make the choice exact and the same everywhere.
std::vector<SiloPair> cheapestMatching(const std::vector<int>& silos, const PairWeight& weight)
{
    if (silos.empty())
        return {};
    double largest = 0.0;
    for (const int a : silos)
        for (const int b : silos)
            largest = std::max(largest, a == b ? 0.0 : weight(a, b));
    constexpr double kUnitsPerMs = 1e9;
    constexpr double kMostUnits = 1e16;
    constexpr std::int64_t kUnitsPerNumber = 100; // above what rounding does, below what matters
    const double scale = std::min(kUnitsPerMs, kMostUnits / std::max(largest, 1e-6));
    const lemon::FullGraph graph(static_cast<int>(silos.size()));
    lemon::FullGraph::EdgeMap<std::int64_t> gains(graph);
    const auto siloOf = [&](const lemon::FullGraph::Node& node) {
        return silos[static_cast<std::size_t>(lemon::FullGraph::index(node))];
    };
    for (lemon::FullGraph::EdgeIt edge(graph); edge != lemon::INVALID; ++edge) {
        const int a = siloOf(graph.u(edge));
        const int b = siloOf(graph.v(edge));
        gains[edge] = kUnitsPerNumber * std::abs(a - b) - std::llround(weight(a, b) * scale);
    }
    lemon::MaxWeightedPerfectMatching<lemon::FullGraph, lemon::FullGraph::EdgeMap<std::int64_t>> matching(
        graph, gains);
    matching.run();
    std::vector<SiloPair> pairs;
    for (lemon::FullGraph::EdgeIt edge(graph); edge != lemon::INVALID; ++edge)
        if (matching.matching(edge))
            pairs.emplace_back(siloOf(graph.u(edge)), siloOf(graph.v(edge)));
    return pairs;
}

/// Silos in the order in which Hierholzer's algorithm leaves them, each pair used once.
std::vector<int> eulerWalk(std::vector<std::vector<int>> neighbours)
{
    std::vector<int> walk;
    std::vector<int> open{0};
    while (!open.empty()) {
        const int silo = open.back();
        auto& next = neighbours[static_cast<std::size_t>(silo)];
        if (next.empty()) {
            walk.push_back(silo);
            open.pop_back();
            continue;
        }
        const int other = next.front();
        next.erase(next.begin());
        auto& back = neighbours[static_cast<std::size_t>(other)];
        back.erase(std::find(back.begin(), back.end(), silo));
        open.push_back(other);
    }
    return walk;
}

} // namespace

std::vector<int> christofidesTour(int siloCount, const PairWeight& weight)
{
    std::vector<std::vector<int>> neighbours(static_cast<std::size_t>(siloCount));
    const auto join = [&neighbours](const SiloPair& pair) {
        neighbours[static_cast<std::size_t>(pair.first)].push_back(pair.second);
        neighbours[static_cast<std::size_t>(pair.second)].push_back(pair.first);
    };
    for (const SiloPair& pair : primTree(siloCount, weight, siloCount))
        join(pair);
    // The order in which neighbours are visited decides between tours of the same bound; that of the
    // published tables is by number, but a partner of the matching comes last where its number is the larger
    // one.
    std::vector<int> odd;
    for (int silo = 0; silo < siloCount; ++silo) {
        auto& list = neighbours[static_cast<std::size_t>(silo)];
        std::sort(list.begin(), list.end());
        if (list.size() % 2 == 1)
            odd.push_back(silo);
    }
    for (const auto& [a, b] : cheapestMatching(odd, weight)) {
        const auto insert = [&neighbours](int silo, int other) {
            auto& list = neighbours[static_cast<std::size_t>(silo)];
            // A pair of both the tree and the matching is walked twice in a row.
            const auto last = other < silo ? std::lower_bound(list.begin(), list.end(), other)
                                           : std::find(list.begin(), list.end(), other);
            list.insert(last, other);
        };
        insert(a, b);
        insert(b, a);
    }
    std::vector<int> tour;
    std::vector<bool> isVisited(static_cast<std::size_t>(siloCount), false);
    for (const int silo : eulerWalk(std::move(neighbours))) {
        if (!isVisited[static_cast<std::size_t>(silo)])
            tour.push_back(silo);
        isVisited[static_cast<std::size_t>(silo)] = true;
    }
    return tour;
}

} // namespace fedefm
