// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/session_links.h"
#include "core/train/torch/trainer.h"

namespace fedefm {

struct SiloData
{
    std::string name;
    DatasetPtr train;
};

/// The pictures of a session. None of them is ever handed to an exchange.
struct SessionData
{
    std::vector<SiloData> silos;
    SessionLinks links;
    DatasetPtr test;          ///< pooled; may be null
    DatasetPtr common;        ///< public pictures that every silo has, for FedMD and FedDF; may be null
    nlohmann::json partition; ///< who has what, for the record
    std::vector<std::string> warnings;

    std::vector<std::int64_t> sampleCounts() const;
    /// All silos' pictures at one, as centralised learning has them.
    Result<SessionData> pooled() const;
};

/// Links of a session with that many silos; a partition keeps sources away from neighbours.
using LinksMaker = std::function<Result<SessionLinks>(int siloCount)>;

/// `data` is one of
///   {"silos": [{"name", "train": D}, …], "test": D, "public": D}
///   {"pool": P, "silo_count": N, "partition": PartitionSettings, "public": D}
/// with D and P as openTrainingData() takes them (P's test part is the session's), and beside them "folder"
/// and "cache_mb" (per silo). Errors: InvalidArgument, those of opener, links and partition.
Result<SessionData> openSessionData(const nlohmann::json& data, const DatasetOpener& openData,
                                    std::uint64_t seed, const LinksMaker& makeLinks);

} // namespace fedefm
