// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QDateTime>
#include <QPointF>
#include <QString>
#include <QStringList>

#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace fedefm {

/// What travels: a model to a neighbour, or an expert on its way home; the rest is control or answers.
enum class LinkKind : std::uint8_t { Weights, Visitor, Other };

/// One object between two silos in a round.
struct RoundEdge
{
    double bytes = 0.0;
    std::uint16_t from = 0;
    std::uint16_t to = 0;
    LinkKind kind = LinkKind::Weights;
    bool isLost = false;
};

/// Mean transport score between a silo and its expert at a host.
struct EmdCell
{
    std::uint16_t silo = 0;
    std::uint16_t host = 0;
    float score = 0.0F;
};

enum class RoundPart : std::uint8_t { TookPart, Missed, NoMember };

/// A closed round.
struct SessionRound
{
    int round = 0;
    bool isBest = false;
    bool isThinned = false; ///< its edges are no longer held; sums are
    double wallSeconds = 0.0;
    double bytes = 0.0;
    int lostEdges = 0;
    double quality = 0.0;         ///< of the merged model by the plan's measure; NaN: not measured
    std::vector<RoundPart> parts; ///< by silo, as are the next three
    std::vector<double> losses;   ///< NaN: none
    std::vector<double> bytesIn;
    std::vector<double> bytesOut;
    std::vector<RoundEdge> edges;
    std::vector<EmdCell> emd;
    std::vector<std::pair<QString, double>> phaseSeconds;

    int tookPart() const;
    int missed() const;
    /// Mean score of the silo's experts; NaN: none.
    double emdOf(int silo) const;
};
using SessionRoundPtr = std::shared_ptr<const SessionRound>;

/// Who a silo is and what it learns from; never a picture's name.
struct SiloFacts
{
    QString name;
    qint64 samples = -1; ///< −1: not known
    std::vector<std::pair<QString, qint64>> sources;
    std::optional<QPointF> place; ///< longitude and latitude in degrees
};

/// What goes on just now, as the session's process last told it.
struct LiveState
{
    bool isKnown = false;
    int round = 0;
    int rounds = 0;
    QString phase;
    int phaseIndex = -1; ///< −1: not told
    int phaseCount = 0;
    int silo = -1;         ///< at work; −1: all together
    bool goesBack = false; ///< the phase began with the last silo
    std::vector<bool> members;
    std::vector<bool> out; ///< has failed or was too late in this round
    std::vector<RoundEdge> edges;
    QStringList names;
    QDateTime utc;
    double seconds = 0.0;
    double objectBytes = 0.0;
    int liveSilos = 0;
};

/// Whom everybody waits for.
struct Waiting
{
    int silo = -1;
    QString phase;
    QDateTime since;
    bool isLate = false; ///< much longer than its turn took before
};

enum class SiloState { Idle, Working, Waiting, Late, Out, Dropped, Done };
QString siloStateText(SiloState state);

/// Everything that a window shows of one session. Immutable once it was handed out; parts that do not change
/// are shared between snapshots.
struct SessionSnapshot
{
    RunSummary summary;
    QString problem; ///< why there is nothing to see
    std::vector<SiloFacts> silos;
    std::vector<SessionRoundPtr> rounds; ///< closed ones, in order
    std::vector<double> ownQuality;      ///< by silo, newest of its own model; NaN: not measured
    std::vector<double> epsilon;         ///< by silo, given away so far; NaN: no privacy
    std::vector<QDateTime> lastSeen;     ///< by silo; invalid: never
    LiveState live;
    std::optional<Waiting> waiting;
    std::vector<RunReader::Event> events; ///< the newest ones
    QDateTime now;                        ///< when it was taken
    /// Of the session's process since the look before, 100 for each core; NaN: not known.
    double cpuPercent = std::numeric_limits<double>::quiet_NaN();
    double memoryBytes = std::numeric_limits<double>::quiet_NaN();

    int siloCount() const { return static_cast<int>(silos.size()); }
    int roundsPlanned() const;
    bool isAtWork() const; ///< a process runs it, paused or not
    bool isMember(int silo) const;
    const SessionRound* roundAt(int index) const; ///< of `rounds`; nullptr outside
    int bestIndex() const;                        ///< of `rounds`; −1: none
    QString siloName(int silo) const;
    double totalBytes() const;
};
using SessionSnapshotPtr = std::shared_ptr<const SessionSnapshot>;

SiloState siloStateOf(const SessionSnapshot& session, int silo);
/// Share of the running round that the silo has done, 0…1.
double siloProgress(const SessionSnapshot& session, int silo);
/// "waiting for Dublin in train since 12 s"; empty when nobody waits.
QString waitingText(const SessionSnapshot& session);
/// "12 s", "3 min 05 s": without tenths, which would flicker.
QString sinceText(double seconds);
/// "4.8 MB".
QString bytesText(double bytes);

} // namespace fedefm
