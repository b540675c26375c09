// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/round_record_private.h"

namespace fedefm {

namespace {

std::string siloMetric(const char* what, int silo)
{
    return std::string(what) + "/silo_" + std::to_string(silo);
}

} // namespace

nlohmann::json RoundRecord::toJson() const
{
    nlohmann::json list = nlohmann::json::array();
    for (const EdgeRecord& edge : edges) {
        nlohmann::json entry = {{"phase", edge.phase},
                                {"from", edge.from},
                                {"to", edge.to},
                                {"kind", objectKindName(edge.kind)},
                                {"bytes", edge.bytes}};
        if (!edge.lost.empty())
            entry["lost"] = edge.lost;
        list.push_back(std::move(entry));
    }
    nlohmann::json scores = nlohmann::json::array();
    for (const auto& [pair, score] : emd)
        scores.push_back({{"silo", pair.first}, {"host", pair.second}, {"score", score}});
    nlohmann::json silos = nlohmann::json::array();
    for (std::size_t silo = 0; silo < finished.size(); ++silo) {
        nlohmann::json entry = {{"finished", static_cast<bool>(finished[silo])}};
        const auto loss = losses.find(static_cast<int>(silo));
        if (loss != losses.end() && loss->second.second > 0)
            entry["loss"] = loss->second.first / loss->second.second;
        silos.push_back(std::move(entry));
    }
    return {{"edges", list}, {"emd", scores}, {"silos", silos}, {"seconds", phaseSeconds}};
}

std::vector<std::pair<std::string, double>> RoundRecord::metrics() const
{
    std::vector<std::pair<std::string, double>> values;
    std::map<int, double> sent;
    double bytes = 0.0;
    int lost = 0;
    for (const EdgeRecord& edge : edges) {
        lost += edge.lost.empty() ? 0 : 1;
        sent[edge.from] += static_cast<double>(edge.bytes);
        bytes += static_cast<double>(edge.bytes);
    }
    values.emplace_back("bytes/round", bytes);
    for (const auto& [silo, count] : sent)
        values.emplace_back(siloMetric("bytes", silo), count);
    values.emplace_back("edges/lost", lost);
    double sum = 0.0;
    int steps = 0;
    for (const auto& [silo, loss] : losses) {
        if (loss.second == 0)
            continue;
        values.emplace_back(siloMetric("loss", silo), loss.first / loss.second);
        sum += loss.first;
        steps += loss.second;
    }
    if (steps > 0)
        values.emplace_back("train/loss", sum / steps);
    for (const auto& [pair, score] : emd)
        values.emplace_back("emd/" + std::to_string(pair.first) + "-" + std::to_string(pair.second), score);
    for (const auto& [phase, seconds] : phaseSeconds)
        values.emplace_back("seconds/" + phase, seconds);
    values.emplace_back("seconds/compute", computeSeconds);
    if (emdSeconds > 0.0)
        values.emplace_back("seconds/emd", emdSeconds);
    values.emplace_back("steps/round", static_cast<double>(stepCount));
    int count = 0;
    for (const bool isFinished : finished)
        count += isFinished ? 1 : 0;
    values.emplace_back("silos/finished", count);
    return values;
}

} // namespace fedefm
