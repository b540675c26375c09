// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/silo_network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <tuple>

namespace fedefm {

namespace {

constexpr double kBitsPerMbps = 1e3; ///< in one millisecond

bool isPositive(double value)
{
    return std::isfinite(value) && value > 0.0;
}

bool isUsable(const SiloCapacity& silo)
{
    return std::isfinite(silo.computeMs) && silo.computeMs >= 0.0 && isPositive(silo.uplinkMbps) &&
           isPositive(silo.downlinkMbps);
}

Status checkModel(const Underlay& underlay, const DelayModel& model)
{
    const auto refuse = [&underlay](const std::string& what) {
        return fail(ErrorCode::InvalidArgument, underlay.name, what);
    };
    if (underlay.nodes.empty())
        return refuse("no silos");
    if (!std::isfinite(model.modelBits) || model.modelBits < 0.0)
        return refuse("a model's size is from 0");
    if (model.localSteps < 0)
        return refuse("local steps are from 0");
    if (!isPositive(model.coreMbps) || !(model.latencyFloorMs >= 0.0) || !(model.latencyMsPerKm >= 0.0))
        return refuse("capacities are above 0, latencies from 0");
    if (!model.silos.empty() && model.silos.size() != underlay.nodes.size())
        return refuse("capacities of " + std::to_string(model.silos.size()) + " silos for " +
                      std::to_string(underlay.nodes.size()));
    if (!isUsable(model.silo) || !std::all_of(model.silos.begin(), model.silos.end(), isUsable))
        return refuse("a silo's capacities are above 0, its computing time from 0");
    return {};
}

/// Cables between these places alone: a way over others, which are taken out one by one, becomes a cable.
std::vector<UnderlayLink> cablesAmong(const Underlay& underlay, const std::vector<int>& places)
{
    constexpr double kNone = std::numeric_limits<double>::infinity();
    const std::size_t count = underlay.nodes.size();
    std::vector<std::vector<double>> km(count, std::vector<double>(count, kNone));
    for (const UnderlayLink& link : underlay.links)
        km[static_cast<std::size_t>(link.a)][static_cast<std::size_t>(link.b)] =
            km[static_cast<std::size_t>(link.b)][static_cast<std::size_t>(link.a)] = link.lengthKm;
    std::vector<bool> stays(count, false);
    for (const int place : places)
        stays[static_cast<std::size_t>(place)] = true;
    for (std::size_t gone = 0; gone < count; ++gone) {
        if (stays[gone])
            continue;
        for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < count && km[a][gone] < kNone; ++b)
                if (a != gone && b != gone)
                    km[a][b] = std::min(km[a][b], km[a][gone] + km[gone][b]);
        for (std::size_t a = 0; a < count; ++a)
            km[a][gone] = km[gone][a] = kNone;
    }
    std::vector<UnderlayLink> links;
    for (std::size_t a = 0; a < places.size(); ++a)
        for (std::size_t b = a + 1; b < places.size(); ++b) {
            const double length =
                km[static_cast<std::size_t>(places[a])][static_cast<std::size_t>(places[b])];
            if (length < kNone)
                links.push_back({static_cast<int>(a), static_cast<int>(b), length});
        }
    return links;
}

} // namespace

SiloNetwork::SiloNetwork(Underlay underlay, DelayModel model)
    : m_underlay(std::move(underlay)), m_model(std::move(model))
{
    const std::size_t count = m_underlay.nodes.size();
    m_distanceKm.assign(count * count, 0.0);
    m_hops.assign(count * count, -1);
}

Result<SiloNetwork> SiloNetwork::create(Underlay underlay, DelayModel model)
{
    if (auto usable = checkModel(underlay, model); !usable)
        return tl::unexpected(usable.error());
    SiloNetwork network(std::move(underlay), std::move(model));
    const int count = network.siloCount();
    for (int source = 0; source < count; ++source)
        network.findPaths(source);
    for (int silo = 1; silo < count; ++silo)
        if (network.hops(0, silo) < 0)
            return fail(ErrorCode::InvalidArgument, network.m_underlay.name,
                        "no path from " + network.siloName(0) + " to " + network.siloName(silo));
    // Sums along a path depend on its direction in the last digit; both must be the same link.
    for (int a = 0; a < count; ++a)
        for (int b = 0; b < a; ++b) {
            network.m_distanceKm[network.cell(a, b)] = network.distanceKm(b, a);
            network.m_hops[network.cell(a, b)] = network.hops(b, a);
        }
    return network;
}

