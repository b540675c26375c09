// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/object_id.h"

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace fedefm {

/// One object on its way between two silos, or lost on it.
struct EdgeRecord
{
    int phase = 0;
    int from = 0;
    int to = 0;
    ObjectKind kind = ObjectKind::Weights;
    std::size_t bytes = 0;
    std::string lost; ///< why it did not arrive; empty: it did
};

/// What a round leaves for the run store.
struct RoundRecord
{
    int round = 0;
    std::vector<EdgeRecord> edges;
    std::map<std::pair<int, int>, double> emd;    ///< (silo, host of its expert) → mean score
    std::map<int, std::pair<double, int>> losses; ///< silo → sum over steps, steps
    std::map<std::string, double> phaseSeconds;
    double computeSeconds = 0.0; ///< forward, backward, optimiser
    double emdSeconds = 0.0;     ///< of these, or beside them: scores of feature maps
    std::int64_t stepCount = 0;  ///< of all optimisers, those of visitors included
    std::vector<bool> finished;  ///< ϑ of each silo
    std::vector<std::pair<std::string, std::string>> events; ///< level, text

    void addLoss(int silo, double mean, int steps)
    {
        losses[silo].first += mean * steps;
        losses[silo].second += steps;
    }
    void note(const std::string& level, const std::string& text) { events.emplace_back(level, text); }
    nlohmann::json toJson() const;
    std::vector<std::pair<std::string, double>> metrics() const;
};

} // namespace fedefm
