// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_identity.h"
#include "core/train/run_database_private.h"
#include "core/train/run_folder_private.h"
#include "core/train/run_schema_private.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::array<std::pair<RunState, const char*>, 6> kStateNames{{{RunState::Running, "running"},
                                                                       {RunState::Paused, "paused"},
                                                                       {RunState::Done, "done"},
                                                                       {RunState::Stopped, "stopped"},
                                                                       {RunState::Failed, "failed"},
                                                                       {RunState::Lost, "lost"}}};

RunState stateFromName(const std::string& name)
{
    for (const auto& [state, text] : kStateNames)
        if (name == text)
            return state;
    return RunState::Failed;
}

nlohmann::json jsonFrom(const std::string& text)
{
    auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_discarded() ? nlohmann::json() : json;
}

/// Files of the folder only; whoever made the store may have written anything.
fs::path inside(const fs::path& folder, const std::string& name)
{
    const fs::path path = fs::path(name).lexically_normal();
    if (name.empty() || path.is_absolute() || *path.begin() == "..")
        return {};
    return folder / path;
}

/// Places to go on from hold the last row and the number of sessions known, so that a later resume is
/// noticed.
constexpr int kRowBits = 48;
constexpr std::int64_t kRowMask = (std::int64_t{1} << kRowBits) - 1;

struct Session
{
    std::int64_t id = 0;
    std::int64_t fromStep = 0;
};

struct CurveRow
{
    std::int64_t id = 0;
    std::int64_t session = 0;
    MetricPoint point;
};

} // namespace

const char* runStateName(RunState state)
{
    for (const auto& [known, text] : kStateNames)
        if (known == state)
            return text;
    return "failed";
}

struct RunReader::State
{
    fs::path folder;
    std::unique_ptr<RunDatabase> database;

    Status readRun(RunSummary& summary) const
    {
        auto run = database->statement("SELECT name, kind, started_utc, seed, version, epochs_planned, "
                                       "architecture, config FROM run");
        if (!run.next())
            return run.failed()
                       ? Status(database->error(run.code()))
                       : fail(ErrorCode::FileUnreadable, folder.string(), "the store describes no run");
        summary.name = run.text(0);
        summary.kind = run.text(1);
        summary.startedUtc = run.text(2);
        summary.seed = std::strtoull(run.text(3).c_str(), nullptr, 10);
        summary.version = run.text(4);
        summary.epochsPlanned = static_cast<int>(run.integer(5));
        summary.architecture = run.text(6);
        summary.config = jsonFrom(run.text(7));
        return {};
    }

    Status readState(RunSummary& summary) const
    {
        auto session = database->statement(
            "SELECT pid, process_start, boot_id, machine FROM session ORDER BY id DESC LIMIT 1");
        ProcessIdentity process;
        if (session.next()) {
            process = {session.integer(0), session.integer(1), session.text(2)};
            summary.pid = process.pid;
            summary.machine = session.text(3);
        }
        auto state = database->statement("SELECT state, message FROM state ORDER BY id DESC LIMIT 1");
        if (state.next()) {
            summary.state = stateFromName(state.text(0));
            summary.message = state.text(1);
        }
        const bool saysAtWork = summary.state == RunState::Running || summary.state == RunState::Paused;
        if (saysAtWork && !isAlive(process)) {
            summary.state = RunState::Lost;
            summary.message = "the process has gone without a word";
        }
        auto time = database->statement(kSpentTimeSql);
        if (time.next())
            summary.wallSeconds = time.real(0);
        for (const int code : {session.code(), state.code(), time.code()})
            if (code != 0)
                return database->error(code);
        return {};
    }

    /// The last word on every epoch that no resume went behind.
    template <typename Use> int forEachEpoch(Use use) const
    {
        auto rows =
            database->statement("SELECT epoch, best, metrics, step, wall_seconds FROM epoch WHERE id IN "
                                "(SELECT max(id) FROM epoch WHERE " +
                                currentRow("epoch") + " GROUP BY epoch) ORDER BY epoch");
        while (rows.next())
            use(rows);
        return rows.code();
    }

    /// All of it from one state of the file.
    Result<RunSummary> summary() const
    {
        RunSummary summary;
        summary.folder = folder;
        const fs::path whole = fs::absolute(folder).lexically_normal();
        summary.id = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
        if (auto begun = database->execute("BEGIN"); !begun)
            return tl::unexpected(begun.error());
        auto read = readRun(summary);
        if (read)
            read = readState(summary);
        const int code = read ? readEpochs(summary) : 0;
        if (code != 0)
            read = database->error(code);
        database->execute("COMMIT");
        if (!read)
            return tl::unexpected(read.error());
        return summary;
    }

    int readEpochs(RunSummary& summary) const
    {
        return forEachEpoch([&summary](const RunStatement& row) {
            ++summary.epochsDone;
            if (row.integer(1) != 0) {
                summary.bestEpoch = static_cast<int>(row.integer(0));
                summary.bestMetrics = jsonFrom(row.text(2));
            }
        });
    }

    std::vector<Session> sessions() const
    {
        std::vector<Session> list;
        auto rows = database->statement("SELECT id, from_step FROM session ORDER BY id");
        while (rows.next())
            list.push_back({rows.integer(0), rows.integer(1)});
        return list;
    }
};

