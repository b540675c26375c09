// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strict_object.h"
#include "core/federate/partition/partition.h"

#include <algorithm>

namespace fedefm {

namespace {

const std::vector<std::string> kSchemeNames{"overlap", "disjoint", "iid", "dirichlet", "groups"};

} // namespace

Result<PartitionSettings> parsePartition(const nlohmann::json& json)
{
    constexpr double kLeastAlpha = 1e-6;
    constexpr double kMostAlpha = 1e6;
    PartitionSettings settings;
    std::string scheme = kSchemeNames.front();
    int perSilo = static_cast<int>(settings.samplesPerSilo);
    int least = static_cast<int>(settings.leastSamples);
    StrictObject object(json, "partition");
    object.choice("scheme", scheme, kSchemeNames);
    object.number("unseen_share", settings.unseenShare, 0.0, 1.0);
    object.number("alpha", settings.alpha, kLeastAlpha, kMostAlpha);
    object.integer("samples_per_silo", perSilo, 0);
    object.integer("least_samples", least, 0);
    object.flag("keep_groups", settings.keepGroups);
    object.seed("seed", settings.seed);
    if (scheme == "disjoint" && object.has("unseen_share") && settings.unseenShare != 1.0)
        object.refuse("unseen_share", "is 1 with the scheme disjoint");
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    const auto found = std::find(kSchemeNames.begin(), kSchemeNames.end(), scheme);
    settings.scheme = static_cast<PartitionScheme>(found - kSchemeNames.begin());
    if (settings.scheme == PartitionScheme::Disjoint)
        settings.unseenShare = 1.0;
    settings.samplesPerSilo = static_cast<std::size_t>(perSilo);
    settings.leastSamples = static_cast<std::size_t>(least);
    return settings;
}

nlohmann::json toJson(const PartitionSettings& settings)
{
    return {{"scheme", kSchemeNames[static_cast<std::size_t>(settings.scheme)]},
            {"unseen_share", settings.unseenShare},
            {"alpha", settings.alpha},
            {"samples_per_silo", settings.samplesPerSilo},
            {"least_samples", settings.leastSamples},
            {"keep_groups", settings.keepGroups},
            {"seed", settings.seed}};
}

} // namespace fedefm
