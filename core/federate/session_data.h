// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
    DatasetPtr test;   ///< pooled; may be null
    DatasetPtr common; ///< public pictures that every silo has, for FedMD and FedDF; may be null
    nlohmann::json partition; ///< who has what, for the record
    std::vector<std::string> warnings;

    std::vector<std::int64_t> sampleCounts() const;
    /// All silos' pictures at one, as centralised learning has them.
    Result<SessionData> pooled() const;
};

/// `data` is one of
///   {"silos": [{"name", "train": D}, …], "test": D, "public": D}
///   {"pool": P, "partition": {"silos": N, …}, "public": D}
/// with D and P as openTrainingData() takes them (P's test part is the session's), and beside them "folder"
/// and "cache_mb" (per silo). docs/federation.md explains the partitions. Errors: InvalidArgument, those of
/// the opener.
Result<SessionData> openSessionData(const nlohmann::json& data, const DatasetOpener& openData,
                                    std::uint64_t seed);

} // namespace fedefm
