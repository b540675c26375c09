// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/cycle_time.h"
#include "core/federate/topology/mixing_matrix.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// How an overlay is made; each reads the ones that concern it.
struct TopologyOptions
{
    /// star; the default is that of the published tables: no detour between two silos is quicker than sending
    /// directly, so all loads are 0 and the first silo is the hub. −1: mostCentralSilo(), by the cables.
    int hub = 0;
    bool ringBothWays = false; ///< ring; each silo sends to both neighbours
    bool ringWeights = false;  ///< ring both ways; ½ of oneself and ¼ of each neighbour, not Metropolis
    int maxDegree = 0;         ///< mbst; 0: the best of all
    double budget = 0.5;       ///< matcha: mean share of the matchings that are active, (0, 1]
    int multiplicity = 5;      ///< multigraph: most parallel links of a pair
    int simulatedRounds = 1000;
    std::uint64_t seed = 1; ///< matcha: silos with the same seed draw the same links
    Overlay custom;
    bool mayBeApart =
        false; ///< custom; with Metropolis' weights where not every silo hears of every other one
};

struct CycleTime
{
    double meanMs = 0.0;
    bool isSimulated = false; ///< mean of that many rounds, else the value of the long run
    int rounds = 0;
    double deviationMs = 0.0; ///< standard deviation of the simulated rounds
};

/// Who talks with whom in which round, with what weights, and how long a round takes. Immutable; the same
/// options give the same links in every process.
class Topology
{
public:
    virtual ~Topology();

    const std::string& name() const { return m_name; }
    int siloCount() const { return m_overlay.siloCount(); }
    /// All links that occur in some round.
    const Overlay& overlay() const { return m_overlay; }
    /// Weights of the overlay as a whole; for links that change, I − α·(mean Laplacian).
    const MixingMatrix& mixing() const { return m_mixing; }
    virtual bool changesByRound() const { return false; }
    virtual Overlay overlayOfRound(std::uint64_t round) const;
    virtual MixingMatrix mixingOfRound(std::uint64_t round) const;
    /// For links that change, 1 − √ρ with ρ = ‖E[WᵀW] − J‖, which equals 1 − |λ₂| where they do not.
    virtual double gap() const;
    const CycleTime& cycleTime() const { return m_cycleTime; }

protected:
    Topology(std::string name, Overlay overlay, MixingMatrix mixing, CycleTime cycleTime);

private:
    std::string m_name;
    Overlay m_overlay;
    MixingMatrix m_mixing;
    CycleTime m_cycleTime;
};

/// star, ring, mst, mbst, matcha, matcha+, multigraph, complete, custom.
///   star        the hub gathers and sends back (client–server)
///   ring        directed tour by Christofides' algorithm
///   mst         minimum spanning tree (Prim)
///   mbst        δ-MBST: the tree of bounded degree with the best cycle time (Marfoq et al. 2020, Alg. 1)
///   matcha      random matchings of the underlay's own links (Wang et al. 2019); matcha+ of all pairs
///   multigraph  the ring, slow pairs in a part of the rounds only (Do et al. 2022)
///   complete    every silo with every other
///   custom      the links of the options
std::vector<std::string> topologyNames();

/// Errors: InvalidArgument for an unknown name (the nearest is named), an option out of its range, or a
/// custom overlay of another number of silos or that is not strongly connected.
Result<std::unique_ptr<Topology>> makeTopology(const std::string& name, const SiloNetwork& network,
                                               const TopologyOptions& options = {});

/// A custom overlay: {"version": 1, "directed": false, "links": [["Virginia", "Dublin"], [0, 3]]}, silos by
/// name or number. Errors: those of readFile; InvalidArgument.
Result<Overlay> parseOverlay(const std::string& json, const SiloNetwork& network, const std::string& subject);
Result<Overlay> loadOverlay(const std::filesystem::path& file, const SiloNetwork& network);
/// The document that loadOverlay reads.
std::string overlayDocument(const Overlay& overlay);

} // namespace fedefm
