// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/hub_cycle.h"

#include "core/federate/session_links.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kUsualSilos = 5;

nlohmann::json at(const nlohmann::json& plan, const char* path)
{
    const nlohmann::json::json_pointer where(path);
    return plan.is_object() && plan.contains(where) ? plan[where] : nlohmann::json();
}

int siloCountOf(const nlohmann::json& plan)
{
    if (const nlohmann::json silos = at(plan, "/data/silos"); silos.is_array())
        return std::max(1, static_cast<int>(silos.size()));
    const nlohmann::json count = at(plan, "/data/silo_count");
    return count.is_number_integer() ? std::max(1, count.get<int>()) : kUsualSilos;
}

} // namespace

bool gathersAtHub(const std::string& strategy)
{
    static const char* const kNames[] = {"fedavg",  "fedprox", "moon",  "scaffold",
                                         "fedadam", "fedyogi", "swarm", "feddf"};
    return std::find(std::begin(kNames), std::end(kNames), strategy) != std::end(kNames);
}

std::optional<double> hubCycleTimeMs(const nlohmann::json& plan)
{
    const nlohmann::json strategy = at(plan, "/strategy/name");
    const nlohmann::json topology = at(plan, "/topology");
    if (!strategy.is_string() || !gathersAtHub(strategy.get<std::string>()) || !topology.is_object())
        return std::nullopt;
    const nlohmann::json folder = at(plan, "/data/folder");
    const auto links = SessionLinks::create(topology, siloCountOf(plan), 1,
                                            folder.is_string() ? folder.get<std::string>() : std::string());
    if (!links)
        return std::nullopt;
    if (strategy != "swarm")
        return links->starCycleTimeMs(links->hub());
    double sum = 0.0;
    for (int hub = 0; hub < links->siloCount(); ++hub)
        sum += links->starCycleTimeMs(hub);
    return sum / links->siloCount();
}

} // namespace fedefm
