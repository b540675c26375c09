// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_reading.h"

#include "core/base/atomic_file.h"
#include "core/federate/plan.h"
#include "core/train/process_use.h"
#include "ui/federate/session_parsing.h"

#include <QElapsedTimer>
#include <QTimeZone>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostFileBytes = 16U << 20U;
constexpr int kSlowRoundsMs = 150;
constexpr int kSlowEventsMs = 20;
constexpr std::ptrdiff_t kMostEvents = 300;
constexpr double kLateFactor = 4.0;
constexpr double kLeastLateSeconds = 5.0;

QDateTime startOf(const RunSummary& summary)
{
    QDateTime time = QDateTime::fromString(QString::fromStdString(summary.startedUtc), Qt::ISODate);
    if (time.isValid() && time.timeSpec() == Qt::LocalTime)
        time.setTimeSpec(Qt::UTC);
    return time;
}

} // namespace

SessionReading::SessionReading(std::filesystem::path folder) : m_folder(std::move(folder)) {}

SessionReading::~SessionReading() = default;

SessionSnapshotPtr SessionReading::look(const QDateTime& now)
{
    auto snapshot = std::make_shared<SessionSnapshot>();
    snapshot->now = now;
    if (!readSummary(*snapshot))
        return snapshot;
    const RunSummary& summary = snapshot->summary;
    readSilos(summary);
    readRounds(summary);
    readLive(summary);
    nameSilos();
    noteSeen(summary);
    if (!m_hasSlowEvents)
        readEvents();
    snapshot->silos = m_silos;
    snapshot->rounds = m_rounds;
    snapshot->ownQuality = m_ownQuality;
    snapshot->epsilon = m_epsilon;
    snapshot->lastSeen = m_lastSeen;
    snapshot->live = m_live;
    snapshot->events = m_events;
    if (snapshot->isAtWork())
        readUse(now, *snapshot);
    if (summary.state == RunState::Running)
        snapshot->waiting = waiting(now);
    return snapshot;
}

bool SessionReading::readSummary(SessionSnapshot& snapshot)
{
    if (!m_reader) {
        auto opened = RunReader::open(m_folder);
        if (!opened) {
            snapshot.problem = QString::fromStdString(describe(opened.error()));
            return false;
        }
        m_reader = std::move(*opened);
    }
    auto summary = m_reader->summary();
    if (!summary) {
        snapshot.problem = QString::fromStdString(describe(summary.error()));
        m_reader.reset();
        return false;
    }
    snapshot.summary = std::move(*summary);
    return true;
}

void SessionReading::readSilos(const RunSummary& summary)
{
    if (!m_hasSplit)
        if (const auto text = readFile(m_folder / "split.json", kMostFileBytes)) {
            std::vector<SiloFacts> silos = parseSilos(*text);
            // While it is half written there is nothing in it; the next look reads it again.
            if (!silos.empty()) {
                m_silos = std::move(silos);
                m_hasSplit = true;
            }
        }
    if (m_hasSplit && !m_hasPlaces) {
        placeSilos(summary.config, m_silos);
        m_hasPlaces = true;
    }
}

void SessionReading::readRounds(const RunSummary& summary)
{
    const double mark = summary.epochsDone + (summary.bestEpoch ? (*summary.bestEpoch + 1) * 1e7 : 0.0) +
                        static_cast<double>(summary.pid % 997) * 1e-3;
    if (m_looksToSkip > 0 && summary.state == RunState::Running) {
        --m_looksToSkip;
        return;
    }
    if (mark == m_roundsMark)
        return;
    QElapsedTimer clock;
    clock.start();
    takeRounds(m_reader->epochs(), sessionMeasure(summary.config));
    thinOut();
    readEpsilons();
    readEvents();
    m_roundsMark = mark;
    m_looksToSkip = static_cast<int>(clock.elapsed() / kSlowRoundsMs);
}

void SessionReading::takeRounds(const nlohmann::json& epochs, const std::string& measure)
{
    std::vector<SessionRoundPtr> rounds;
    m_ownQuality.clear(); // a session may have gone back to before they were measured
    for (std::size_t at = 0; at < epochs.size(); ++at) {
        const nlohmann::json& entry = epochs[at];
        auto parsed = parseRound(entry, measure);
        if (!parsed)
            continue;
        const std::size_t place = rounds.size();
        const bool isKnown = place < m_rounds.size() && m_rounds[place]->round == parsed->round &&
                             m_rounds[place]->wallSeconds == parsed->wallSeconds &&
                             m_rounds[place]->isBest == parsed->isBest;
        rounds.push_back(isKnown ? m_rounds[place] : std::make_shared<SessionRound>(std::move(*parsed)));
        if (auto own = ownQualityOf(entry, measure); !own.empty())
            m_ownQuality = std::move(own);
    }
    m_rounds = std::move(rounds);
}

/// Keeps memory bounded in long sessions of many silos: the newest rounds stay whole.
void SessionReading::thinOut()
{
    std::size_t edges = 0;
    for (auto it = m_rounds.rbegin(); it != m_rounds.rend(); ++it) {
        const std::size_t count = (*it)->edges.size() + (*it)->emd.size();
        edges += count;
        if (edges <= kMostEdges || count == 0)
            continue;
        auto thin = std::make_shared<SessionRound>(**it);
        thin->edges = {};
        thin->emd = {};
        thin->isThinned = true;
        *it = std::move(thin);
    }
}

