// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/number_check.h"
#include "app/fedefm/commands.h"
#include "core/federate/topology/topology.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fedefm::cli {

namespace {

struct NetworkOptions
{
    std::string underlay;
    std::string overlay;
    std::string overlayFile;
    std::string hub;
    DelayModel model;
    double accessMbps = 10000.0;
    TopologyOptions topology;
};

std::string number(double value, int digits = 2)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

/// By name or number.
Result<int> findSilo(const std::string& text, const SiloNetwork& network)
{
    for (int silo = 0; silo < network.siloCount(); ++silo)
        if (text == network.siloName(silo) || text == std::to_string(silo))
            return silo;
    return fail(ErrorCode::InvalidArgument, "--hub " + text,
                "no such silo in " + network.underlay().name + "; give its name or number");
}

nlohmann::json siloJson(const SiloNetwork& network, const Topology& topology)
{
    nlohmann::json silos = nlohmann::json::array();
    for (int silo = 0; silo < network.siloCount(); ++silo) {
        const UnderlayNode& node = network.underlay().nodes[static_cast<std::size_t>(silo)];
        nlohmann::json entry{{"id", silo},
                             {"name", node.name},
                             {"out_degree", topology.overlay().outDegree(silo)},
                             {"in_degree", topology.overlay().inDegree(silo)}};
        if (node.latitudeDeg && node.longitudeDeg) {
            entry["latitude_deg"] = *node.latitudeDeg;
            entry["longitude_deg"] = *node.longitudeDeg;
        }
        silos.push_back(std::move(entry));
    }
    return silos;
}

nlohmann::json edgesJson(const SiloNetwork& network, const Topology& topology)
{
    nlohmann::json edges = nlohmann::json::array();
    for (const TimedLink& link : timedLinks(network, topology.overlay()))
        edges.push_back({{"source", link.from},
                         {"target", link.to},
                         {"source_name", network.siloName(link.from)},
                         {"target_name", network.siloName(link.to)},
                         {"distance_km", network.distanceKm(link.from, link.to)},
                         {"hops", network.hops(link.from, link.to)},
                         {"latency_ms", network.latencyMs(link.from, link.to)},
                         {"delay_ms", link.delayMs},
                         {"weight", topology.mixing().at(link.to, link.from)}});
    return edges;
}

nlohmann::json document(const NetworkOptions& options, const SiloNetwork& network, const Topology& topology)
{
    const CycleTime time = topology.cycleTime();
    nlohmann::json cycle{{"cycle_time_ms", time.meanMs}, {"simulated", time.isSimulated}};
    if (time.isSimulated)
        cycle.update({{"rounds", time.rounds}, {"cycle_time_deviation_ms", time.deviationMs}});
    nlohmann::json all{{"underlay", network.underlay().name},
                       {"overlay", topology.name()},
                       {"model_bits", options.model.modelBits},
                       {"compute_ms", options.model.silo.computeMs},
                       {"local_steps", options.model.localSteps},
                       {"core_mbps", options.model.coreMbps},
                       {"access_mbps", options.accessMbps},
                       {"cables", network.underlay().links.size()},
                       {"directed", !topology.overlay().isSymmetric()},
                       {"changes_by_round", topology.changesByRound()},
                       {"spectral_gap", topology.gap()},
                       {"fedefm_round_ms", visitCycleTimeMs(network, topology.overlay(), VisitSteps{})},
                       {"silos", siloJson(network, topology)},
                       {"edges", edgesJson(network, topology)}};
    all.update(cycle);
    return all;
}

void sayAnswer(const Context& context, const SiloNetwork& network, const Topology& topology)
{
    const CycleTime time = topology.cycleTime();
    context.say(network.underlay().name + ": " + std::to_string(network.siloCount()) + " silos, " +
                std::to_string(network.underlay().links.size()) + " cables; " + topology.name() + ": " +
                std::to_string(topology.overlay().links().size()) + " links");
    for (const TimedLink& link : timedLinks(network, topology.overlay()))
        context.say("  " + network.siloName(link.from) + " -> " + network.siloName(link.to) + "  " +
                    number(link.delayMs) + " ms");
    context.say("cycle time " + number(time.meanMs) + " ms" +
                (time.isSimulated ? " (mean of " + std::to_string(time.rounds) + " rounds, deviation " +
                                        number(time.deviationMs) + " ms)"
                                  : ""));
    context.say("spectral gap " + number(topology.gap(), 4));
}

Result<Outcome> showNetwork(NetworkOptions options, const Context& context)
{
    auto underlay = openUnderlay(options.underlay);
    if (!underlay)
        return tl::unexpected(underlay.error());
    options.model.silo.uplinkMbps = options.accessMbps;
    options.model.silo.downlinkMbps = options.accessMbps;
    const auto network = SiloNetwork::create(std::move(*underlay), options.model);
    if (!network)
        return tl::unexpected(network.error());
    options.topology.seed = context.general.seed;
    if (!options.hub.empty()) {
        const auto hub = findSilo(options.hub, *network);
        if (!hub)
            return tl::unexpected(hub.error());
        options.topology.hub = *hub;
    }
    if (options.overlay == "custom") {
        auto custom = loadOverlay(options.overlayFile, *network);
        if (!custom)
            return tl::unexpected(custom.error());
        options.topology.custom = std::move(*custom);
    }
    const auto topology = makeTopology(options.overlay, *network, options.topology);
    if (!topology)
        return tl::unexpected(topology.error());
    sayAnswer(context, *network, **topology);
    Outcome outcome;
    outcome.document = document(options, *network, **topology);
    return outcome;
}

void addModelOptions(CLI::App* command, NetworkOptions& options)
{
    constexpr double kMost = 1e15;
    command
        ->add_option("--model-bits", options.model.modelBits, "Size of the model in bits (default 4843243)")
        ->check(numberWithin(0.0, kMost));
    command
        ->add_option("--compute-ms", options.model.silo.computeMs, "Time of one local step (default 4.6 ms)")
        ->check(numberWithin(0.0, kMost));
    command->add_option("--local-steps", options.model.localSteps, "Local steps of a round (default 1)")
        ->check(CLI::Range(0, 1000000));
    command->add_option("--core-mbps", options.model.coreMbps, "Capacity of a cable (default 1000 Mbit/s)")
        ->check(numberWithin(1e-6, kMost));
    command
        ->add_option("--access-mbps", options.accessMbps,
                     "Capacity of a silo's own line (default 10000 Mbit/s)")
        ->check(numberWithin(1e-6, kMost));
}

void addOverlayOptions(CLI::App* command, NetworkOptions& options)
{
    command->add_option("--hub", options.hub, "star: the hub's name or number")->check(checkNotEmpty);
    command->add_flag("--both-ways", options.topology.ringBothWays, "ring: send to both neighbours");
    command
        ->add_option("--max-degree", options.topology.maxDegree,
                     "mbst: the degree's bound (default: the best)")
        ->check(CLI::Range(2, kMaxSilos));
    command
        ->add_option("--budget", options.topology.budget, "matcha: share of active matchings (default 0.5)")
        ->check(numberWithin(1e-6, 1.0));
    command
        ->add_option("--multiplicity", options.topology.multiplicity,
                     "multigraph: most parallel links (default 5)")
        ->check(CLI::Range(1, 100));
    command
        ->add_option("--rounds", options.topology.simulatedRounds,
                     "matcha, multigraph: simulated rounds (default 1000)")
        ->check(CLI::Range(1, 1000000));
    command->add_option("--file", options.overlayFile, "custom: file of the links")->check(checkNotEmpty);
}

} // namespace

void addNetworkCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<NetworkOptions>();
    CLI::App* command = app.add_subcommand("network", "Delays, links and cycle time of an overlay");
    command->add_option("--underlay", options->underlay, "gaia, amazon, or a GML file")
        ->required()
        ->check(checkNotEmpty);
    command->add_option("--overlay", options->overlay, "Who sends to whom")
        ->required()
        ->check(CLI::IsMember(topologyNames()));
    addModelOptions(command, *options);
    addOverlayOptions(command, *options);
    command->callback([options, &context] {
        if (options->overlay == "custom" && options->overlayFile.empty())
            throw CLI::ValidationError("--overlay", "custom needs --file LINKS.json");
        if (options->overlay != "custom" && !options->overlayFile.empty())
            throw CLI::ValidationError("--file", "goes with --overlay custom");
        if (options->overlay != "star" && !options->hub.empty())
            throw CLI::ValidationError("--hub", "goes with --overlay star");
        context.input = options->underlay;
        context.action = [options, &context] { return showNetwork(*options, context); };
    });
}

} // namespace fedefm::cli
