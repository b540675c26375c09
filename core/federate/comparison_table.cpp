// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/comparison.h"

#include "core/base/atomic_file.h"
#include "core/federate/hub_cycle.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace fedefm {

namespace {

using Outcomes = std::vector<const SessionOutcome*>;

/// Value by round; rounds in which it was not written are missing.
std::map<std::int64_t, double> valuesByRound(const RunReader& reader, const std::string& metric)
{
    std::map<std::int64_t, double> values;
    if (const auto curve = reader.curve(metric))
        for (const MetricPoint& point : curve->points)
            values[point.step] = point.value;
    return values;
}

double lastOf(const std::map<std::int64_t, double>& values)
{
    return values.empty() ? 0.0 : values.rbegin()->second;
}

double meanOf(const std::map<std::int64_t, double>& values)
{
    double sum = 0.0;
    for (const auto& [round, value] : values)
        sum += value;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

std::optional<double> ownMeanOf(const RunReader& reader, const std::string& metric)
{
    double sum = 0.0;
    int count = 0;
    for (const std::string& name : reader.metricNames())
        if (name.rfind("silo_", 0) == 0 && name.substr(name.find('/') + 1) == metric) {
            sum += lastOf(valuesByRound(reader, name));
            ++count;
        }
    return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

std::optional<double> unseenShareOf(const std::filesystem::path& folder)
{
    constexpr std::size_t kLimit = std::size_t{64} << 20;
    const auto text = readFile(folder / "split.json", kLimit);
    if (!text)
        return {};
    const nlohmann::json split = nlohmann::json::parse(*text, nullptr, false);
    const nlohmann::json::json_pointer where("/report/unseen_share");
    if (!split.is_object() || !split.contains(where) || !split[where].is_number())
        return {};
    return split[where].get<double>();
}

/// Mean and standard deviation over the seeds; null without any value.
nlohmann::json spreadOf(const std::vector<double>& values)
{
    if (values.empty())
        return nullptr;
    double mean = 0.0;
    for (const double value : values)
        mean += value;
    mean /= static_cast<double>(values.size());
    double squares = 0.0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double deviation =
        values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0.0;
    return {{"mean", mean}, {"deviation", deviation}, {"count", values.size()}};
}

template <typename Get> nlohmann::json spread(const Outcomes& outcomes, const Get& get)
{
    std::vector<double> values;
    for (const SessionOutcome* outcome : outcomes)
        if (const std::optional<double> value = get(*outcome))
            values.push_back(*value);
    return spreadOf(values);
}

template <typename Get> nlohmann::json mean(const Outcomes& outcomes, const Get& get)
{
    const nlohmann::json all = spread(outcomes, get);
    return all.is_null() ? all : all["mean"];
}

/// The last measured value that a budget pays for.
std::optional<double> within(const SessionOutcome& outcome, double SessionOutcome::Point::*cost,
                             double budget)
{
    std::optional<double> value;
    for (const SessionOutcome::Point& point : outcome.course)
        if (point.*cost <= budget * (1.0 + 1e-9))
            value = point.value;
    return value;
}

double totalOf(const SessionOutcome& outcome, double SessionOutcome::Point::*cost)
{
    return outcome.course.empty() ? 0.0 : outcome.course.back().*cost;
}

nlohmann::json rowOf(const Outcomes& outcomes, double bytesBudget, double stepsBudget)
{
    using Point = SessionOutcome::Point;
    const auto perRound = [](const SessionOutcome& outcome, double total) -> std::optional<double> {
        return outcome.rounds > 0 ? std::optional<double>(total / outcome.rounds) : std::nullopt;
    };
    return {
        {"unseen_share", mean(outcomes, [](const auto& o) { return o.unseenShare; })},
        {"merged",
         spread(outcomes, [](const auto& o) { return std::optional<double>(o.course.back().value); })},
        {"own", spread(outcomes, [](const auto& o) { return o.ownMean; })},
        {"at_equal_bytes",
         spread(outcomes, [&](const auto& o) { return within(o, &Point::bytes, bytesBudget); })},
        {"at_equal_steps",
         spread(outcomes, [&](const auto& o) { return within(o, &Point::steps, stepsBudget); })},
        {"rounds", mean(outcomes, [](const auto& o) { return std::optional<double>(o.rounds); })},
        {"bytes_per_round",
         mean(outcomes, [&](const auto& o) { return perRound(o, totalOf(o, &Point::bytes)); })},
        {"steps_per_round",
         mean(outcomes, [&](const auto& o) { return perRound(o, totalOf(o, &Point::steps)); })},
        {"seconds_per_round", mean(outcomes, [&](const auto& o) { return perRound(o, o.seconds); })},
        {"exchange_ms", mean(outcomes, [](const auto& o) { return std::optional<double>(o.exchangeMs); })},
        {"cycle_time_ms",
         mean(outcomes, [](const auto& o) { return std::optional<double>(o.cycleTimeMs); })}};
}

} // namespace

Result<SessionOutcome> readOutcome(const std::filesystem::path& runFolder, const std::string& metric)
{
    const auto reader = RunReader::open(runFolder);
    if (!reader)
        return tl::unexpected(reader.error());
    const auto summary = (*reader)->summary();
    if (!summary)
        return tl::unexpected(summary.error());
    SessionOutcome outcome;
    outcome.rounds = summary->epochsDone;
    outcome.seconds = summary->wallSeconds;
    // The store has that of the topology's links, which these strategies do not use.
    const auto overHub = hubCycleTimeMs(summary->config);
    outcome.cycleTimeMs = overHub ? *overHub : lastOf(valuesByRound(**reader, "cycle_time_ms/simulated"));
    outcome.exchangeMs = meanOf(valuesByRound(**reader, "exchange_ms/simulated"));
    outcome.ownMean = ownMeanOf(**reader, metric);
    outcome.unseenShare = unseenShareOf(runFolder);
    const auto bytes = valuesByRound(**reader, "bytes/round");
    const auto steps = valuesByRound(**reader, "steps/round");
    const auto merged = valuesByRound(**reader, "merged/" + metric);
    SessionOutcome::Point point;
    for (const auto& [round, count] : steps) {
        point.steps += count;
        const auto sent = bytes.find(round);
        point.bytes += sent == bytes.end() ? 0.0 : sent->second;
        const auto measured = merged.find(round);
        if (measured == merged.end())
            continue;
        point.value = measured->second;
        outcome.course.push_back(point);
    }
    if (outcome.course.empty())
        return fail(ErrorCode::InvalidArgument, "metric",
                    metric + " was not measured in " + runFolder.string());
    return outcome;
}

nlohmann::json comparisonTable(const ComparisonPlan& plan, const std::vector<ComparisonCell>& cells,
                               const std::vector<std::optional<SessionOutcome>>& outcomes)
{
    using Point = SessionOutcome::Point;
    nlohmann::json rows = nlohmann::json::array();
    for (std::size_t condition = 0; condition < plan.conditions.size(); ++condition) {
        std::map<std::size_t, Outcomes> byMethod;
        std::map<std::size_t, int> failed;
        double bytesBudget = std::numeric_limits<double>::infinity();
        double stepsBudget = bytesBudget;
        for (std::size_t at = 0; at < cells.size(); ++at) {
            if (cells[at].condition != condition)
                continue;
            Outcomes& its = byMethod[cells[at].method]; // a row even when all have failed
            if (!outcomes[at]) {
                ++failed[cells[at].method];
                continue;
            }
            its.push_back(&*outcomes[at]);
            if (const double bytes = totalOf(*outcomes[at], &Point::bytes); bytes > 0.0)
                bytesBudget = std::min(bytesBudget, bytes);
            if (const double steps = totalOf(*outcomes[at], &Point::steps); steps > 0.0)
                stepsBudget = std::min(stepsBudget, steps);
        }
        for (const auto& [method, its] : byMethod) {
            nlohmann::json row = rowOf(its, bytesBudget, stepsBudget);
            row["method"] = plan.methods[method].name;
            row["scenario"] = plan.methods[method].scenario;
            row["failed"] = failed[method];
            row["condition"] = plan.conditions[condition].name;
            rows.push_back(std::move(row));
        }
    }
    return {{"name", plan.name}, {"metric", plan.metric}, {"seeds", plan.seeds}, {"rows", std::move(rows)}};
}

} // namespace fedefm
