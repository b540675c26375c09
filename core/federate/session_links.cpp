// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_links.h"

#include "core/base/strict_object.h"
#include "core/federate/topology/central_silo.h"
#include "core/federate/topology/cycle_time.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace fedefm {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kCircleKm = 1000.0; ///< radius
constexpr int kLeastForTopologies = 3;

Underlay circle(int siloCount)
{
    Underlay underlay;
    underlay.name = "circle";
    for (int at = 0; at < siloCount; ++at)
        underlay.nodes.push_back({"silo " + std::to_string(at), {}, {}});
    for (int a = 0; a < siloCount; ++a)
        for (int b = a + 1; b < siloCount; ++b)
            underlay.links.push_back({a, b, 2.0 * kCircleKm * std::sin(kPi * (b - a) / siloCount)});
    return underlay;
}

struct LinkOptions
{
    std::string name = "ring";
    std::string underlay;
    std::string file;
    nlohmann::json links;
    TopologyOptions topology;
};

Result<LinkOptions> readOptions(const nlohmann::json& json, int siloCount, std::uint64_t seed)
{
    LinkOptions options;
    options.topology.seed = seed;
    StrictObject object(json, "topology");
    object.choice("name", options.name, topologyNames());
    object.text("underlay", options.underlay);
    object.integer("hub", options.topology.hub, -1, siloCount - 1);
    object.flag("both_ways", options.topology.ringBothWays);
    std::string mixing = "metropolis";
    object.choice("mixing", mixing, {"metropolis", "ring"});
    options.topology.ringWeights = mixing == "ring";
    if (options.topology.ringWeights && options.name == "ring" && !options.topology.ringBothWays)
        object.refuse("mixing", "ring weights (½, ¼, ¼) need a ring both ways (both_ways)");
    object.integer("max_degree", options.topology.maxDegree, 0);
    object.number("budget", options.topology.budget, 1e-6, 1.0);
    object.integer("multiplicity", options.topology.multiplicity, 1, 100);
    object.text("file", options.file);
    options.links = object.value("links");
    if (options.name == "custom" && options.file.empty() && !options.links.is_array())
        object.refuse("links", "a custom topology needs links or a file");
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    return options;
}

Result<SiloNetwork> networkOf(const LinkOptions& options, int siloCount, const std::filesystem::path& folder)
{
    if (options.underlay.empty())
        return SiloNetwork::create(circle(siloCount));
    const bool isBuiltIn = builtInUnderlay(options.underlay).has_value();
    auto underlay = openUnderlay(isBuiltIn ? options.underlay : (folder / options.underlay).string());
    if (!underlay)
        return tl::unexpected(underlay.error());
    if (static_cast<int>(underlay->nodes.size()) != siloCount)
        return fail(ErrorCode::InvalidArgument, "topology.underlay",
                    options.underlay + " has " + std::to_string(underlay->nodes.size()) +
                        " places, the session has " + std::to_string(siloCount) + " silos");
    return SiloNetwork::create(std::move(*underlay));
}

} // namespace

Result<SessionLinks> SessionLinks::create(const nlohmann::json& topology, int siloCount, std::uint64_t seed,
                                          const std::filesystem::path& folder)
{
    auto options = readOptions(topology, siloCount, seed);
    if (!options)
        return tl::unexpected(options.error());
    SessionLinks links;
    links.m_siloCount = siloCount;
    links.m_name = options->name;
    links.m_hub = std::max(0, options->topology.hub); // of two silos without a network the first is central
    for (int silo = 0; silo < siloCount; ++silo)
        links.m_names.push_back("silo " + std::to_string(silo));
    if (siloCount < 2)
        return links;
    auto network = networkOf(*options, siloCount, folder);
    if (!network)
        return tl::unexpected(network.error());
    if (options->name == "custom") {
        auto custom = options->file.empty()
                          ? parseOverlay(nlohmann::json{{"version", 1}, {"links", options->links}}.dump(),
                                         *network, "topology.links")
                          : loadOverlay(folder / options->file, *network);
        if (!custom)
            return tl::unexpected(custom.error());
        options->topology.custom = std::move(*custom);
    }
    links.m_network = std::make_shared<SiloNetwork>(*network);
    links.m_options = options->topology;
    if (!options->underlay.empty())
        for (int silo = 0; silo < siloCount; ++silo)
            links.m_names[static_cast<std::size_t>(silo)] = network->siloName(silo);
    if (siloCount < kLeastForTopologies)
        return links;
    auto made = makeTopology(options->name, *network, options->topology);
    if (!made)
        return tl::unexpected(made.error());
    links.m_topology = std::move(*made);
    if (options->topology.hub < 0)
        links.m_hub = mostCentralSilo(*network);
    return links;
}

