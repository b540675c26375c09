// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/comparison.h"

#include <cstdio>

namespace fedefm {

namespace {

std::string text(const nlohmann::json& value, double factor, int digits)
{
    if (!value.is_number())
        return "–";
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, factor * value.get<double>());
    return buffer;
}

/// In percent, with the deviation where there are several seeds.
std::string percent(const nlohmann::json& spread)
{
    if (!spread.is_object())
        return "–";
    const std::string value = text(spread["mean"], 100.0, 1);
    return spread["count"].get<int>() > 1 ? value + " ± " + text(spread["deviation"], 100.0, 1) : value;
}

/// A name within a row: no new column, no new line.
std::string inRow(const nlohmann::json& name)
{
    std::string result;
    for (const char letter : name.get<std::string>())
        result += letter == '|' ? "\\|" : std::string(1, letter == '\n' || letter == '\r' ? ' ' : letter);
    return result;
}

/// Says so when not every session of the row came to its end.
std::string methodIn(const nlohmann::json& row)
{
    const int failed = row["failed"].get<int>();
    const int whole = row["merged"].is_object() ? row["merged"]["count"].get<int>() : 0;
    const std::string name = inRow(row["method"]);
    if (failed == 0)
        return name;
    return name + " (failed: " + std::to_string(failed) + " of " + std::to_string(failed + whole) + ")";
}

} // namespace

std::string comparisonMarkdown(const nlohmann::json& table)
{
    const std::string metric = inRow(table["metric"]);
    std::string result = "| condition | unseen % | scenario | method | merged " + metric +
                         " % | own models % | at equal bytes % | at equal steps % | rounds | MB per round | "
                         "steps per round | s per round | exchange ms | cycle ms |\n"
                         "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const nlohmann::json& row : table["rows"]) {
        const std::string cells[] = {inRow(row["condition"]),
                                     text(row["unseen_share"], 100.0, 0),
                                     inRow(row["scenario"]),
                                     methodIn(row),
                                     percent(row["merged"]),
                                     percent(row["own"]),
                                     percent(row["at_equal_bytes"]),
                                     percent(row["at_equal_steps"]),
                                     text(row["rounds"], 1.0, 0),
                                     text(row["bytes_per_round"], 1e-6, 2),
                                     text(row["steps_per_round"], 1.0, 0),
                                     text(row["seconds_per_round"], 1.0, 2),
                                     text(row["exchange_ms"], 1.0, 1),
                                     text(row["cycle_time_ms"], 1.0, 1)};
        for (const std::string& cell : cells)
            result += "| " + cell + " ";
        result += "|\n";
    }
    return result;
}

std::string comparisonCsv(const nlohmann::json& table)
{
    const auto quoted = [](const nlohmann::json& value) {
        std::string result = "\"";
        for (const char letter : value.get<std::string>())
            result += letter == '"' ? std::string("\"\"") : std::string(1, letter);
        return result + "\"";
    };
    const auto plain = [](const nlohmann::json& value) { return value.is_number() ? value.dump() : ""; };
    std::string result =
        "condition,scenario,method,unseen_share,merged_mean,merged_deviation,own_mean,own_deviation,"
        "equal_bytes_mean,equal_steps_mean,seeds,failed,rounds,bytes_per_round,steps_per_round,"
        "seconds_per_round,exchange_ms,cycle_time_ms\n";
    for (const nlohmann::json& row : table["rows"]) {
        const auto part = [&](const char* key, const char* which) {
            return row[key].is_object() ? plain(row[key][which]) : std::string();
        };
        result += quoted(row["condition"]) + "," + quoted(row["scenario"]) + "," + quoted(row["method"]) +
                  "," + plain(row["unseen_share"]) + "," + part("merged", "mean") + "," +
                  part("merged", "deviation") + "," + part("own", "mean") + "," + part("own", "deviation") +
                  "," + part("at_equal_bytes", "mean") + "," + part("at_equal_steps", "mean") + "," +
                  part("merged", "count");
        for (const char* key : {"failed", "rounds", "bytes_per_round", "steps_per_round", "seconds_per_round",
                                "exchange_ms", "cycle_time_ms"})
            result += "," + plain(row[key]);
        result += "\n";
    }
    return result;
}

} // namespace fedefm
