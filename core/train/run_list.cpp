// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/clock.h"
#include "core/train/run_database_private.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

std::string exactText(double value)
{
    std::array<char, 32> text{};
    const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() ? std::string(text.data(), end) : "nan";
}

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string field = "\"";
    for (const char c : text)
        field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + "\"";
}

RunSummary broken(const fs::path& folder, const Error& error)
{
    RunSummary summary;
    summary.id = folder.filename().string();
    summary.name = summary.id;
    summary.folder = folder;
    summary.state = RunState::Failed;
    summary.message = describe(error);
    return summary;
}

} // namespace

std::vector<RunSummary> listRuns(const fs::path& root)
{
    std::vector<RunSummary> runs;
    std::error_code code;
    for (fs::directory_iterator entry(root, code), end; !code && entry != end; entry.increment(code)) {
        const fs::path folder = entry->path();
        std::error_code ignored;
        if (!fs::exists(folder / kRunDatabaseName, ignored))
            continue;
        const auto reader = RunReader::open(folder);
        auto summary = reader ? (*reader)->summary() : tl::unexpected(reader.error());
        runs.push_back(summary ? std::move(*summary) : broken(folder, summary.error()));
    }
    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
        return std::tie(a.startedUtc, a.id) > std::tie(b.startedUtc, b.id);
    });
    return runs;
}

namespace {

/// "admit 3", "drop 12".
bool isAboutASilo(const std::string& command)
{
    const std::size_t space = command.find(' ');
    const std::string word = command.substr(0, space);
    if ((word != "admit" && word != "drop") || space == std::string::npos)
        return false;
    const std::string number = command.substr(space + 1);
    return !number.empty() && number.size() < 5 &&
           number.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

Status sendRunCommand(const fs::path& runFolder, const std::string& command)
{
    if (command != "pause" && command != "resume" && command != "stop" && !isAboutASilo(command))
        return fail(ErrorCode::InvalidArgument, command,
                    "expected pause, resume, stop, or for a session: admit N, drop N");
    const auto reader = RunReader::open(runFolder);
    if (!reader)
        return tl::unexpected(reader.error());
    const auto summary = (*reader)->summary();
    if (!summary)
        return tl::unexpected(summary.error());
    if (summary->state != RunState::Running && summary->state != RunState::Paused)
        return fail(ErrorCode::InvalidArgument, runFolder.string(),
                    std::string("no process works on this run; it is ") + runStateName(summary->state));
    const auto database = RunDatabase::open(runFolder, RunDatabase::Mode::Write);
    if (!database)
        return tl::unexpected(database.error());
    auto row = (*database)->statement("INSERT INTO command (utc, command) VALUES (?, ?)");
    row.bind(isoTimeUtc()).bind(command);
    return (*database)->finish(row);
}

Result<std::string> csvText(const RunReader& run)
{
    std::string text = "step,epoch,wall_seconds,metric,value\n";
    for (const std::string& metric : run.metricNames()) {
        const auto curve = run.curve(metric);
        if (!curve)
            return tl::unexpected(curve.error());
        const std::string name = quoted(metric);
        for (const MetricPoint& point : curve->points)
            text += std::to_string(point.step) + "," + exactText(point.epoch) + "," +
                    exactText(point.wallSeconds) + "," + name + "," + exactText(point.value) + "\n";
    }
    return text;
}

Status exportCsv(const RunReader& run, const fs::path& target, bool overwrite)
{
    const auto text = csvText(run);
    if (!text)
        return tl::unexpected(text.error());
    return writeFile(target, *text, overwrite ? Overwrite::Yes : Overwrite::No);
}

} // namespace fedefm
