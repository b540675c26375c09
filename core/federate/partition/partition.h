// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/federate/topology/overlay.h"
#include "core/train/data/sample.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

enum class PartitionScheme {
    Overlap,   ///< protocol A: a share of each silo's samples is of sources that no neighbour holds
    Disjoint,  ///< protocol B: no neighbour holds any source of a silo; Overlap with a share of 1
    Iid,       ///< every silo has the same mixture of sources
    Dirichlet, ///< each source is shared out by a draw from Dirichlet(alpha) (Hsu et al. 2019)
    Groups     ///< whole groups at random, as silos of equal size, whatever their sources
};

/// How samples are shared over silos; the key "partition" of a session's configuration:
///   {"scheme": "overlap"|"disjoint"|"iid"|"dirichlet"|"groups", "unseen_share": 0.5, "alpha": 0.5,
///    "samples_per_silo": 0, "least_samples": 1, "keep_groups": true, "seed": 1}
struct PartitionSettings
{
    PartitionScheme scheme = PartitionScheme::Overlap;
    double unseenShare = 0.5; ///< overlap: 0 … 1
    double alpha = 0.5;       ///< dirichlet: small is uneven
    /// The same for every silo; 0: as many as the scheme leaves, which may differ.
    std::size_t samplesPerSilo = 0;
    std::size_t leastSamples = 1; ///< of each silo
    /// Samples of one group (patient, video, scene; groups of the same name in different sources are
    /// different ones) go to one silo. Samples without a group are groups of their own.
    bool keepGroups = true;
    std::uint64_t seed = 1;
};

/// Errors: InvalidArgument for unknown keys (detail names the nearest) and values outside their range.
Result<PartitionSettings> parsePartition(const nlohmann::json& json);
nlohmann::json toJson(const PartitionSettings& settings);

/// Who hears of whose data: for each silo the others. The direction counts nothing.
using Neighbours = std::vector<std::vector<int>>;
Neighbours neighboursOf(const Overlay& overlay);

struct Partition
{
    std::vector<std::vector<std::size_t>> silos; ///< indices of samples, ascending
    std::vector<std::size_t> unused;             ///< left over so that shares or sizes hold
};

/// Shares samples over as many silos as `neighbours` has. The same arguments give the same partition on every
/// machine.
///
/// Overlap: the sources are divided into own and common ones. Each silo holds all common sources and at least
/// one own source; silos with the same own source are no neighbours. Samples are left unused so that own ones
/// make up `unseenShare` of each silo, to half a sample; the division that uses most samples is taken, and
/// chance decides which sources are own.
///
/// Errors: InvalidArgument when samples or silos are missing, a neighbour is not there, or the wish cannot be
/// met: too few sources for the overlay, too few groups of a source, too few samples; the detail says what
/// would do.
Result<Partition> makePartition(const std::vector<SampleInfo>& samples, const Neighbours& neighbours,
                                const PartitionSettings& settings);

/// What a partition came out as.
struct PartitionReport
{
    struct Silo
    {
        std::size_t samples = 0;
        std::size_t groups = 0;
        std::vector<std::size_t> perSource; ///< in the order of `sources`
        std::size_t missingSources = 0;     ///< sources of the data that the silo does not hold
        double unseenShare = 0.0;           ///< of its samples: those of sources that no neighbour holds
        bool hasNeighbours = false;         ///< without any, the unseen share says nothing and is 0
    };
    std::vector<std::string> sources; ///< sorted
    std::vector<Silo> silos;
    double unseenShare = 0.0; ///< over the samples of all silos that have neighbours
    std::size_t unused = 0;
};

PartitionReport reportOf(const Partition& partition, const std::vector<SampleInfo>& samples,
                         const Neighbours& neighbours);

/// {"version": 1, "unseen_share": 0.5, "sources": [names], "silos": [{"name", "samples", "groups",
/// "unseen_share" (null without neighbours), "missing_sources", "counts": [per source]}], "unused": 0}.
/// Silos without a name are numbered.
nlohmann::json toJson(const PartitionReport& report, const std::vector<std::string>& siloNames = {});

} // namespace fedefm
