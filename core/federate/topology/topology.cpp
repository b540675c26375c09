// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/topology.h"

#include "core/base/nearest_name.h"
#include "core/federate/topology/central_silo.h"
#include "core/federate/topology/matcha_private.h"
#include "core/federate/topology/multigraph_private.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace fedefm {

Topology::Topology(std::string name, Overlay overlay, MixingMatrix mixing, CycleTime cycleTime)
    : m_name(std::move(name)), m_overlay(std::move(overlay)), m_mixing(std::move(mixing)),
      m_cycleTime(cycleTime)
{
}

Topology::~Topology() = default;

Overlay Topology::overlayOfRound(std::uint64_t) const
{
    return m_overlay;
}

MixingMatrix Topology::mixingOfRound(std::uint64_t) const
{
    return m_mixing;
}

double Topology::gap() const
{
    return spectralGap(m_mixing);
}

namespace {

using Made = Result<std::unique_ptr<Topology>>;

CycleTime simulated(const std::vector<double>& rounds)
{
    CycleTime time;
    time.isSimulated = true;
    time.rounds = static_cast<int>(rounds.size());
    time.meanMs = std::accumulate(rounds.begin(), rounds.end(), 0.0) / static_cast<double>(rounds.size());
    double squares = 0.0;
    for (const double ms : rounds)
        squares += (ms - time.meanMs) * (ms - time.meanMs);
    time.deviationMs = std::sqrt(squares / static_cast<double>(rounds.size()));
    return time;
}

class FixedTopology : public Topology
{
public:
    FixedTopology(std::string name, Overlay overlay, MixingMatrix mixing, double cycleTimeMs)
        : Topology(std::move(name), std::move(overlay), std::move(mixing), {cycleTimeMs, false, 0, 0.0})
    {
    }
};

class MatchaTopology : public Topology
{
public:
    MatchaTopology(std::string name, const SiloNetwork& network, MatchaPlan plan,
                   const TopologyOptions& options)
        : Topology(std::move(name), Overlay::bothWays(network.siloCount(), allPairs(plan)),
                   meanMixing(network.siloCount(), plan), simulate(network, plan, options)),
          m_plan(std::move(plan)), m_seed(options.seed)
    {
    }
    bool changesByRound() const override { return true; }
    Overlay overlayOfRound(std::uint64_t round) const override
    {
        return Overlay::bothWays(siloCount(), drawMatcha(m_plan, m_seed, round));
    }
    MixingMatrix mixingOfRound(std::uint64_t round) const override
    {
        return MixingMatrix::laplacian(overlayOfRound(round), m_plan.alpha);
    }
    double gap() const override { return 1.0 - std::sqrt(m_plan.rho); }

private:
    static std::vector<SiloPair> allPairs(const MatchaPlan& plan)
    {
        std::vector<SiloPair> pairs;
        for (const auto& matching : plan.matchings)
            pairs.insert(pairs.end(), matching.begin(), matching.end());
        return pairs;
    }
    static MixingMatrix meanMixing(int siloCount, const MatchaPlan& plan)
    {
        MixingMatrix mixing(siloCount);
        const auto move = [&mixing](int silo, int other, double weight) {
            mixing.set(silo, other, mixing.at(silo, other) + weight);
            mixing.set(silo, silo, mixing.at(silo, silo) - weight);
        };
        for (std::size_t m = 0; m < plan.matchings.size(); ++m)
            for (const auto& [a, b] : plan.matchings[m]) {
                move(a, b, plan.alpha * plan.probabilities[m]);
                move(b, a, plan.alpha * plan.probabilities[m]);
            }
        return mixing;
    }
    /// A round lasts as long as its slowest link: all silos wait for each other before the next draw.
    static CycleTime simulate(const SiloNetwork& network, const MatchaPlan& plan,
                              const TopologyOptions& options)
    {
        double computeMs = 0.0;
        for (int silo = 0; silo < network.siloCount(); ++silo)
            computeMs = std::max(computeMs, network.computeMs(silo));
        std::vector<double> rounds;
        for (int round = 0; round < options.simulatedRounds; ++round) {
            double longest = computeMs;
            const auto pairs = drawMatcha(plan, options.seed, static_cast<std::uint64_t>(round));
            for (const TimedLink& link : timedLinks(network, Overlay::bothWays(network.siloCount(), pairs)))
                longest = std::max(longest, link.delayMs);
            rounds.push_back(longest);
        }
        return simulated(rounds);
    }