void SessionReading::readEpsilons()
{
    const std::vector<std::string> names = m_reader->metricNames();
    for (std::size_t silo = 0; silo < m_silos.size(); ++silo) {
        const std::string name = "epsilon/silo_" + std::to_string(silo);
        if (std::find(names.begin(), names.end(), name) == names.end())
            continue;
        std::int64_t& row = m_epsilonRows[static_cast<int>(silo)];
        auto curve = m_reader->curve(name, row);
        if (!curve || curve->points.empty())
            continue;
        row = curve->lastRow;
        m_epsilon.resize(m_silos.size(), kNaN);
        m_epsilon[silo] = curve->points.back().value;
    }
}

void SessionReading::readEvents()
{
    QElapsedTimer clock;
    clock.start();
    m_events = m_reader->events();
    m_hasSlowEvents = clock.elapsed() > kSlowEventsMs;
    if (static_cast<std::ptrdiff_t>(m_events.size()) > kMostEvents)
        m_events.erase(m_events.begin(), m_events.end() - kMostEvents);
}

/// Of the session's process, which is on this machine: all silos work in it, one after the other.
void SessionReading::readUse(const QDateTime& now, SessionSnapshot& snapshot)
{
    constexpr double kLeastSeconds = 0.2; // shorter, the clock's ticks show
    const std::int64_t pid = snapshot.summary.pid;
    const auto use = processUse(pid);
    if (!use || pid != m_usePid) {
        m_usePid = use ? pid : 0;
        m_cpuPercent = kNaN;
        m_cpuSeconds = use ? use->cpuSeconds : 0.0;
        m_useAt = now;
    }
    if (!use)
        return;
    const double seconds = static_cast<double>(m_useAt.msecsTo(now)) / 1000.0;
    if (seconds >= kLeastSeconds) {
        m_cpuPercent = 100.0 * (use->cpuSeconds - m_cpuSeconds) / seconds;
        m_cpuSeconds = use->cpuSeconds;
        m_useAt = now;
    }
    snapshot.cpuPercent = m_cpuPercent;
    snapshot.memoryBytes = use->memoryBytes;
}

void SessionReading::readLive(const RunSummary& summary)
{
    std::error_code code;
    const auto file = m_folder / "live.json";
    const auto time = std::filesystem::last_write_time(file, code);
    if (!code && std::filesystem::is_regular_file(file, code) && time != m_liveTime)
        if (const auto text = readFile(file, kMostFileBytes))
            if (auto live = parseLive(*text)) {
                m_live = std::move(*live);
                m_liveTime = time;
            }
    if (!m_live.isKnown)
        return;
    // What an earlier process left behind says nothing about the rounds after it.
    if (m_live.round < summary.epochsDone)
        m_live.edges.clear();
    const QString turn = QStringLiteral("%1 %2 %3").arg(m_live.round).arg(m_live.phase).arg(m_live.silo);
    if (turn != m_turn) {
        m_turn = turn;
        m_turnSince = m_live.utc;
    }
}

void SessionReading::nameSilos()
{
    std::size_t count = std::max(m_silos.size(), static_cast<std::size_t>(m_live.names.size()));
    if (!m_rounds.empty())
        count = std::max(count, m_rounds.back()->parts.size());
    m_silos.resize(std::min<std::size_t>(count, kMostShownSilos));
    for (std::size_t at = 0; at < m_silos.size(); ++at) {
        if (m_silos[at].name.isEmpty())
            m_silos[at].name = m_live.names.value(static_cast<qsizetype>(at));
        if (m_silos[at].name.isEmpty())
            m_silos[at].name = QStringLiteral("silo %1").arg(at);
    }
}

void SessionReading::noteSeen(const RunSummary& summary)
{
    m_lastSeen.resize(m_silos.size());
    const auto note = [this](std::size_t silo, const QDateTime& time) {
        if (silo < m_lastSeen.size() && time.isValid() &&
            (!m_lastSeen[silo].isValid() || m_lastSeen[silo] < time))
            m_lastSeen[silo] = time;
    };
    if (m_live.isKnown && m_live.silo >= 0)
        note(static_cast<std::size_t>(m_live.silo), m_live.utc);
    if (m_rounds.empty())
        return;
    const SessionRound& last = *m_rounds.back();
    if (m_closedCount != m_rounds.size()) {
        // The store counts working time only; what goes on just now has the hour.
        const QDateTime worked = startOf(summary).addMSecs(static_cast<qint64>(last.wallSeconds * 1000.0));
        m_closedAt = m_live.isKnown && m_live.utc.isValid() && m_live.utc > worked ? m_live.utc : worked;
        m_closedCount = m_rounds.size();
    }
    for (std::size_t silo = 0; silo < last.parts.size(); ++silo)
        if (last.parts[silo] == RoundPart::TookPart)
            note(silo, m_closedAt);
}

/// How long a silo's turn in this phase took in the last round.
double SessionReading::usualSeconds(const QString& phase) const
{
    if (m_rounds.empty())
        return 0.0;
    const SessionRound& last = *m_rounds.back();
    for (const auto& [name, seconds] : last.phaseSeconds)
        if (name == phase)
            return seconds / std::max(1, last.tookPart());
    return 0.0;
}

std::optional<Waiting> SessionReading::waiting(const QDateTime& now) const
{
    if (!m_live.isKnown || m_live.phase.isEmpty() || m_live.phase == QLatin1String("done") ||
        m_live.silo >= static_cast<int>(m_silos.size()))
        return std::nullopt;
    Waiting waiting{m_live.silo, m_live.phase, m_turnSince.isValid() ? m_turnSince : now, false};
    const double seconds = static_cast<double>(waiting.since.msecsTo(now)) / 1000.0;
    const double usual = usualSeconds(m_live.phase);
    waiting.isLate = usual > 0.0 && seconds > std::max(kLeastLateSeconds, kLateFactor * usual);
    return waiting;
}

} // namespace fedefm
