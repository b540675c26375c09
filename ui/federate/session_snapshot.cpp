// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_snapshot.h"

#include "ui/train/curve_math.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

QString translated(const char* text)
{
    return QCoreApplication::translate("Session", text);
}

bool flagOf(const std::vector<bool>& flags, int at, bool otherwise)
{
    return at >= 0 && at < static_cast<int>(flags.size()) ? flags[static_cast<std::size_t>(at)] : otherwise;
}

/// Phases of the known ways to learn together, for sessions that tell no number.
const std::vector<QStringList>& knownCourses()
{
    static const std::vector<QStringList> courses{
        {QStringLiteral("local"), QStringLiteral("overseas"), QStringLiteral("home"),
         QStringLiteral("gossip")},
        {QStringLiteral("train"), QStringLiteral("mix")},
        {QStringLiteral("train"), QStringLiteral("merge"), QStringLiteral("receive")},
        {QStringLiteral("answer"), QStringLiteral("digest")}};
    return courses;
}

std::pair<int, int> phaseOf(const SessionSnapshot& session)
{
    const LiveState& live = session.live;
    if (live.phaseIndex >= 0 && live.phaseCount > live.phaseIndex)
        return {live.phaseIndex, live.phaseCount};
    QStringList seen;
    if (!session.rounds.empty())
        for (const auto& [name, seconds] : session.rounds.back()->phaseSeconds)
            seen << name;
    for (const QStringList& course : knownCourses()) {
        const bool fits = std::all_of(course.begin(), course.end(), [&](const QString& name) {
            return seen.isEmpty() || seen.contains(name) || name == QLatin1String("gossip");
        });
        const auto at = course.indexOf(live.phase);
        if (at < 0 || !fits)
            continue;
        const bool hasLast = seen.isEmpty() || seen.contains(course.last());
        return {static_cast<int>(at), static_cast<int>(course.size()) - (hasLast ? 0 : 1)};
    }
    return {0, 1};
}

} // namespace

int SessionRound::tookPart() const
{
    return static_cast<int>(std::count(parts.begin(), parts.end(), RoundPart::TookPart));
}

int SessionRound::missed() const
{
    return static_cast<int>(std::count(parts.begin(), parts.end(), RoundPart::Missed));
}

double SessionRound::emdOf(int silo) const
{
    double sum = 0.0;
    int count = 0;
    for (const EmdCell& cell : emd)
        if (cell.silo == silo && std::isfinite(cell.score)) {
            sum += static_cast<double>(cell.score);
            ++count;
        }
    return count > 0 ? sum / count : kNaN;
}

QString siloStateText(SiloState state)
{
    switch (state) {
    case SiloState::Working:
        return translated("working");
    case SiloState::Waiting:
        return translated("waiting");
    case SiloState::Late:
        return translated("late");
    case SiloState::Out:
        return translated("out of this round");
    case SiloState::Dropped:
        return translated("dropped");
    case SiloState::Done:
        return translated("done");
    case SiloState::Idle:
        break;
    }
    return translated("idle");
}

int SessionSnapshot::roundsPlanned() const
{
    return std::max({summary.epochsPlanned, live.rounds, static_cast<int>(rounds.size())});
}

bool SessionSnapshot::isAtWork() const
{
    return summary.state == RunState::Running || summary.state == RunState::Paused;
}

bool SessionSnapshot::isMember(int silo) const
{
    if (live.isKnown && !live.members.empty())
        return flagOf(live.members, silo, true);
    if (rounds.empty() || silo >= static_cast<int>(rounds.back()->parts.size()))
        return true;
    return rounds.back()->parts[static_cast<std::size_t>(silo)] != RoundPart::NoMember;
}

const SessionRound* SessionSnapshot::roundAt(int index) const
{
    return index >= 0 && index < static_cast<int>(rounds.size())
               ? rounds[static_cast<std::size_t>(index)].get()
               : nullptr;
}

int SessionSnapshot::bestIndex() const
{
    for (int index = static_cast<int>(rounds.size()) - 1; index >= 0; --index)
        if (rounds[static_cast<std::size_t>(index)]->isBest)
            return index;
    return -1;
}

QString SessionSnapshot::siloName(int silo) const
{
    return silo >= 0 && silo < siloCount() ? silos[static_cast<std::size_t>(silo)].name : QString();
}

double SessionSnapshot::totalBytes() const
{
    double sum = 0.0;
    for (const SessionRoundPtr& round : rounds)
        sum += round->bytes;
    return sum;
}

double siloProgress(const SessionSnapshot& session, int silo)
{
    const LiveState& live = session.live;
    if (session.summary.state == RunState::Done || live.phase == QLatin1String("done") ||
        live.phase == QLatin1String("evaluate"))
        return session.isMember(silo) ? 1.0 : 0.0;
    if (!live.isKnown || !session.isMember(silo) || live.phase == QLatin1String("warm-up"))
        return 0.0;
    const auto [phase, count] = phaseOf(session);
    const bool isBehind = live.goesBack ? silo > live.silo : silo < live.silo;
    const double within = silo == live.silo ? 0.5 : isBehind ? 1.0 : 0.0;
    return std::clamp((phase + within) / count, 0.0, 1.0);
}

SiloState siloStateOf(const SessionSnapshot& session, int silo)
{
    if (!session.isMember(silo))
        return SiloState::Dropped;
    if (session.summary.state == RunState::Done)
        return SiloState::Done;
    if (session.summary.state != RunState::Running)
        return SiloState::Idle;
    if (flagOf(session.live.out, silo, false))
        return SiloState::Out;
    if (session.live.silo == silo)
        return session.waiting && session.waiting->isLate ? SiloState::Late : SiloState::Working;
    return session.live.isKnown ? SiloState::Waiting : SiloState::Idle;
}

QString waitingText(const SessionSnapshot& session)
{
    if (!session.waiting || session.summary.state != RunState::Running)
        return {};
    const Waiting& waiting = *session.waiting;
    const double seconds = std::max(0.0, static_cast<double>(waiting.since.msecsTo(session.now)) / 1000.0);
    if (waiting.silo < 0)
        return translated("all wait: %1 since %2").arg(waiting.phase, sinceText(seconds));
    return translated("waiting for %1 in %2 since %3")
        .arg(session.siloName(waiting.silo), waiting.phase, sinceText(seconds));
}

QString sinceText(double seconds)
{
    constexpr double kMinute = 60.0;
    return seconds < kMinute ? translated("%1 s").arg(static_cast<int>(seconds))
                             : formatDuration(std::floor(seconds));
}

QString bytesText(double bytes)
{
    if (!std::isfinite(bytes) || bytes < 0.0)
        return {};
    constexpr double kMost = 9e18;
    return QLocale::c().formattedDataSize(static_cast<qint64>(std::min(bytes, kMost)), 1,
                                          QLocale::DataSizeSIFormat);
}

} // namespace fedefm
