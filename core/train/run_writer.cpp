// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/clock.h"
#include "core/base/version.h"
#include "core/train/process_identity.h"
#include "core/train/run_database_private.h"
#include "core/train/run_folder_private.h"
#include "core/train/run_schema_private.h"
#include "core/train/run_store.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fs = std::filesystem;

namespace fedefm {

struct RunWriter::State
{
    fs::path folder;
    std::unique_ptr<RunDatabase> database;
    std::int64_t session = 0;
    std::int64_t step = 0;
    std::int64_t lastCommand = 0;
    double earlierSeconds = 0.0; ///< until the clock was last started
    bool isPaused = false;
    bool isEnded = false;
    double startedMs = 0.0;
    std::map<std::string, std::int64_t> metricIds;
    struct KeptMetrics
    {
        std::int64_t step = 0;
        double epoch = 0.0;
        double wallSeconds = 0.0;
        std::vector<std::pair<std::string, double>> values;
    };
    std::vector<KeptMetrics> kept;

    double wallSeconds() const
    {
        return earlierSeconds + (isPaused ? 0.0 : (SteadyClock().nowMs() - startedMs) / 1000.0);
    }

    Status startSession(std::int64_t fromStep, const std::string& machine)
    {
        const ProcessIdentity self = thisProcess();
        startedMs = SteadyClock().nowMs();
        step = fromStep;
        auto row = database->statement("INSERT INTO session (utc, pid, process_start, boot_id, from_step, "
                                       "wall_seconds, version, machine) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        row.bind(isoTimeUtc()).bind(self.pid).bind(self.startTicks).bind(self.bootId).bind(fromStep);
        row.bind(wallSeconds()).bind(std::string(kVersion)).bind(machine);
        if (auto added = database->finish(row); !added)
            return added;
        session = database->lastRow();
        auto newest = database->statement("SELECT coalesce(max(id), 0) FROM command");
        lastCommand = newest.next() ? newest.integer(0) : 0;
        return addState(RunState::Running, {});
    }

    Status addState(RunState state, const std::string& message)
    {
        auto row = database->statement(
            "INSERT INTO state (session, utc, wall_seconds, state, message) VALUES (?, ?, ?, ?, ?)");
        row.bind(session).bind(isoTimeUtc()).bind(wallSeconds());
        row.bind(std::string(runStateName(state))).bind(message);
        return database->finish(row);
    }

    Result<std::int64_t> metricId(const std::string& name)
    {
        auto row = database->statement("INSERT INTO metric (name) VALUES (?) ON CONFLICT (name) DO NOTHING");
        row.bind(name);
        if (auto added = database->finish(row); !added)
            return tl::unexpected(added.error());
        auto found = database->statement("SELECT id FROM metric WHERE name = ?");
        found.bind(name);
        if (!found.next())
            return database->error(found.code());
        return found.integer(0);
    }
};

namespace {

std::string jsonText(const nlohmann::json& json)
{
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Status writeDocument(const fs::path& file, const nlohmann::json& json)
{
    return writeFile(file, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                     Overwrite::No);
}

Status describeRun(RunDatabase& database, const RunWriter::Start& start)
{
    auto row =
        database.statement("INSERT INTO run (id, name, kind, started_utc, seed, version, epochs_planned, "
                           "architecture, config, split) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(start.name).bind(start.kind).bind(isoTimeUtc()).bind(std::to_string(start.seed));
    row.bind(std::string(kVersion)).bind(start.epochsPlanned).bind(start.architecture);
    row.bind(jsonText(start.config)).bind(jsonText(start.split));
    return database.finish(row);
}

/// What the process that wrote last left: its identity, when it was still at work; the time spent; the
/// machine.
struct LastSession
{
    std::string machine;
    double wallSeconds = 0.0;
    bool isAtWork = false;
};

Result<LastSession> lastSession(const RunDatabase& database)
{
    LastSession last;
    ProcessIdentity process;
    auto session = database.statement(
        "SELECT pid, process_start, boot_id, machine FROM session ORDER BY id DESC LIMIT 1");
    if (session.next()) {
        process = {session.integer(0), session.integer(1), session.text(2)};
        last.machine = session.text(3);
    }
    auto state = database.statement("SELECT state FROM state ORDER BY id DESC LIMIT 1");
    if (state.next()) {
        const std::string name = state.text(0);
        last.isAtWork = (name == "running" || name == "paused") && isAlive(process);
    }
    auto time = database.statement(kSpentTimeSql);
    if (time.next())
        last.wallSeconds = time.real(0);
    for (const int code : {session.code(), state.code(), time.code()})
        if (code != 0)
            return database.error(code);
    return last;
}

/// Names in the tables lead to files of the folder only, so that a run can be moved or handed on.
bool isInside(const std::string& name)
{
    const fs::path path(name);
    return !name.empty() && path.is_relative() &&
           std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

} // namespace

RunWriter::RunWriter(std::unique_ptr<State> state) : m_state(std::move(state)) {}

RunWriter::~RunWriter()
{
    // Without this the run would seem to be at work for as long as the process lives.
    if (!m_state->isEnded)
        setState(RunState::Lost, "its process ended without saying how");
}

Result<std::unique_ptr<RunWriter>> RunWriter::create(const fs::path& root, const Start& start)
{
    auto folder = makeRunFolder(root, start.name);
    if (!folder)
        return tl::unexpected(folder.error());
    auto state = std::make_unique<State>();
    state->folder = *folder;
    const auto fill = [&]() -> Status {
        if (auto written = writeDocument(*folder / "config.json", start.config); !written)
            return written;
        if (auto written = writeDocument(*folder / "split.json", start.split); !written)
            return written;
        auto database = RunDatabase::open(*folder, RunDatabase::Mode::Create);
        if (!database)
            return tl::unexpected(database.error());
        state->database = std::move(*database);
        RunTransaction transaction(*state->database);
        if (!transaction.begun())
            return transaction.begun();
        if (auto added = describeRun(*state->database, start); !added)
            return added;
        if (auto added = state->startSession(0, machineText(start.threads, start.device)); !added)
            return added;
        return transaction.commit();
    };
    if (auto filled = fill(); !filled) {
        state->database.reset();
        std::error_code ignored;
        fs::remove_all(*folder, ignored);
        return tl::unexpected(filled.error());
    }
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(state)));
}

Result<std::unique_ptr<RunWriter>> RunWriter::resume(const fs::path& folder, std::int64_t step)
{
    auto database = RunDatabase::open(folder, RunDatabase::Mode::Write);
    if (!database)
        return tl::unexpected(database.error());
    auto state = std::make_unique<State>();
    state->folder = folder;
    state->database = std::move(*database);
    // Asked and answered in one transaction: of two that resume at once, only one can be the first.
    RunTransaction transaction(*state->database);
    if (!transaction.begun())
        return tl::unexpected(transaction.begun().error());
    const auto last = lastSession(*state->database);
    if (!last)
        return tl::unexpected(last.error());
    if (last->isAtWork)
        return fail(ErrorCode::InvalidArgument, folder.string(), "the process of this run is still at work");
    state->earlierSeconds = last->wallSeconds;
    if (auto added = state->startSession(step, last->machine); !added)
        return tl::unexpected(added.error());
    if (auto committed = transaction.commit(); !committed)
        return tl::unexpected(committed.error());
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(state)));
}

const fs::path& RunWriter::folder() const
{
    return m_state->folder;
}

double RunWriter::wallSeconds() const
{
    return m_state->wallSeconds();
}

Status RunWriter::addMetrics(std::int64_t step, double epoch,
                             const std::vector<std::pair<std::string, double>>& values)
{
    keepMetrics(step, epoch, values);
    return writeKept();
}

void RunWriter::keepMetrics(std::int64_t step, double epoch,
                            std::vector<std::pair<std::string, double>> values)
{
    m_state->kept.push_back({step, epoch, wallSeconds(), std::move(values)});
}

Status RunWriter::writeKept()
{
    // Given up when they cannot be written: what ends the run must not fail for them again.
    const auto kept = std::exchange(m_state->kept, {});
    if (kept.empty())
        return {};
    RunDatabase& database = *m_state->database;
    RunTransaction transaction(database);
    if (!transaction.begun())
        return transaction.begun();
    // Numbers of new metrics count only once they are in the file.
    auto ids = m_state->metricIds;
    auto row = database.statement("INSERT INTO point (session, metric, step, epoch, wall_seconds, value) "
                                  "VALUES (?, ?, ?, ?, ?, ?)");
    for (const auto& at : kept)
        for (const auto& [name, value] : at.values) {
            if (ids.count(name) == 0) {
                const auto id = m_state->metricId(name);
                if (!id)
                    return tl::unexpected(id.error());
                ids[name] = *id;
            }
            row.bind(m_state->session).bind(ids[name]).bind(at.step).bind(at.epoch);
            row.bind(at.wallSeconds).bind(value);
            if (auto added = database.finish(row); !added)
                return added;
            row.reset();
        }
    if (auto committed = transaction.commit(); !committed)
        return committed;
    m_state->metricIds = std::move(ids);
    m_state->step = std::max(m_state->step, kept.back().step);
    return {};
}

Status RunWriter::finishEpoch(int epoch, bool isBest, const nlohmann::json& metrics)
{
    if (auto written = writeKept(); !written)
        return written;
    auto row = m_state->database->statement(
        "INSERT INTO epoch (session, step, epoch, best, wall_seconds, metrics) VALUES (?, ?, ?, ?, ?, ?)");
    row.bind(m_state->session).bind(m_state->step).bind(epoch).bind(isBest ? 1 : 0);
    row.bind(wallSeconds()).bind(jsonText(metrics));
    return m_state->database->finish(row);
}

Status RunWriter::addSample(int epoch, const std::string& picture, const std::string& reference,
                            const std::string& prediction)
{
    for (const std::string& name : {picture, reference, prediction})
        if (!name.empty() && !isInside(name))
            return fail(ErrorCode::InvalidArgument, name, "expected a name relative to the run folder");
    auto row = m_state->database->statement("INSERT INTO sample (session, step, epoch, picture, reference, "
                                            "prediction) VALUES (?, ?, ?, ?, ?, ?)");
    row.bind(m_state->session).bind(m_state->step).bind(epoch);
    row.bind(picture).bind(reference).bind(prediction);
    return m_state->database->finish(row);
}

Status RunWriter::addEvent(const std::string& level, const std::string& text)
{
    auto row = m_state->database->statement(
        "INSERT INTO event (session, utc, wall_seconds, level, text) VALUES (?, ?, ?, ?, ?)");
    row.bind(m_state->session).bind(isoTimeUtc()).bind(wallSeconds()).bind(level).bind(text);
    return m_state->database->finish(row);
}

Status RunWriter::setState(RunState state, const std::string& message)
{
    // That the run ended matters more than values of its last steps on a full disk.
    const Status written = writeKept();
    const bool pauses = state != RunState::Running;
    if (pauses != m_state->isPaused) {
        m_state->earlierSeconds = m_state->wallSeconds();
        m_state->startedMs = SteadyClock().nowMs();
        m_state->isPaused = pauses;
    }
    auto added = m_state->addState(state, message);
    if (added)
        m_state->isEnded = state != RunState::Running && state != RunState::Paused;
    return added ? written : added;
}

std::string RunWriter::takeCommand()
{
    auto rows = m_state->database->statement("SELECT id, command FROM command WHERE id > ? ORDER BY id");
    rows.bind(m_state->lastCommand);
    std::string first;
    std::int64_t firstId = m_state->lastCommand;
    while (rows.next()) {
        const bool isStop = rows.text(1) == "stop";
        if (first.empty() || isStop) {
            first = rows.text(1);
            firstId = rows.integer(0);
        }
        if (isStop)
            break;
    }
    m_state->lastCommand = firstId;
    return first;
}

} // namespace fedefm
