// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/units_private.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fedefm {

namespace {

using Silos = std::vector<std::size_t>;

std::string quoted(const std::string& name)
{
    return "\"" + name + "\"";
}

/// Groups of silos that share their own sources: at least as many as colours, exactly `count`.
std::vector<Silos> holderGroups(const std::vector<int>& colors, std::size_t count, PartitionRandom& random)
{
    const auto colorCount = static_cast<std::size_t>(1 + *std::max_element(colors.begin(), colors.end()));
    std::vector<Silos> groups(colorCount);
    for (std::size_t silo = 0; silo < colors.size(); ++silo)
        groups[static_cast<std::size_t>(colors[silo])].push_back(silo);
    for (Silos& group : groups)
        random.shuffle(group);
    const auto isSmaller = [](const Silos& a, const Silos& b) { return a.size() < b.size(); };
    while (groups.size() < count) {
        const auto largest = std::max_element(groups.begin(), groups.end(), isSmaller);
        const auto half = largest->begin() + static_cast<std::ptrdiff_t>((largest->size() + 1) / 2);
        Silos rest(half, largest->end());
        largest->erase(half, largest->end());
        groups.push_back(std::move(rest));
    }
    random.shuffle(groups);
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Silos& a, const Silos& b) { return a.size() > b.size(); });
    return groups;
}

/// What each silo could have, before samples are left out.
struct Offer
{
    std::vector<std::vector<std::vector<Unit>>> own, common; ///< [silo][source]
    std::vector<std::size_t> sizes;                          ///< samples of each silo that keep the share
    std::string obstacle;                                    ///< why it cannot be; empty: it can

    std::size_t total() const { return std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}); }
    std::size_t least() const { return *std::min_element(sizes.begin(), sizes.end()); }
};

class SourcePartition
{
public:
    SourcePartition(const std::vector<SourceUnits>& sources, const Neighbours& neighbours,
                    const PartitionSettings& settings)
        : m_settings(settings), m_siloCount(neighbours.size()), m_colors(colorSilos(neighbours)),
          m_unseen(settings.scheme == PartitionScheme::Disjoint ? 1.0 : settings.unseenShare)
    {
        for (const SourceUnits& source : sources)
            m_order.push_back(&source);
        PartitionRandom random(settings.seed);
        random.shuffle(m_order);
        // Sources with too few groups for all silos can only be own ones.
        std::stable_partition(m_order.begin(), m_order.end(), [this](const SourceUnits* source) {
            return source->units.size() < m_siloCount;
        });
        m_colorCount = static_cast<std::size_t>(1 + *std::max_element(m_colors.begin(), m_colors.end()));
    }

    Result<Partition> run() const
    {
        if (auto enough = checkSources(); !enough)
            return tl::unexpected(enough.error());
        const std::size_t count = m_order.size();
        const std::size_t fewest = m_unseen == 0.0 ? 0 : m_unseen == 1.0 ? count : m_colorCount;
        const std::size_t most = m_unseen == 0.0 ? 0 : m_unseen == 1.0 ? count : count - 1;
        Offer best;
        best.obstacle = "no division was tried";
        for (std::size_t own = fewest; own <= most; ++own) {
            Offer offer = offerWith(own);
            const bool isBetter =
                offer.obstacle.empty() && (!best.obstacle.empty() || worth(offer) > worth(best));
            if (isBetter || (!best.obstacle.empty() && !offer.obstacle.empty()))
                best = std::move(offer);
        }
        if (!best.obstacle.empty())
            return refusePartition(best.obstacle);
        return take(best);
    }

private:
    std::size_t worth(const Offer& offer) const
    {
        return m_settings.samplesPerSilo > 0 ? offer.least() : offer.total();
    }

    Status checkSources() const
    {
        if (m_unseen == 0.0)
            return {};
        const std::size_t common = m_unseen < 1.0 ? 1 : 0;
        if (m_order.size() >= m_colorCount + common)
            return {};
        return refusePartition(
            "neighbours hold different sources: this overlay takes " + std::to_string(m_colorCount) +
            (common > 0 ? " and one that all silos share" : "") + ", the data have " +
            std::to_string(m_order.size()) + "; " + std::to_string(m_colorCount + common) +
            " sources, an overlay with fewer links among the same silos (a tree takes 2, a ring 2 or 3)" +
            " or an unseen share of 0 would do");
    }

    Offer offerWith(std::size_t ownCount) const
    {
        Offer offer;
        offer.own.resize(m_siloCount);
        offer.common.resize(m_siloCount);
        PartitionRandom random(m_settings.seed + 0x9E3779B97F4A7C15ULL * (ownCount + 1));
        if (ownCount > 0)
            offerOwn(ownCount, random, offer);
        for (std::size_t s = ownCount; s < m_order.size() && offer.obstacle.empty(); ++s) {
            Silos all(m_siloCount);
            std::iota(all.begin(), all.end(), std::size_t{0});
            give(*m_order[s], all, random, offer.common, offer.obstacle);
        }
        if (!offer.obstacle.empty())
            return offer;
        for (std::size_t silo = 0; silo < m_siloCount; ++silo)
            offer.sizes.push_back(siloSize(countOf(offer.own[silo]), countOf(offer.common[silo])));
        return offer;
    }