    MatchaPlan m_plan;
    std::uint64_t m_seed;
};

class MultigraphTopology : public Topology
{
public:
    MultigraphTopology(Overlay overlay, MixingMatrix mixing, MultigraphPlan plan, int rounds)
        : Topology("multigraph", overlay, std::move(mixing),
                   simulated(plan.simulate(overlay.siloCount(), rounds))),
          m_plan(std::move(plan))
    {
    }
    bool changesByRound() const override { return true; }
    Overlay overlayOfRound(std::uint64_t round) const override
    {
        std::vector<OverlayLink> strong;
        for (std::size_t i = 0; i < overlay().links().size(); ++i)
            if (m_plan.isStrong(i, round))
                strong.push_back(overlay().links()[i]);
        return Overlay::create(siloCount(), std::move(strong)).value_or(Overlay());
    }
    /// A part of a directed ring has no balanced weights, so the pairs of the round exchange both ways.
    MixingMatrix mixingOfRound(std::uint64_t round) const override
    {
        return MixingMatrix::metropolis(overlayOfRound(round));
    }

private:
    MultigraphPlan m_plan;
};

Made fixed(const std::string& name, const SiloNetwork& network, Overlay overlay)
{
    const double cycleTimeMs = overlayCycleTimeMs(network, overlay);
    // What is not connected, which only a custom overlay may be, has no balanced weights.
    auto mixing = overlay.isSymmetric() || !overlay.isStronglyConnected()
                      ? Result<MixingMatrix>(MixingMatrix::metropolis(overlay))
                      : MixingMatrix::balanced(overlay);
    if (!mixing)
        return tl::unexpected(mixing.error());
    return std::make_unique<FixedTopology>(name, std::move(overlay), std::move(*mixing), cycleTimeMs);
}

Made makeStar(const std::string& name, const SiloNetwork& network, const TopologyOptions& options)
{
    const int count = network.siloCount();
    if (options.hub < -1 || options.hub >= count)
        return fail(ErrorCode::InvalidArgument, "hub",
                    std::to_string(options.hub) + " is none of the silos 0 to " + std::to_string(count - 1) +
                        "; -1 takes the most central one");
    const int hub = options.hub < 0 ? mostCentralSilo(network) : options.hub;
    std::vector<SiloPair> pairs;
    for (int silo = 0; silo < count; ++silo)
        if (silo != hub)
            pairs.emplace_back(hub, silo);
    Overlay overlay = Overlay::bothWays(count, pairs);
    // A round is two messages, there and back, and one computation.
    const double computeMs = network.computeMs(hub);
    const double cycleTimeMs = 2.0 * (overlayCycleTimeMs(network, overlay) - computeMs) + computeMs;
    MixingMatrix mixing = MixingMatrix::metropolis(overlay);
    return std::make_unique<FixedTopology>(name, std::move(overlay), std::move(mixing), cycleTimeMs);
}

Overlay ringOverlay(const SiloNetwork& network, bool isBothWays)
{
    const int count = network.siloCount();
    const auto tour = christofidesTour(count, [&network](int a, int b) { return network.pairDelayMs(a, b); });
    std::vector<OverlayLink> links;
    std::vector<SiloPair> pairs;
    for (std::size_t i = 0; i < tour.size() && tour.size() > 1; ++i) {
        links.push_back({tour[i], tour[(i + 1) % tour.size()]});
        pairs.emplace_back(links.back().from, links.back().to);
    }
    return isBothWays ? Overlay::bothWays(count, pairs)
                      : Overlay::create(count, std::move(links)).value_or(Overlay());
}

Made makeRing(const std::string& name, const SiloNetwork& network, const TopologyOptions& options)
{
    Overlay overlay = ringOverlay(network, options.ringBothWays);
    if (!options.ringWeights)
        return fixed(name, network, std::move(overlay));
    if (!options.ringBothWays)
        return fail(ErrorCode::InvalidArgument, "mixing", "weights of ½, ¼ and ¼ need a ring both ways");
    // A quarter of each neighbour; a pair of silos has one neighbour only and shares half and half.
    MixingMatrix mixing =
        network.siloCount() > 2 ? MixingMatrix::laplacian(overlay, 0.25) : MixingMatrix::metropolis(overlay);
    const double cycleTimeMs = overlayCycleTimeMs(network, overlay);
    return std::make_unique<FixedTopology>(name, std::move(overlay), std::move(mixing), cycleTimeMs);
}

Made makeMultigraph(const std::string&, const SiloNetwork& network, const TopologyOptions& options)
{
    if (options.multiplicity < 1 || options.multiplicity > 100)
        return fail(ErrorCode::InvalidArgument, "multiplicity", "from 1 to 100");
    Overlay overlay = ringOverlay(network, false);
    double computeMs = 0.0;
    for (int silo = 0; silo < network.siloCount(); ++silo)
        computeMs = std::max(computeMs, network.computeMs(silo));
    auto mixing = MixingMatrix::balanced(overlay);
    if (!mixing)
        return tl::unexpected(mixing.error());
    MultigraphPlan plan(timedLinks(network, overlay), options.multiplicity, computeMs);
    return std::make_unique<MultigraphTopology>(std::move(overlay), std::move(*mixing), std::move(plan),
                                                options.simulatedRounds);
}

Made makeTree(const std::string& name, const SiloNetwork& network, const TopologyOptions&)
{
    const int count = network.siloCount();
    const auto tree = primTree(
        count, [&network](int a, int b) { return network.pairDelayMs(a, b); }, count);
    return fixed(name, network, Overlay::bothWays(count, tree));
}

Made makeBoundedTree(const std::string& name, const SiloNetwork& network, const TopologyOptions& options)
{
    if (options.maxDegree < 0 || options.maxDegree == 1)
        return fail(ErrorCode::InvalidArgument, "maximum degree", "0 for the best, or from 2");
    return fixed(name, network, boundedDegreeTree(network, options.maxDegree));
}

std::vector<SiloPair> everyPair(int count)
{
    std::vector<SiloPair> pairs;
    for (int a = 0; a < count; ++a)
        for (int b = a + 1; b < count; ++b)
            pairs.emplace_back(a, b);
    return pairs;
}

Made makeMatcha(const std::string& name, const SiloNetwork& network, const TopologyOptions& options)
{
    // Written so that NaN is refused as well.
    if (!(options.budget > 0.0 && options.budget <= 1.0))
        return fail(ErrorCode::InvalidArgument, "budget", "above 0 and up to 1");
    std::vector<SiloPair> pairs;
    if (name == "matcha+")
        pairs = everyPair(network.siloCount());
    else
        for (const UnderlayLink& link : network.underlay().links)
            pairs.emplace_back(link.a, link.b);
    return std::make_unique<MatchaTopology>(name, network,
                                            planMatcha(network.siloCount(), pairs, options.budget), options);
}

Made makeComplete(const std::string& name, const SiloNetwork& network, const TopologyOptions&)
{
    return fixed(name, network, Overlay::bothWays(network.siloCount(), everyPair(network.siloCount())));
}

Made makeCustom(const std::string& name, const SiloNetwork& network, const TopologyOptions& options)
{
    if (options.custom.siloCount() != network.siloCount())
        return fail(ErrorCode::InvalidArgument, "custom overlay",
                    std::to_string(options.custom.siloCount()) + " silos on a network of " +
                        std::to_string(network.siloCount()));
    if (!options.mayBeApart && !options.custom.isStronglyConnected())
        return fail(ErrorCode::InvalidArgument, "custom overlay", "not every silo hears of every other one");
    return fixed(name, network, options.custom);
}

using Maker = Made (*)(const std::string&, const SiloNetwork&, const TopologyOptions&);
const std::vector<std::pair<std::string, Maker>>& makers()
{
    static const std::vector<std::pair<std::string, Maker>> all{{"star", makeStar},
                                                                {"ring", makeRing},
                                                                {"mst", makeTree},
                                                                {"mbst", makeBoundedTree},
                                                                {"matcha", makeMatcha},
                                                                {"matcha+", makeMatcha},
                                                                {"multigraph", makeMultigraph},
                                                                {"complete", makeComplete},
                                                                {"custom", makeCustom}};
    return all;
}

} // namespace

std::vector<std::string> topologyNames()
{
    std::vector<std::string> names;
    for (const auto& [name, maker] : makers())
        names.push_back(name);
    return names;
}

Result<std::unique_ptr<Topology>> makeTopology(const std::string& name, const SiloNetwork& network,
                                               const TopologyOptions& options)
{
    const auto found = std::find_if(makers().begin(), makers().end(),
                                    [&name](const auto& entry) { return entry.first == name; });
    if (found == makers().end())
        return fail(ErrorCode::InvalidArgument, "overlay " + name,
                    "did you mean " + nearestName(name, topologyNames()) + "?");
    constexpr int kMostRounds = 1000000;
    if (options.simulatedRounds < 1 || options.simulatedRounds > kMostRounds)
        return fail(ErrorCode::InvalidArgument, "simulated rounds", "from 1 to 1000000");
    return found->second(name, network, options);
}

} // namespace fedefm
