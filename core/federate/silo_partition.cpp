// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/silo_partition.h"

#include "core/base/strict_object.h"
#include "core/train/data/random_private.h"

#include <algorithm>
#include <map>

namespace fedefm {

namespace {

constexpr int kMostSilos = 400;

/// Whole groups, shuffled, each to the silo that has the fewest samples so far.
std::vector<std::vector<std::size_t>> evenParts(const Dataset& pool, int siloCount, std::uint64_t seed)
{
    std::map<std::string, std::vector<std::size_t>> byGroup;
    for (std::size_t at = 0; at < pool.size(); ++at)
        byGroup[pool.sampleInfo(at).group].push_back(at);
    std::vector<const std::vector<std::size_t>*> groups;
    for (const auto& [name, samples] : byGroup)
        groups.push_back(&samples);
    Random random(seed);
    shuffle(groups, random);
    std::vector<std::vector<std::size_t>> parts(static_cast<std::size_t>(siloCount));
    for (const auto* group : groups) {
        auto& smallest = *std::min_element(
            parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
        smallest.insert(smallest.end(), group->begin(), group->end());
    }
    for (auto& part : parts)
        std::sort(part.begin(), part.end());
    return parts;
}

} // namespace

Result<SiloPartition> partitionSilos(const Dataset& pool, const nlohmann::json& rule, std::uint64_t seed)
{
    std::string kind = "even";
    int siloCount = 5;
    StrictObject object(rule, "data.partition");
    object.choice("kind", kind, {"even"});
    object.integer("silos", siloCount, 1, kMostSilos);
    object.seed("seed", seed);
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    SiloPartition partition;
    partition.record = {{"kind", kind}, {"silos", siloCount}, {"seed", seed}};
    partition.silos = evenParts(pool, siloCount, seed);
    for (const auto& silo : partition.silos)
        if (silo.empty())
            return fail(ErrorCode::InvalidArgument, "data.partition.silos",
                        "the pool has fewer groups than silos");
    return partition;
}

} // namespace fedefm