SiloNetwork SiloNetwork::among(const std::vector<int>& silos) const
{
    Underlay part;
    part.name = m_underlay.name;
    DelayModel model = m_model;
    model.silos.clear();
    for (const int silo : silos) {
        part.nodes.push_back(m_underlay.nodes[index(silo)]);
        if (!m_model.silos.empty())
            model.silos.push_back(m_model.silos[index(silo)]);
    }
    part.links = cablesAmong(m_underlay, silos);
    SiloNetwork network(std::move(part), std::move(model));
    for (int a = 0; a < network.siloCount(); ++a)
        for (int b = 0; b < network.siloCount(); ++b) {
            const std::size_t old = cell(silos[index(a)], silos[index(b)]);
            network.m_distanceKm[network.cell(a, b)] = m_distanceKm[old];
            network.m_hops[network.cell(a, b)] = m_hops[old];
        }
    return network;
}

/// Dijkstra. A relative slack decides what counts as equally long: lengths add up differently along each
/// path.
void SiloNetwork::findPaths(int source)
{
    using Entry = std::tuple<double, int, int>; // km, hops, silo
    constexpr double kSlack = 1e-12;
    std::vector<std::vector<std::pair<int, double>>> cables(m_underlay.nodes.size());
    for (const UnderlayLink& link : m_underlay.links) {
        cables[index(link.a)].emplace_back(link.b, link.lengthKm);
        cables[index(link.b)].emplace_back(link.a, link.lengthKm);
    }
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    m_distanceKm[cell(source, source)] = 0.0;
    m_hops[cell(source, source)] = 0;
    queue.emplace(0.0, 0, source);
    while (!queue.empty()) {
        const auto [km, hopCount, silo] = queue.top();
        queue.pop();
        if (km != distanceKm(source, silo) || hopCount != hops(source, silo))
            continue;
        for (const auto& [next, lengthKm] : cables[index(silo)]) {
            double& knownKm = m_distanceKm[cell(source, next)];
            int& knownHops = m_hops[cell(source, next)];
            const double newKm = km + lengthKm;
            const double slack = kSlack * std::max(newKm, knownKm);
            const bool isShorter = knownHops < 0 || newKm < knownKm - slack;
            if (!isShorter && !(newKm <= knownKm + slack && hopCount + 1 < knownHops))
                continue;
            knownKm = isShorter ? newKm : std::min(newKm, knownKm);
            knownHops = hopCount + 1;
            queue.emplace(knownKm, knownHops, next);
        }
    }
}

const SiloCapacity& SiloNetwork::capacity(int silo) const
{
    return m_model.silos.empty() ? m_model.silo : m_model.silos[index(silo)];
}

double SiloNetwork::latencyMs(int from, int to) const
{
    return m_model.latencyFloorMs + m_model.latencyMsPerKm * distanceKm(from, to);
}

double SiloNetwork::computeMs(int silo) const
{
    return m_model.localSteps * capacity(silo).computeMs;
}

double SiloNetwork::messageMs(int from, int to, int outDegree, int inDegree) const
{
    const double mbps = std::min({capacity(from).uplinkMbps / std::max(1, outDegree),
                                  capacity(to).downlinkMbps / std::max(1, inDegree),
                                  m_model.coreMbps / std::max(1, hops(from, to))});
    return latencyMs(from, to) + m_model.modelBits / (mbps * kBitsPerMbps);
}

double SiloNetwork::delayMs(int from, int to, int outDegree, int inDegree) const
{
    return computeMs(from) + messageMs(from, to, outDegree, inDegree);
}

double SiloNetwork::pairDelayMs(int a, int b) const
{
    return (delayMs(a, b, 1, 1) + delayMs(b, a, 1, 1)) / 2.0;
}

} // namespace fedefm
