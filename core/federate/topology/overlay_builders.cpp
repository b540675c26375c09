// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/overlay_builders_private.h"

#include "core/federate/topology/cycle_time.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fedefm {

namespace {

/// Weights in nanoseconds, so that lengths that are equal on paper are equal here.
class WholeWeights
{
public:
    WholeWeights(int siloCount, const PairWeight& weight)
        : m_count(static_cast<std::size_t>(siloCount)), m_weights(m_count * m_count, 0)
    {
        constexpr double kUnitsPerMs = 1e6;
        constexpr double kMostUnits = 1e17;
        for (int a = 0; a < siloCount; ++a)
            for (int b = 0; b < siloCount; ++b)
                if (a != b)
                    m_weights[cell(a, b)] = std::llround(std::min(weight(a, b) * kUnitsPerMs, kMostUnits));
    }
    std::int64_t operator()(int a, int b) const { return m_weights[cell(a, b)]; }

private:
    std::size_t cell(int a, int b) const
    {
        return static_cast<std::size_t>(a) * m_count + static_cast<std::size_t>(b);
    }
    std::size_t m_count;
    std::vector<std::int64_t> m_weights;
};

/// Grows Prim's tree. Of equal pairs the one whose silo has been in the tree longer is taken.
class TreeGrower
{
public:
    TreeGrower(int siloCount, const PairWeight& weight, int maxDegree)
        : m_weight(siloCount, weight), m_maxDegree(maxDegree),
          m_rank(static_cast<std::size_t>(siloCount), -1), m_degree(m_rank.size(), 0),
          m_nearest(m_rank.size(), 0), m_order{0}
    {
        m_rank[0] = 0;
    }

    std::vector<SiloPair> grow()
    {
        std::vector<SiloPair> tree;
        while (m_order.size() < m_rank.size()) {
            const int next = nearestOutside();
            const int parent = m_nearest[index(next)];
            tree.emplace_back(parent, next);
            m_rank[index(next)] = static_cast<int>(m_order.size());
            m_order.push_back(next);
            ++m_degree[index(parent)];
            ++m_degree[index(next)];
            for (int silo = 0; silo < static_cast<int>(m_rank.size()); ++silo)
                if (m_rank[index(silo)] < 0)
                    updateNearest(silo, next);
        }
        return tree;
    }

private:
    static std::size_t index(int silo) { return static_cast<std::size_t>(silo); }
    bool isFull(int silo) const { return m_degree[index(silo)] >= m_maxDegree; }

    int nearestOutside() const
    {
        const auto key = [this](int silo) {
            const int parent = m_nearest[index(silo)];
            return std::make_pair(m_weight(parent, silo), m_rank[index(parent)]);
        };
        int best = -1;
        for (int silo = 0; silo < static_cast<int>(m_rank.size()); ++silo)
            if (m_rank[index(silo)] < 0 && (best < 0 || key(silo) < key(best)))
                best = silo;
        return best;
    }

    void updateNearest(int silo, int added)
    {
        int& nearest = m_nearest[index(silo)];
        if (!isFull(nearest)) {
            if (m_weight(added, silo) < m_weight(nearest, silo))
                nearest = added;
            return;
        }
        nearest = -1;
        for (const int candidate : m_order)
            if (!isFull(candidate) && (nearest < 0 || m_weight(candidate, silo) < m_weight(nearest, silo)))
                nearest = candidate;
    }

    WholeWeights m_weight;
    int m_maxDegree;
    std::vector<int> m_rank; ///< when a silo entered the tree; -1: not yet
    std::vector<int> m_degree;
    std::vector<int> m_nearest; ///< of the tree, for each silo outside
    std::vector<int> m_order;
};

} // namespace

std::vector<SiloPair> primTree(int siloCount, const PairWeight& weight, int maxDegree)
{
    return TreeGrower(siloCount, weight, maxDegree).grow();
}

std::vector<int> pathInCube(int siloCount, const std::vector<SiloPair>& tree)
{
    std::vector<std::vector<int>> neighbours(static_cast<std::size_t>(siloCount));
    for (const auto& [a, b] : tree) {
        neighbours[static_cast<std::size_t>(a)].push_back(b);
        neighbours[static_cast<std::size_t>(b)].push_back(a);
    }
    struct Visit
    {
        int silo;
        int parent;
        bool isEarly; ///< named before its children, else after them
        std::size_t next;
    };
    // Alternating by level keeps neighbours on the path within three pairs of the tree.
    std::vector<int> path{0};
    std::vector<Visit> open{{0, -1, true, 0}};
    while (!open.empty()) {
        Visit& visit = open.back();
        const auto& children = neighbours[static_cast<std::size_t>(visit.silo)];
        if (visit.next == children.size()) {
            if (!visit.isEarly)
                path.push_back(visit.silo);
            open.pop_back();
            continue;
        }
        const int child = children[visit.next++];
        if (child == visit.parent)
            continue;
        const bool isEarly = !visit.isEarly;
        if (isEarly)
            path.push_back(child);
        open.push_back({child, visit.silo, isEarly, 0});
    }
    return path;
}

Overlay boundedDegreeTree(const SiloNetwork& network, int maxDegree)
{
    const int count = network.siloCount();
    const PairWeight weight = [&network](int a, int b) { return network.pairDelayMs(a, b); };
    if (maxDegree > 0)
        return Overlay::bothWays(count, primTree(count, weight, maxDegree));
    const auto path = pathInCube(count, primTree(count, weight, count));
    std::vector<SiloPair> pairs;
    for (std::size_t i = 1; i < path.size(); ++i)
        pairs.emplace_back(path[i - 1], path[i]);
    Overlay best = Overlay::bothWays(count, pairs);
    double bestMs = overlayCycleTimeMs(network, best);
    std::vector<SiloPair> last;
    for (int degree = 2; degree < count; ++degree) {
        pairs = primTree(count, weight, degree);
        // From the degree that the free tree needs on nothing changes.
        if (pairs == last)
            break;
        last = pairs;
        Overlay overlay = Overlay::bothWays(count, pairs);
        const double ms = overlayCycleTimeMs(network, overlay);
        if (ms < bestMs) {
            best = std::move(overlay);
            bestMs = ms;
        }
    }
    return best;
}

} // namespace fedefm
