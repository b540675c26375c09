// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <filesystem>
#include <memory>

namespace fedefm {

/// The reading thread's side of SessionMonitor: one run folder and what is already known of it. It knows
/// nothing but the files, so a session of another window or program is read like one's own.
class SessionReading
{
public:
    /// Edges that are held over all rounds; of older rounds only the sums stay.
    static constexpr std::size_t kMostEdges = 1'000'000;

    explicit SessionReading(std::filesystem::path folder);
    ~SessionReading();

    /// A new snapshot; never null.
    SessionSnapshotPtr look(const QDateTime& now);

private:
    bool readSummary(SessionSnapshot& snapshot);
    void readRounds(const RunSummary& summary);
    void takeRounds(const nlohmann::json& epochs, const std::string& measure);
    void thinOut();
    void readSilos(const RunSummary& summary);
    void readLive(const RunSummary& summary);
    void readUse(const QDateTime& now, SessionSnapshot& snapshot);
    void nameSilos();
    void noteSeen(const RunSummary& summary);
    void readEpsilons();
    void readEvents();
    std::optional<Waiting> waiting(const QDateTime& now) const;
    double usualSeconds(const QString& phase) const;

    std::filesystem::path m_folder;
    std::unique_ptr<RunReader> m_reader;
    std::vector<SiloFacts> m_silos;
    std::vector<SessionRoundPtr> m_rounds;
    std::vector<double> m_ownQuality;
    std::vector<double> m_epsilon;
    std::vector<QDateTime> m_lastSeen;
    std::map<int, std::int64_t> m_epsilonRows;
    std::vector<RunReader::Event> m_events;
    bool m_hasSlowEvents = false; ///< many: read with the rounds only
    std::int64_t m_usePid = 0;    ///< whose processor time was noted
    double m_cpuSeconds = 0.0;
    double m_cpuPercent = 0.0;
    QDateTime m_useAt;
    LiveState m_live;
    std::filesystem::file_time_type m_liveTime;
    QString m_turn; ///< round, phase and silo that is at work
    QDateTime m_turnSince;
    QDateTime m_closedAt; ///< the newest round, as far as it was seen
    std::size_t m_closedCount = 0;
    double m_roundsMark = -1.0; ///< changes when there is a new round or a resume made rounds void
    bool m_hasSplit = false;
    bool m_hasPlaces = false;
    int m_looksToSkip = 0; ///< of the rounds, where reading them takes long
};

} // namespace fedefm
