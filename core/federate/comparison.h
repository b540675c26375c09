// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/plan.h"

#include <optional>

namespace fedefm {

/// One way to learn, or one way to share out the data: changes to the common session (RFC 7386 merge patch).
struct ComparisonPart
{
    std::string name;
    std::string scenario; ///< of a method: "CLL", "CFL", "DFL"
    nlohmann::json set;
    std::vector<std::string> only = {}; ///< of a method: conditions under which it is possible; empty: all
};

/// Several sessions that differ in method, condition and seed; docs/federation.md explains each key.
struct ComparisonPlan
{
    std::string name = "comparison";
    std::string metric;     ///< of the sessions' test metrics, for example "accuracy"
    nlohmann::json session; ///< what all have in common: a session's plan
    std::vector<ComparisonPart> methods;
    std::vector<ComparisonPart> conditions;
    std::vector<std::uint64_t> seeds{1};
};

/// Unknown keys are errors that name the nearest known one. Errors: InvalidArgument.
Result<ComparisonPlan> parseComparison(const nlohmann::json& document);

struct ComparisonCell
{
    std::size_t method = 0, condition = 0, seed = 0; ///< indices into the plan
    std::string name;                                ///< of its session; different for each cell
    SessionPlan plan;
};

/// All sessions, seed by seed, so that a comparison that is stopped has each method once. Errors:
/// InvalidArgument naming the cell.
Result<std::vector<ComparisonCell>> cellsOf(const ComparisonPlan& plan);

/// What a finished session came out as.
struct SessionOutcome
{
    struct Point
    {
        double bytes = 0.0, steps = 0.0; ///< spent until then, all silos together
        double value = 0.0;              ///< the metric of the merged model
    };
    std::vector<Point> course;         ///< the rounds in which the merged model was measured
    std::optional<double> ownMean;     ///< the metric of the silos' own models at the end
    std::optional<double> unseenShare; ///< as the partition came out
    int rounds = 0;
    double seconds = 0.0;     ///< working time
    double cycleTimeMs = 0.0; ///< of the links that are used: the topology's, or the star around a hub
    double exchangeMs = 0.0; ///< simulated, of all messages of a round, phase after phase; mean of the rounds
};

/// Errors: those of the store; InvalidArgument when the metric was never measured.
Result<SessionOutcome> readOutcome(const std::filesystem::path& runFolder, const std::string& metric);

/// One row per method and condition: {"name", "metric", "seeds", "rows": [{"method", "scenario", "condition",
/// "failed", "unseen_share", "merged": S, "own": S, "at_equal_bytes": S, "at_equal_steps": S, "rounds",
/// "bytes_per_round", "steps_per_round", "seconds_per_round", "exchange_ms", "cycle_time_ms"}]} with S =
/// {"mean", "deviation", "count"} over the seeds. The budgets are the smallest total of any method of the
/// condition that sends bytes, and that takes steps. `outcomes` goes with the cells; nothing where a
/// session has failed.
nlohmann::json comparisonTable(const ComparisonPlan& plan, const std::vector<ComparisonCell>& cells,
                               const std::vector<std::optional<SessionOutcome>>& outcomes);

std::string comparisonMarkdown(const nlohmann::json& table);
std::string comparisonCsv(const nlohmann::json& table);

} // namespace fedefm
