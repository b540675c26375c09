// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/units_private.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace fedefm {

double PartitionRandom::normal()
{
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
    return radius * std::cos(2.0 * M_PI * uniform());
}

/// Marsaglia, Tsang 2000; as a logarithm, since small shapes give numbers below the least double.
double PartitionRandom::logGamma(double shape)
{
    if (shape < 1.0)
        return logGamma(shape + 1.0) + std::log1p(-uniform()) / shape;
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    for (;;) {
        const double x = normal();
        const double root = 1.0 + c * x;
        if (root <= 0.0)
            continue;
        const double v = root * root * root;
        if (std::log1p(-uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
            return std::log(d * v);
    }
}

std::vector<double> PartitionRandom::dirichlet(std::size_t count, double alpha)
{
    std::vector<double> shares;
    for (std::size_t i = 0; i < count; ++i)
        shares.push_back(logGamma(alpha));
    const double largest = *std::max_element(shares.begin(), shares.end());
    double sum = 0.0;
    for (double& share : shares) {
        share = std::exp(share - largest);
        sum += share;
    }
    for (double& share : shares)
        share /= sum;
    return shares;
}

std::vector<SourceUnits> unitsOf(const std::vector<SampleInfo>& samples, bool keepGroups)
{
    std::map<std::string, SourceUnits> sources;
    std::map<std::pair<std::string, std::string>, std::size_t> unitOfGroup;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const SampleInfo& sample = samples[i];
        SourceUnits& source = sources[sample.source];
        source.name = sample.source;
        ++source.sampleCount;
        if (!keepGroups || sample.group.empty()) {
            source.units.push_back({i});
            continue;
        }
        const auto [entry, isNew] =
            unitOfGroup.try_emplace({sample.source, sample.group}, source.units.size());
        if (isNew)
            source.units.emplace_back();
        source.units[entry->second].push_back(i);
    }
    std::vector<SourceUnits> list;
    for (auto& entry : sources)
        list.push_back(std::move(entry.second));
    return list;
}

std::vector<std::vector<Unit>> shareOut(const std::vector<Unit>& units, const std::vector<double>& shares,
                                        PartitionRandom& random)
{
    std::vector<Unit> open = units;
    random.shuffle(open);
    std::stable_sort(open.begin(), open.end(),
                     [](const Unit& a, const Unit& b) { return a.size() > b.size(); });
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random.shuffle(order);
    const auto total = static_cast<double>(sampleCount(units));
    std::vector<double> missing;
    for (const double share : shares)
        missing.push_back(share * total);
    std::vector<std::vector<Unit>> parts(shares.size());
    for (Unit& unit : open) {
        const std::size_t holder =
            *std::max_element(order.begin(), order.end(),
                              [&missing](std::size_t a, std::size_t b) { return missing[a] < missing[b]; });
        missing[holder] -= static_cast<double>(unit.size());
        parts[holder].push_back(std::move(unit));
    }
    return parts;
}

std::size_t sampleCount(const std::vector<Unit>& units)
{
    std::size_t count = 0;
    for (const Unit& unit : units)
        count += unit.size();
    return count;
}

std::vector<std::size_t> pick(const std::vector<Unit>& units, std::size_t count, PartitionRandom& random)
{
    std::vector<std::size_t> samples;
    for (const Unit& unit : units)
        samples.insert(samples.end(), unit.begin(), unit.end());
    std::sort(samples.begin(), samples.end());
    if (count < samples.size()) {
        random.shuffle(samples);
        samples.resize(count);
    }
    return samples;
}

std::vector<std::size_t> proportional(const std::vector<std::size_t>& available, std::size_t total)
{
    const std::size_t sum = std::accumulate(available.begin(), available.end(), std::size_t{0});
    if (total >= sum)
        return available;
    std::vector<std::size_t> counts(available.size(), 0);
    for (; total > 0; --total) {
        // The one that is furthest below its part of what is given so far.
        std::size_t next = available.size();
        double least = 0.0;
        for (std::size_t i = 0; i < available.size(); ++i) {
            if (counts[i] >= available[i])
                continue;
            const double filled = static_cast<double>(counts[i]) / static_cast<double>(available[i]);
            if (next == available.size() || filled < least) {
                next = i;
                least = filled;
            }
        }
        ++counts[next];
    }
    return counts;
}

tl::unexpected<Error> refusePartition(const std::string& detail)
{
    return fail(ErrorCode::InvalidArgument, "partition", detail);
}

} // namespace fedefm
