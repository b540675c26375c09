// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/partition.h"

#include "core/federate/partition/units_private.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kMostDraws = 200;

using PerSilo = std::vector<std::vector<std::size_t>>;

void append(const std::vector<Unit>& units, std::vector<std::size_t>& samples)
{
    for (const Unit& unit : units)
        samples.insert(samples.end(), unit.begin(), unit.end());
}

std::size_t smallestSilo(const PerSilo& silos)
{
    const auto smallest = std::min_element(silos.begin(), silos.end(),
                                           [](const auto& a, const auto& b) { return a.size() < b.size(); });
    return static_cast<std::size_t>(smallest - silos.begin());
}

/// Each source in equal parts. Whole groups make parts unequal, so the silo that has least by then comes
/// first.
PerSilo shareAlike(const std::vector<SourceUnits>& sources, std::size_t siloCount, PartitionRandom& random)
{
    PerSilo silos(siloCount);
    const std::vector<double> shares(siloCount, 1.0 / static_cast<double>(siloCount));
    for (const SourceUnits& source : sources) {
        auto parts = shareOut(source.units, shares, random);
        std::stable_sort(parts.begin(), parts.end(),
                         [](const auto& a, const auto& b) { return sampleCount(a) > sampleCount(b); });
        std::vector<std::size_t> order(siloCount);
        for (std::size_t i = 0; i < siloCount; ++i)
            order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&silos](std::size_t a, std::size_t b) {
            return silos[a].size() < silos[b].size();
        });
        for (std::size_t i = 0; i < siloCount; ++i)
            append(parts[i], silos[order[i]]);
    }
    return silos;
}

PerSilo shareGroups(const std::vector<SourceUnits>& sources, std::size_t siloCount, PartitionRandom& random)
{
    std::vector<Unit> all;
    for (const SourceUnits& source : sources)
        all.insert(all.end(), source.units.begin(), source.units.end());
    const std::vector<double> shares(siloCount, 1.0 / static_cast<double>(siloCount));
    PerSilo silos(siloCount);
    const auto parts = shareOut(all, shares, random);
    for (std::size_t i = 0; i < siloCount; ++i)
        append(parts[i], silos[i]);
    return silos;
}

/// Draws again until every silo has enough.
Result<PerSilo> shareByDirichlet(const std::vector<SourceUnits>& sources, std::size_t siloCount,
                                 const PartitionSettings& settings, PartitionRandom& random)
{
    const std::size_t least = std::max(settings.leastSamples, settings.samplesPerSilo);
    std::size_t closest = 0;
    for (std::size_t draw = 0; draw < kMostDraws; ++draw) {
        PerSilo silos(siloCount);
        for (const SourceUnits& source : sources) {
            const auto parts = shareOut(source.units, random.dirichlet(siloCount, settings.alpha), random);
            for (std::size_t i = 0; i < siloCount; ++i)
                append(parts[i], silos[i]);
        }
        const std::size_t smallest = silos[smallestSilo(silos)].size();
        if (smallest >= least)
            return silos;
        closest = std::max(closest, smallest);
    }
    return refusePartition("none of " + std::to_string(kMostDraws) + " draws with alpha " +
                           nlohmann::json(settings.alpha).dump() + " gives each of " +
                           std::to_string(siloCount) + " silos " + std::to_string(least) +
                           " samples; a larger alpha, fewer silos or at most " + std::to_string(closest) +
                           " samples would do");
}

Result<Neighbours> symmetric(const Neighbours& neighbours)
{
    std::vector<std::set<int>> sets(neighbours.size());
    for (std::size_t silo = 0; silo < neighbours.size(); ++silo)
        for (const int other : neighbours[silo]) {
            if (other < 0 || static_cast<std::size_t>(other) >= neighbours.size())
                return refusePartition("silo " + std::to_string(silo) + " has a neighbour " +
                                       std::to_string(other) + " that is not there");
            if (static_cast<std::size_t>(other) == silo)
                continue;
            sets[silo].insert(other);
            sets[static_cast<std::size_t>(other)].insert(static_cast<int>(silo));
        }
    Neighbours both;
    for (const auto& set : sets)
        both.emplace_back(set.begin(), set.end());
    return both;
}