RunReader::RunReader(std::unique_ptr<State> state) : m_state(std::move(state)) {}
RunReader::~RunReader() = default;

Result<std::unique_ptr<RunReader>> RunReader::open(const fs::path& folder)
{
    auto database = RunDatabase::open(folder, RunDatabase::Mode::Read);
    if (!database)
        return tl::unexpected(database.error());
    auto state = std::make_unique<State>();
    state->folder = folder;
    state->database = std::move(*database);
    return std::unique_ptr<RunReader>(new RunReader(std::move(state)));
}

Result<RunSummary> RunReader::summary() const
{
    auto summary = m_state->summary();
    // A process that ends between the look at the store and the look at the process is not lost.
    if (summary && summary->state == RunState::Lost)
        summary = m_state->summary();
    return summary;
}

std::vector<std::string> RunReader::metricNames() const
{
    std::vector<std::string> names;
    auto rows = m_state->database->statement("SELECT name FROM metric ORDER BY id");
    while (rows.next())
        names.push_back(rows.text(0));
    return names;
}

namespace {

/// Drops rows of sessions that a later one went behind. Where a resume repeats the step of its checkpoint,
/// the later row counts.
std::vector<MetricPoint> currentPoints(const std::vector<CurveRow>& rows,
                                       const std::vector<Session>& sessions)
{
    std::map<std::int64_t, std::int64_t> lastStep; // of each session
    std::int64_t limit = std::numeric_limits<std::int64_t>::max();
    for (auto session = sessions.rbegin(); session != sessions.rend(); ++session) {
        lastStep[session->id] = limit;
        limit = std::min(limit, session->fromStep);
    }
    std::vector<MetricPoint> points;
    std::int64_t sessionBefore = 0;
    for (const CurveRow& row : rows) {
        const auto known = lastStep.find(row.session);
        if (known == lastStep.end() || row.point.step > known->second)
            continue;
        while (row.session != sessionBefore && !points.empty() && points.back().step >= row.point.step)
            points.pop_back();
        sessionBefore = row.session;
        points.push_back(row.point);
    }
    return points;
}

} // namespace

Result<RunReader::Curve> RunReader::curve(const std::string& metric, std::int64_t afterRow) const
{
    const RunDatabase& database = *m_state->database;
    const std::vector<Session> sessions = m_state->sessions();
    const std::int64_t sessionsKnown = afterRow >> kRowBits;
    std::int64_t first = afterRow & kRowMask;
    Curve curve;
    if (first > 0 && !sessions.empty() && sessions.back().id > sessionsKnown) {
        std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
        for (const Session& session : sessions)
            if (session.id > sessionsKnown)
                earliest = std::min(earliest, session.fromStep);
        auto behind = database.statement("SELECT 1 FROM point JOIN metric ON metric.id = point.metric WHERE "
                                         "metric.name = ? AND point.id <= ? AND point.step >= ? LIMIT 1");
        behind.bind(metric).bind(first).bind(earliest);
        curve.restarted = behind.next();
        if (curve.restarted)
            first = 0;
    }
    std::vector<CurveRow> rows;
    auto values =
        database.statement("SELECT id, session, step, epoch, wall_seconds, value FROM point WHERE metric = "
                           "(SELECT id FROM metric WHERE name = ?) AND id > ? ORDER BY id");
    values.bind(metric).bind(first);
    std::int64_t last = first;
    while (values.next()) {
        rows.push_back({values.integer(0),
                        values.integer(1),
                        {values.integer(2), values.real(3), values.real(4), values.real(5)}});
        last = rows.back().id;
    }
    if (values.failed())
        return database.error(values.code());
    curve.points = currentPoints(rows, sessions);
    curve.lastRow = last | ((sessions.empty() ? 0 : sessions.back().id) << kRowBits);
    return curve;
}

std::vector<RunReader::SampleFiles> RunReader::samples() const
{
    std::vector<SampleFiles> list;
    auto rows = m_state->database->statement("SELECT epoch, picture, reference, prediction FROM sample WHERE "
                                             "id IN (SELECT max(id) FROM sample WHERE " +
                                             currentRow("sample") +
                                             " GROUP BY epoch, picture, prediction) ORDER BY id");
    while (rows.next())
        list.push_back({static_cast<int>(rows.integer(0)), inside(m_state->folder, rows.text(1)),
                        inside(m_state->folder, rows.text(2)), inside(m_state->folder, rows.text(3))});
    return list;
}

std::vector<RunReader::Event> RunReader::events() const
{
    std::vector<Event> list;
    auto rows = m_state->database->statement("SELECT utc, level, text FROM event ORDER BY id");
    while (rows.next())
        list.push_back({rows.text(0), rows.text(1), rows.text(2)});
    return list;
}

nlohmann::json RunReader::epochs() const
{
    nlohmann::json list = nlohmann::json::array();
    m_state->forEachEpoch([&](const RunStatement& row) {
        nlohmann::json entry = jsonFrom(row.text(2));
        if (!entry.is_object())
            entry = nlohmann::json::object();
        entry["epoch"] = row.integer(0);
        entry["best"] = row.integer(1) != 0;
        entry["step"] = row.integer(3);
        entry["wall_seconds"] = row.real(4);
        list.push_back(std::move(entry));
    });
    return list;
}

} // namespace fedefm
