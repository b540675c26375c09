// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/topology.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace fedefm {

/// Who sends to whom in the rounds of a session. Immutable.
class SessionLinks
{
public:
    /// `topology`: {"name", "underlay", "hub", "both_ways", "max_degree", "budget", "multiplicity", "file",
    /// "links", "mixing"}. Without an underlay the silos lie evenly on a circle, so that a ring runs 0, 1, 2
    /// … `folder` is where relative files begin. Errors: InvalidArgument, those of the files.
    static Result<SessionLinks> create(const nlohmann::json& topology, int siloCount, std::uint64_t seed,
                                       const std::filesystem::path& folder);

    int siloCount() const { return m_siloCount; }
    const std::string& name() const { return m_name; }
    /// The silo that gathers where a strategy needs one.
    int hub() const { return m_hub; }
    /// All links that occur in some round.
    Overlay wholeOverlay() const;
    Overlay overlay(int round) const;
    MixingMatrix mixing(int round) const;
    bool changesByRound() const;
    double cycleTimeMs() const;
    /// Of a star around that silo, whatever the topology; 0 with fewer than three silos.
    double starCycleTimeMs(int hub) const;
    /// Until the slowest of messages (from, to) that leave together has arrived; computation does not count,
    /// and who sends or hears several shares out his access. 0 with fewer than three silos.
    double exchangeMs(const std::vector<std::pair<int, int>>& messages) const;
    double gap() const;
    /// The links that the same topology has over these members alone, for a membership epoch of the session
    /// that these links were made for: the others have none. A custom topology loses those of the others, and
    /// may come apart.
    Result<SessionLinks> among(const std::vector<bool>& isMember) const;
    /// Not every member hears of every other one.
    bool isApart() const;
    /// The underlay's places, or "silo 0" …
    const std::vector<std::string>& siloNames() const { return m_names; }

private:
    int m_siloCount = 1;
    int m_hub = 0;
    std::string m_name;
    std::vector<std::string> m_names;
    std::shared_ptr<const SiloNetwork> m_network; ///< null with a single silo
    std::shared_ptr<const Topology> m_topology;   ///< null with fewer than three silos
    TopologyOptions m_options;
    std::vector<int> m_members; ///< whom the topology numbers; empty: all silos

    int siloOf(int member) const
    {
        return m_members.empty() ? member : m_members[static_cast<std::size_t>(member)];
    }
    Overlay ofSession(const Overlay& overlay) const;
};

} // namespace fedefm
