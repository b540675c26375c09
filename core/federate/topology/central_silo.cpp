// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/central_silo.h"

#include <cstdint>

namespace fedefm {

namespace {

/// Lengths add up differently along each path.
constexpr double kSlack = 1e-9;

std::int64_t loadOf(const SiloNetwork& network, int silo)
{
    std::int64_t pairs = 0;
    for (int from = 0; from < network.siloCount(); ++from)
        for (int to = from + 1; to < network.siloCount(); ++to) {
            if (from == silo || to == silo)
                continue;
            const double over = network.distanceKm(from, silo) + network.distanceKm(silo, to);
            pairs += over <= network.distanceKm(from, to) * (1.0 + kSlack) ? 1 : 0;
        }
    return pairs;
}

double wayOf(const SiloNetwork& network, int silo)
{
    double km = 0.0;
    for (int other = 0; other < network.siloCount(); ++other)
        km += network.distanceKm(silo, other);
    return km;
}

} // namespace

int mostCentralSilo(const SiloNetwork& network)
{
    int best = 0;
    std::int64_t bestLoad = -1;
    double bestWay = 0.0;
    for (int silo = 0; silo < network.siloCount(); ++silo) {
        const std::int64_t load = loadOf(network, silo);
        const double way = wayOf(network, silo);
        if (load < bestLoad || (load == bestLoad && way >= bestWay * (1.0 - kSlack)))
            continue;
        best = silo;
        bestLoad = load;
        bestWay = way;
    }
    return best;
}

} // namespace fedefm
