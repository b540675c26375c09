// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/underlay.h"

#include <vector>

namespace fedefm {

/// What one silo has.
struct SiloCapacity
{
    double computeMs = 4.6; ///< one local step
    double uplinkMbps = 10000.0;
    double downlinkMbps = 10000.0;
};

/// Constants of the delay model; the defaults are those of the published tables (FEMNIST, Marfoq et al.
/// 2020).
struct DelayModel
{
    double modelBits = 4843243.0;
    int localSteps = 1;
    double coreMbps = 1000.0; ///< of one cable; a path of h cables carries 1/h of it
    double latencyFloorMs = 4.0;
    double latencyMsPerKm = 0.0085;
    SiloCapacity silo;               ///< of every silo …
    std::vector<SiloCapacity> silos; ///< … unless each has its own; empty or one per silo
};

/// Silos on an underlay: what it costs to send a model from one to another (Marfoq et al. 2020, eq. 3):
///   d(i,j) = s·T_c(i) + l(i,j) + M / min(C_up(i)/outdeg(i), C_dn(j)/indeg(j), A(i,j))
/// Messages take the shortest path by length, and of equally long ones that with the fewest cables.
class SiloNetwork
{
public:
    /// Errors: InvalidArgument when the underlay is empty or disconnected, or a constant is out of range.
    static Result<SiloNetwork> create(Underlay underlay, DelayModel model = {});

    /// These silos alone, in this order, as far from each other as before: messages still pass the places of
    /// the others. Two of them that such a way joins have a cable. Numbers must be valid and differ.
    SiloNetwork among(const std::vector<int>& silos) const;

    int siloCount() const { return static_cast<int>(m_underlay.nodes.size()); }
    const Underlay& underlay() const { return m_underlay; }
    const DelayModel& model() const { return m_model; }
    const std::string& siloName(int silo) const { return m_underlay.nodes[index(silo)].name; }

    /// Of the path that messages take.
    double distanceKm(int from, int to) const { return m_distanceKm[cell(from, to)]; }
    int hops(int from, int to) const { return m_hops[cell(from, to)]; }

    double latencyMs(int from, int to) const;
    /// Local steps of one round.
    double computeMs(int silo) const;
    /// Without computation: latency and transfer when `from` sends to that many and `to` hears so many.
    double messageMs(int from, int to, int outDegree, int inDegree) const;
    double delayMs(int from, int to, int outDegree, int inDegree) const;
    /// Both directions' mean for a pair with no other links: the weight that tours and trees minimise.
    double pairDelayMs(int a, int b) const;

private:
    SiloNetwork(Underlay underlay, DelayModel model);
    static std::size_t index(int silo) { return static_cast<std::size_t>(silo); }
    std::size_t cell(int from, int to) const { return index(from) * m_underlay.nodes.size() + index(to); }
    const SiloCapacity& capacity(int silo) const;
    void findPaths(int source);

    Underlay m_underlay;
    DelayModel m_model;
    std::vector<double> m_distanceKm;
    std::vector<int> m_hops; ///< -1: no path
};

} // namespace fedefm