    void offerOwn(std::size_t ownCount, PartitionRandom& random, Offer& offer) const
    {
        const std::vector<Silos> groups = holderGroups(m_colors, std::min(ownCount, m_siloCount), random);
        std::vector<const SourceUnits*> own(m_order.begin(),
                                            m_order.begin() + static_cast<std::ptrdiff_t>(ownCount));
        random.shuffle(own);
        std::stable_sort(own.begin(), own.end(), [](const SourceUnits* a, const SourceUnits* b) {
            return a->sampleCount > b->sampleCount;
        });
        // Large sources to large groups of silos; what remains to those with the fewest samples per silo.
        std::vector<double> load(groups.size(), 0.0);
        for (std::size_t s = 0; s < own.size() && offer.obstacle.empty(); ++s) {
            const std::size_t group =
                s < groups.size()
                    ? s
                    : static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
            load[group] +=
                static_cast<double>(own[s]->sampleCount) / static_cast<double>(groups[group].size());
            give(*own[s], groups[group], random, offer.own, offer.obstacle);
        }
    }

    void give(const SourceUnits& source, const Silos& holders, PartitionRandom& random,
              std::vector<std::vector<std::vector<Unit>>>& to, std::string& obstacle) const
    {
        if (source.units.size() < holders.size()) {
            const char* kind = m_settings.keepGroups ? " groups" : " samples";
            obstacle = "source " + quoted(source.name) + " has " + std::to_string(source.units.size()) +
                       kind + " for " + std::to_string(holders.size()) + " silos; " +
                       std::to_string(holders.size()) + " of them, fewer silos" +
                       (m_settings.keepGroups ? ", groups that may be split" : "") +
                       (m_unseen < 1.0 ? " or a larger unseen share would do" : " or more sources would do");
            return;
        }
        const std::vector<double> shares(holders.size(), 1.0 / static_cast<double>(holders.size()));
        auto parts = shareOut(source.units, shares, random);
        for (std::size_t i = 0; i < holders.size(); ++i)
            to[holders[i]].push_back(std::move(parts[i]));
    }

    static std::size_t countOf(const std::vector<std::vector<Unit>>& perSource)
    {
        std::size_t count = 0;
        for (const auto& units : perSource)
            count += sampleCount(units);
        return count;
    }

    std::size_t ownPart(std::size_t size) const
    {
        return static_cast<std::size_t>(std::llround(m_unseen * static_cast<double>(size)));
    }

    /// The most samples of which `m_unseen` are own ones.
    std::size_t siloSize(std::size_t own, std::size_t common) const
    {
        if (m_unseen == 0.0)
            return common;
        if (m_unseen == 1.0)
            return own;
        const double size =
            std::min(static_cast<double>(own) / m_unseen, static_cast<double>(common) / (1.0 - m_unseen));
        auto most = static_cast<std::size_t>(size) + 1;
        while (most > 0 && (ownPart(most) > own || most - ownPart(most) > common))
            --most;
        return most;
    }

    Result<Partition> take(const Offer& offer) const
    {
        const std::size_t wanted = m_settings.samplesPerSilo;
        const auto smallest = static_cast<std::size_t>(
            std::min_element(offer.sizes.begin(), offer.sizes.end()) - offer.sizes.begin());
        if (wanted > offer.sizes[smallest])
            return refusePartition("silo " + std::to_string(smallest) + " can have at most " +
                                   std::to_string(offer.sizes[smallest]) + " samples, " +
                                   std::to_string(wanted) + " are asked for; " +
                                   std::to_string(offer.sizes[smallest]) + " or fewer would do");
        PartitionRandom random(m_settings.seed ^ 0xD1342543DE82EF95ULL);
        Partition partition;
        for (std::size_t silo = 0; silo < m_siloCount; ++silo) {
            const std::size_t size = wanted > 0 ? wanted : offer.sizes[silo];
            std::vector<std::size_t> samples;
            pickFrom(offer.own[silo], ownPart(size), random, samples);
            pickFrom(offer.common[silo], size - ownPart(size), random, samples);
            partition.silos.push_back(std::move(samples));
        }
        return partition;
    }

    static void pickFrom(const std::vector<std::vector<Unit>>& perSource, std::size_t count,
                         PartitionRandom& random, std::vector<std::size_t>& samples)
    {
        std::vector<std::size_t> available;
        for (const auto& units : perSource)
            available.push_back(sampleCount(units));
        const std::vector<std::size_t> counts = proportional(available, count);
        for (std::size_t s = 0; s < perSource.size(); ++s) {
            const auto picked = pick(perSource[s], counts[s], random);
            samples.insert(samples.end(), picked.begin(), picked.end());
        }
    }

    const PartitionSettings& m_settings;
    std::size_t m_siloCount;
    std::vector<int> m_colors;
    std::size_t m_colorCount = 0;
    double m_unseen;
    std::vector<const SourceUnits*> m_order;
};

} // namespace

Result<Partition> partitionBySource(const std::vector<SourceUnits>& sources, const Neighbours& neighbours,
                                    const PartitionSettings& settings)
{
    return SourcePartition(sources, neighbours, settings).run();
}

} // namespace fedefm
