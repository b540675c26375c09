// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <utility>
#include <vector>

namespace fedefm {

/// One silo sends its model to another in every round.
struct OverlayLink
{
    int from = 0;
    int to = 0;
    bool operator==(const OverlayLink& other) const { return from == other.from && to == other.to; }
    bool operator<(const OverlayLink& other) const
    {
        return from != other.from ? from < other.from : to < other.to;
    }
};

/// Who sends to whom: a directed graph without loops and parallel links. Immutable.
class Overlay
{
public:
    Overlay() = default;
    /// Errors: InvalidArgument for a silo that is not there, a link to oneself, or a link that stands twice.
    static Result<Overlay> create(int siloCount, std::vector<OverlayLink> links);
    /// Both directions of each pair; pairs that stand twice count once. Pairs must be valid.
    static Overlay bothWays(int siloCount, const std::vector<std::pair<int, int>>& pairs);

    int siloCount() const { return static_cast<int>(m_outgoing.size()); }
    const std::vector<OverlayLink>& links() const { return m_links; } ///< sorted
    const std::vector<int>& outgoing(int silo) const { return m_outgoing[static_cast<std::size_t>(silo)]; }
    const std::vector<int>& incoming(int silo) const { return m_incoming[static_cast<std::size_t>(silo)]; }
    int outDegree(int silo) const { return static_cast<int>(outgoing(silo).size()); }
    int inDegree(int silo) const { return static_cast<int>(incoming(silo).size()); }
    bool has(int from, int to) const;

    /// Every link has its opposite.
    bool isSymmetric() const;
    /// News of each silo reaches every other one; true for a single silo.
    bool isStronglyConnected() const;

private:
    std::vector<OverlayLink> m_links;
    std::vector<std::vector<int>> m_outgoing;
    std::vector<std::vector<int>> m_incoming;
};

} // namespace fedefm