Result<SessionLinks> SessionLinks::among(const std::vector<bool>& isMember) const
{
    SessionLinks part = *this;
    part.m_members.clear();
    std::vector<OverlayLink> custom;
    std::vector<int> places(isMember.size(), -1);
    for (std::size_t silo = 0; silo < isMember.size(); ++silo)
        if (isMember[silo]) {
            places[silo] = static_cast<int>(part.m_members.size());
            part.m_members.push_back(static_cast<int>(silo));
        }
    const int count = static_cast<int>(part.m_members.size());
    if (count == m_siloCount)
        return *this;
    part.m_topology.reset();
    if (count < kLeastForTopologies)
        return part;
    TopologyOptions options = m_options;
    // As the strategies do it, the first one is the hub where the hub is away.
    options.hub = std::max(0, places[static_cast<std::size_t>(m_hub)]);
    for (const auto& [from, to] : m_options.custom.links()) {
        const int place = places[static_cast<std::size_t>(from)];
        const int other = places[static_cast<std::size_t>(to)];
        if (place >= 0 && other >= 0)
            custom.push_back({place, other});
    }
    auto overlay = Overlay::create(count, std::move(custom));
    if (!overlay)
        return tl::unexpected(overlay.error());
    options.custom = std::move(*overlay);
    options.mayBeApart = true;
    auto made = makeTopology(m_name, m_network->among(part.m_members), options);
    if (!made)
        return tl::unexpected(made.error());
    part.m_topology = std::move(*made);
    return part;
}

bool SessionLinks::isApart() const
{
    return m_topology && !m_topology->overlay().isStronglyConnected();
}

/// With the numbers of the session.
Overlay SessionLinks::ofSession(const Overlay& overlay) const
{
    std::vector<OverlayLink> links;
    for (const auto& [from, to] : overlay.links())
        links.push_back({siloOf(from), siloOf(to)});
    return Overlay::create(m_siloCount, std::move(links)).value_or(Overlay());
}

Overlay SessionLinks::overlay(int round) const
{
    return m_topology ? ofSession(m_topology->overlayOfRound(static_cast<std::uint64_t>(round)))
                      : wholeOverlay();
}

Overlay SessionLinks::wholeOverlay() const
{
    if (m_topology)
        return ofSession(m_topology->overlay());
    std::vector<std::pair<int, int>> pairs;
    if (m_members.size() == 2 || (m_members.empty() && m_siloCount == 2))
        pairs.emplace_back(siloOf(0), siloOf(1));
    return Overlay::bothWays(m_siloCount, pairs);
}

MixingMatrix SessionLinks::mixing(int round) const
{
    if (!m_topology)
        return MixingMatrix::metropolis(overlay(round));
    const MixingMatrix part = m_topology->mixingOfRound(static_cast<std::uint64_t>(round));
    MixingMatrix whole(m_siloCount);
    for (int member = 0; member < part.siloCount(); ++member)
        for (int heard = 0; heard < part.siloCount(); ++heard)
            whole.set(siloOf(member), siloOf(heard), part.at(member, heard));
    return whole;
}

bool SessionLinks::changesByRound() const
{
    return m_topology && m_topology->changesByRound();
}

double SessionLinks::cycleTimeMs() const
{
    if (m_topology)
        return m_topology->cycleTime().meanMs;
    const std::vector<int> two = m_members.empty() ? std::vector<int>{0, 1} : m_members;
    if (!m_network || two.size() != 2)
        return 0.0;
    return overlayCycleTimeMs(m_network->among(two), Overlay::bothWays(2, {{0, 1}}));
}

double SessionLinks::starCycleTimeMs(int hub) const
{
    if (!m_network)
        return 0.0;
    TopologyOptions options;
    options.hub = hub;
    const auto star = makeTopology("star", *m_network, options);
    return star ? (*star)->cycleTime().meanMs : 0.0;
}

double SessionLinks::exchangeMs(const std::vector<std::pair<int, int>>& messages) const
{
    if (!m_network)
        return 0.0;
    std::map<int, int> sent, heard;
    for (const auto& [from, to] : messages) {
        ++sent[from];
        ++heard[to];
    }
    double slowest = 0.0;
    for (const auto& [from, to] : messages)
        slowest = std::max(slowest, m_network->messageMs(from, to, sent[from], heard[to]));
    return slowest;
}

double SessionLinks::gap() const
{
    return m_topology ? m_topology->gap() : 1.0;
}

} // namespace fedefm
