// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/partition.h"

#include <algorithm>
#include <set>

namespace fedefm {

namespace {

/// Silos whose data a silo hears of, in either direction.
std::vector<std::set<std::size_t>> heardSilos(const Neighbours& neighbours, std::size_t siloCount)
{
    std::vector<std::set<std::size_t>> heard(siloCount);
    for (std::size_t silo = 0; silo < std::min(siloCount, neighbours.size()); ++silo)
        for (const int other : neighbours[silo]) {
            const auto index = static_cast<std::size_t>(other);
            if (other < 0 || index >= siloCount || index == silo)
                continue;
            heard[silo].insert(index);
            heard[index].insert(silo);
        }
    return heard;
}

std::vector<std::string> sourceNames(const std::vector<SampleInfo>& samples)
{
    std::set<std::string> names;
    for (const SampleInfo& sample : samples)
        names.insert(sample.source);
    return {names.begin(), names.end()};
}

} // namespace

PartitionReport reportOf(const Partition& partition, const std::vector<SampleInfo>& samples,
                         const Neighbours& neighbours)
{
    PartitionReport report;
    report.sources = sourceNames(samples);
    report.unused = partition.unused.size();
    for (const auto& indices : partition.silos) {
        PartitionReport::Silo silo;
        silo.samples = indices.size();
        silo.perSource.assign(report.sources.size(), 0);
        std::set<std::pair<std::string, std::string>> groups;
        for (const std::size_t index : indices) {
            const SampleInfo& sample = samples[index];
            const auto source = std::lower_bound(report.sources.begin(), report.sources.end(), sample.source);
            ++silo.perSource[static_cast<std::size_t>(source - report.sources.begin())];
            if (sample.group.empty())
                ++silo.groups;
            else
                groups.insert({sample.source, sample.group});
        }
        silo.groups += groups.size();
        silo.missingSources = static_cast<std::size_t>(
            std::count(silo.perSource.begin(), silo.perSource.end(), std::size_t{0}));
        report.silos.push_back(std::move(silo));
    }
    const auto heard = heardSilos(neighbours, report.silos.size());
    std::size_t unseen = 0;
    std::size_t total = 0;
    for (std::size_t i = 0; i < report.silos.size(); ++i) {
        PartitionReport::Silo& silo = report.silos[i];
        silo.hasNeighbours = !heard[i].empty();
        if (!silo.hasNeighbours || silo.samples == 0)
            continue;
        std::size_t own = 0;
        for (std::size_t s = 0; s < report.sources.size(); ++s) {
            const bool isHeard =
                std::any_of(heard[i].begin(), heard[i].end(),
                            [&report, s](std::size_t other) { return report.silos[other].perSource[s] > 0; });
            own += isHeard ? 0 : silo.perSource[s];
        }
        silo.unseenShare = static_cast<double>(own) / static_cast<double>(silo.samples);
        unseen += own;
        total += silo.samples;
    }
    report.unseenShare = total > 0 ? static_cast<double>(unseen) / static_cast<double>(total) : 0.0;
    return report;
}

nlohmann::json toJson(const PartitionReport& report, const std::vector<std::string>& siloNames)
{
    nlohmann::json silos = nlohmann::json::array();
    for (std::size_t i = 0; i < report.silos.size(); ++i) {
        const PartitionReport::Silo& silo = report.silos[i];
        silos.push_back(
            {{"name", i < siloNames.size() ? siloNames[i] : std::to_string(i)},
             {"samples", silo.samples},
             {"groups", silo.groups},
             {"unseen_share", silo.hasNeighbours ? nlohmann::json(silo.unseenShare) : nlohmann::json()},
             {"missing_sources", silo.missingSources},
             {"counts", silo.perSource}});
    }
    return {{"version", 1},
            {"unseen_share", report.unseenShare},
            {"sources", report.sources},
            {"silos", std::move(silos)},
            {"unused", report.unused}};
}

} // namespace fedefm