Status checkArguments(const std::vector<SampleInfo>& samples, const Neighbours& neighbours,
                      const PartitionSettings& settings)
{
    if (neighbours.empty())
        return refusePartition("there are no silos");
    if (samples.size() < neighbours.size())
        return refusePartition("there are fewer samples (" + std::to_string(samples.size()) +
                               ") than silos (" + std::to_string(neighbours.size()) +
                               "), and each needs one at least: fewer silos or more data would do");
    if (!(settings.unseenShare >= 0.0 && settings.unseenShare <= 1.0))
        return refusePartition("the unseen share must lie from 0 to 1");
    if (settings.scheme == PartitionScheme::Dirichlet &&
        !(settings.alpha > 0.0 && std::isfinite(settings.alpha)))
        return refusePartition("alpha must be above 0");
    return {};
}

/// Cuts silos to size, sorts them and finds what is left over.
Status finish(const PartitionSettings& settings, std::size_t sampleTotal, PartitionRandom& random,
              Partition& partition)
{
    const std::size_t smallest = smallestSilo(partition.silos);
    const std::size_t least = std::max({settings.leastSamples, settings.samplesPerSilo, std::size_t{1}});
    const std::size_t has = partition.silos[smallest].size();
    if (has < least)
        return refusePartition(
            "silo " + std::to_string(smallest) + " gets " + std::to_string(has) + " samples, " +
            std::to_string(least) + " are asked for; fewer silos, more samples" +
            (settings.keepGroups ? ", smaller groups" : "") +
            (has > 0 ? " or at most " + std::to_string(has) : " or another scheme") + " would do");
    std::vector<bool> isUsed(sampleTotal, false);
    for (auto& silo : partition.silos) {
        std::sort(silo.begin(), silo.end());
        if (settings.samplesPerSilo > 0 && silo.size() > settings.samplesPerSilo) {
            random.shuffle(silo);
            silo.resize(settings.samplesPerSilo);
            std::sort(silo.begin(), silo.end());
        }
        for (const std::size_t sample : silo)
            isUsed[sample] = true;
    }
    for (std::size_t i = 0; i < sampleTotal; ++i)
        if (!isUsed[i])
            partition.unused.push_back(i);
    return {};
}

} // namespace

Neighbours neighboursOf(const Overlay& overlay)
{
    Neighbours neighbours(static_cast<std::size_t>(overlay.siloCount()));
    for (const OverlayLink& link : overlay.links())
        neighbours[static_cast<std::size_t>(link.from)].push_back(link.to);
    return neighbours;
}

Result<Partition> makePartition(const std::vector<SampleInfo>& samples, const Neighbours& neighbours,
                                const PartitionSettings& settings)
{
    if (auto checked = checkArguments(samples, neighbours, settings); !checked)
        return tl::unexpected(checked.error());
    const auto both = symmetric(neighbours);
    if (!both)
        return tl::unexpected(both.error());
    const bool keepGroups = settings.keepGroups || settings.scheme == PartitionScheme::Groups;
    const std::vector<SourceUnits> sources = unitsOf(samples, keepGroups);
    const std::size_t siloCount = neighbours.size();
    PartitionRandom random(settings.seed);
    Partition partition;
    if (siloCount == 1 || settings.scheme == PartitionScheme::Iid) {
        partition.silos = shareAlike(sources, siloCount, random);
    } else if (settings.scheme == PartitionScheme::Groups) {
        partition.silos = shareGroups(sources, siloCount, random);
    } else if (settings.scheme == PartitionScheme::Dirichlet) {
        auto silos = shareByDirichlet(sources, siloCount, settings, random);
        if (!silos)
            return tl::unexpected(silos.error());
        partition.silos = std::move(*silos);
    } else {
        auto made = partitionBySource(sources, *both, settings);
        if (!made)
            return made;
        partition = std::move(*made);
    }
    if (auto done = finish(settings, samples.size(), random, partition); !done)
        return tl::unexpected(done.error());
    return partition;
}

} // namespace fedefm
