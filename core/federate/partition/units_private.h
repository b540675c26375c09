// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/partition/partition.h"

#include <random>

namespace fedefm {

/// Random choices that are the same with every standard library.
class PartitionRandom
{
public:
    explicit PartitionRandom(std::uint64_t seed) : m_random(seed) {}

    double uniform() { return static_cast<double>(m_random() >> 11) * 0x1.0p-53; } ///< [0, 1)
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(m_random() % count); }
    /// A point of Dirichlet(alpha, …, alpha).
    std::vector<double> dirichlet(std::size_t count, double alpha);

    template <typename T> void shuffle(std::vector<T>& items)
    {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[below(i)]);
    }

private:
    double normal();
    double logGamma(double shape);

    std::mt19937_64 m_random;
};

/// Samples that stay together.
using Unit = std::vector<std::size_t>;

struct SourceUnits
{
    std::string name;
    std::vector<Unit> units;
    std::size_t sampleCount = 0;
};

/// By source in the order of their names; units in the order of their first samples.
std::vector<SourceUnits> unitsOf(const std::vector<SampleInfo>& samples, bool keepGroups);

/// For each holder its units: the largest first to the one whose load is furthest below its share. `shares`
/// sums to 1. Chance decides among equals.
std::vector<std::vector<Unit>> shareOut(const std::vector<Unit>& units, const std::vector<double>& shares,
                                        PartitionRandom& random);

/// All samples of units, shuffled and cut to `count`.
std::vector<std::size_t> pick(const std::vector<Unit>& units, std::size_t count, PartitionRandom& random);

std::size_t sampleCount(const std::vector<Unit>& units);

/// Cuts `available` down to `total` in proportion; at least 1 of each as far as that goes.
std::vector<std::size_t> proportional(const std::vector<std::size_t>& available, std::size_t total);

tl::unexpected<Error> refusePartition(const std::string& detail);

/// Protocols A and B; `neighbours` is symmetric.
Result<Partition> partitionBySource(const std::vector<SourceUnits>& sources, const Neighbours& neighbours,
                                    const PartitionSettings& settings);

/// A number for each silo, different from those of its neighbours; few of them (DSATUR, Brélaz 1979: the
/// least for trees, rings, stars and complete overlays).
std::vector<int> colorSilos(const Neighbours& neighbours);

} // namespace fedefm
