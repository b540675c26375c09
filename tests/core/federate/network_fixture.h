// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/topology/silo_network.h"

#include <random>
#include <string>

namespace fedefm::test {

/// Cables a–b of the given lengths between silos "0", "1", …
inline Underlay underlayOf(int silos, std::vector<UnderlayLink> links)
{
    Underlay underlay;
    underlay.name = "test";
    for (int silo = 0; silo < silos; ++silo)
        underlay.nodes.push_back({std::to_string(silo), {}, {}});
    underlay.links = std::move(links);
    return underlay;
}

/// Numbers that are easy to add: latency 1 ms per 1000 km and no floor, 1 Mbit at 1000 Mbit/s is 1 ms, steps
/// of 2 ms.
inline DelayModel plainModel()
{
    DelayModel model;
    model.modelBits = 1e6;
    model.coreMbps = 1000.0;
    model.latencyFloorMs = 0.0;
    model.latencyMsPerKm = 0.001;
    model.silo = {2.0, 1e9, 1e9};
    return model;
}

/// A connected underlay: a random tree and some more cables.
inline Underlay randomUnderlay(int silos, int more, std::uint32_t seed)
{
    std::mt19937 engine(seed);
    const auto below = [&engine](int count) {
        return static_cast<int>(engine() % static_cast<std::uint32_t>(count));
    };
    std::vector<UnderlayLink> links;
    const auto add = [&](int a, int b) {
        for (const UnderlayLink& link : links)
            if ((link.a == a && link.b == b) || (link.a == b && link.b == a))
                return;
        if (a != b)
            links.push_back({a, b, static_cast<double>(below(3000))});
    };
    for (int silo = 1; silo < silos; ++silo)
        add(below(silo), silo);
    for (int i = 0; i < more; ++i)
        add(below(silos), below(silos));
    return underlayOf(silos, std::move(links));
}

} // namespace fedefm::test
