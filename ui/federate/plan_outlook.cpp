// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_outlook.h"

#include "core/train/data/simulated_dataset.h"
#include "ui/federate/plan_document.h"
#include "ui/train/config_schema.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Beyond that listing alone takes longer than a person waits for a picture.
constexpr std::size_t kMostSamples = 500'000;

std::uint64_t seedOf(const nlohmann::json& plan)
{
    const nlohmann::json seed = valueAt(plan, "seed");
    return seed.is_number_integer() ? seed.get<std::uint64_t>() : 1U;
}

/// Places need the underlay itself, which SessionLinks keeps to itself.
void lookAtUnderlay(const nlohmann::json& plan, PlanOutlook& outlook)
{
    const nlohmann::json name = valueAt(plan, "topology.underlay");
    if (!name.is_string() || name.get<std::string>().empty())
        return;
    const auto given = name.get<std::string>();
    const auto underlay = builtInUnderlay(given) ? Result<Underlay>(*builtInUnderlay(given))
                                                 : openUnderlay((planFolder(plan) / given).string());
    if (!underlay)
        return;
    const bool areKnown = std::all_of(underlay->nodes.begin(), underlay->nodes.end(),
                                      [](const auto& node) { return node.latitudeDeg && node.longitudeDeg; });
    for (const UnderlayNode& node : underlay->nodes)
        if (areKnown)
            outlook.places.emplace_back(*node.longitudeDeg, *node.latitudeDeg);
}

void share(const nlohmann::json& plan, PlanOutlook& outlook)
{
    const nlohmann::json source = poolSource(plan);
    if (planDataKind(plan) != PlanDataKind::Pool || !isSimulated(source))
        return;
    const auto settings = parsePartition(valueAt(plan, "data.partition"));
    const auto dataset = openSimulatedDataset(source);
    if (!settings || !dataset)
        return;
    const std::size_t count = (*dataset)->size();
    if (count > kMostSamples)
        return;
    outlook.isCountable = valueAt(plan, "data.pool.train").is_object();
    if (!outlook.isCountable)
        return;
    std::vector<SampleInfo> samples;
    for (std::size_t at = 0; at < count; ++at)
        samples.push_back((*dataset)->sampleInfo(at));
    const Neighbours neighbours = neighboursOf(outlook.links->wholeOverlay());
    const auto partition = makePartition(samples, neighbours, *settings);
    if (partition)
        outlook.report = reportOf(*partition, samples, neighbours);
    else
        outlook.partitionError = partition.error();
}

} // namespace

std::size_t PlanOutlook::leastSamples() const
{
    std::size_t least = 0;
    for (const PartitionReport::Silo& silo : report ? report->silos : std::vector<PartitionReport::Silo>())
        least = least == 0 ? silo.samples : std::min(least, silo.samples);
    return least;
}

nlohmann::json outlookInputs(const nlohmann::json& plan)
{
    return {{"data", valueAt(plan, "data")},
            {"topology", valueAt(plan, "topology")},
            {"strategy", valueAt(plan, "strategy")},
            {"seed", valueAt(plan, "seed")}};
}

PlanOutlook planOutlook(const nlohmann::json& plan)
{
    PlanOutlook outlook;
    const int silos = planSiloCount(plan);
    if (silos < 1 || silos > kMaxSilos) {
        outlook.linksError =
            Error{ErrorCode::InvalidArgument, "data.silo_count", "1 to 400 silos are possible"};
        return outlook;
    }
    auto links = SessionLinks::create(planTopology(plan), silos, seedOf(plan), planFolder(plan));
    if (!links) {
        outlook.linksError = links.error();
        return outlook;
    }
    outlook.links = std::move(*links);
    lookAtUnderlay(plan, outlook);
    share(plan, outlook);
    return outlook;
}

} // namespace fedefm
