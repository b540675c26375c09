// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_outlook.h"

#include "core/train/data/split.h"
#include "core/train/readers/dataset_readers.h"
#include "ui/federate/plan_document.h"
#include "ui/train/config_schema.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <numeric>

namespace fedefm {

namespace {

/// Beyond that listing alone takes longer than a person waits for a picture.
constexpr std::size_t kMostSamples = 500'000;
constexpr std::size_t kMostKnown = 400;

/// For a split, which asks for groups only.
class KnownSamples final : public Dataset
{
public:
    explicit KnownSamples(const std::vector<SampleInfo>& samples) : m_samples(samples) {}
    std::size_t size() const override { return m_samples.size(); }
    SampleInfo sampleInfo(std::size_t index) const override { return m_samples[index]; }
    Result<Sample> sample(std::size_t) const override { return fail(ErrorCode::Internal, "a sample"); }
    int classCount() const override { return 0; }
    std::vector<std::string> classNames() const override { return {}; }

private:
    const std::vector<SampleInfo>& m_samples;
};

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

using Samples = std::vector<SampleInfo>;

Samples infosOf(const Dataset& dataset)
{
    Samples samples;
    for (std::size_t at = 0; at < dataset.size(); ++at)
        samples.push_back(dataset.sampleInfo(at));
    return samples;
}

/// What a data set holds. Files are looked at once, not with every key that is pressed: the last few sets are
/// remembered.
Result<Samples> samplesOf(const nlohmann::json& description, const std::filesystem::path& folder)
{
    static std::mutex mutex;
    static std::deque<std::pair<std::string, Result<Samples>>> known;
    const nlohmann::json path = valueAt(description, "path");
    std::error_code unknown;
    const auto changed = path.is_string()
                             ? std::filesystem::last_write_time(folder / path.get<std::string>(), unknown)
                             : std::filesystem::file_time_type();
    const std::string key = folder.string() + '\n' + description.dump() + '\n' +
                            std::to_string(changed.time_since_epoch().count());
    const std::lock_guard lock(mutex);
    for (const auto& [name, samples] : known)
        if (name == key)
            return samples;
    const auto dataset = openDataset(description, folder);
    Result<Samples> samples = fail(ErrorCode::TooLarge, "data", "too many pictures to show who has what");
    if (!dataset)
        samples = tl::unexpected(dataset.error());
    else if ((*dataset)->size() <= kMostSamples)
        samples = infosOf(**dataset);
    known.emplace_back(key, samples);
    if (known.size() > kMostKnown)
        known.pop_front();
    return samples;
}

/// Those of a pool that a session shares out: without the patients that are kept for the test.
Result<Samples> sharedSamples(const nlohmann::json& plan)
{
    auto samples = samplesOf(poolSource(plan), planFolder(plan));
    const nlohmann::json split = valueAt(plan, "data.pool.split");
    if (!samples || !split.is_object())
        return samples;
    const auto shareOf = [&split](const char* part) {
        return split.contains(part) && split[part].is_number() ? split[part].get<double>() : 0.0;
    };
    const std::uint64_t seed = split.contains("seed") && split["seed"].is_number_unsigned()
                                   ? split["seed"].get<std::uint64_t>()
                                   : seedOf(plan);
    const auto parts = splitByGroup(KnownSamples(*samples), shareOf("validation"), shareOf("test"), seed);
    if (!parts)
        return tl::unexpected(parts.error());
    Samples kept;
    for (const std::size_t at : parts->train)
        kept.push_back((*samples)[at]);
    return kept;
}

void sharePool(const nlohmann::json& plan, PlanOutlook& outlook)
{
    const auto settings = parsePartition(valueAt(plan, "data.partition"));
    if (!settings || poolSource(plan).is_null())
        return;
    const auto samples = sharedSamples(plan);
    if (!samples) {
        // A missing folder is told beside its field, and too many pictures are only not shown.
        const ErrorCode code = samples.error().code;
        if (code != ErrorCode::FileNotFound && code != ErrorCode::TooLarge)
            outlook.partitionError = samples.error();
        return;
    }
    const Neighbours neighbours = neighboursOf(outlook.links->wholeOverlay());
    const auto partition = makePartition(*samples, neighbours, *settings);
    if (partition)
        outlook.report = reportOf(*partition, *samples, neighbours);
    else
        outlook.partitionError = partition.error();
}

void shareListed(const nlohmann::json& plan, PlanOutlook& outlook)
{
    Samples all;
    Partition partition;
    for (const nlohmann::json& silo : valueAt(plan, "data.silos")) {
        const auto samples = samplesOf(valueAt(silo, "train"), planFolder(plan));
        if (!samples)
            return; // its row says why
        partition.silos.emplace_back(samples->size());
        std::iota(partition.silos.back().begin(), partition.silos.back().end(), all.size());
        all.insert(all.end(), samples->begin(), samples->end());
    }
    outlook.report = reportOf(partition, all, neighboursOf(outlook.links->wholeOverlay()));
}

void share(const nlohmann::json& plan, PlanOutlook& outlook)
{
    if (planDataKind(plan) == PlanDataKind::Pool)
        sharePool(plan, outlook);
    else if (planDataKind(plan) == PlanDataKind::Listed)
        shareListed(plan, outlook);
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
