// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_folder.h"
#include "ui/federate/session_monitor.h"
#include "ui/federate/session_parsing.h"
#include "ui/federate/session_reading.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using test::SessionFolder;

class TestSessionMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void lateComerGetsTheHistory();
    void newRoundsArrive();
    void liveStateTellsWhoIsAtWork();
    void lostProcessIsSeen();
    void resumeTakesRoundsBack();
    void whoIsWaitedForIsNamed();
    void membershipIsShown();
    void halfWrittenFilesKeepWhatWasKnown();
    void hostileFiles_data();
    void hostileFiles();
    void hostileRoundsAreBounded();
    void placesComeFromTheUnderlay();
    void monitorFollowsAnotherSession();

private:
    std::filesystem::path runs() const { return m_folder->path().toStdString(); }
    static SessionSnapshotPtr look(SessionReading& reading, int secondsLater = 0)
    {
        return reading.look(QDateTime::currentDateTimeUtc().addSecs(secondsLater));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSessionMonitor::lateComerGetsTheHistory()
{
    SessionFolder session(runs());
    QVERIFY(session.isThere());
    session.closeRound(0, -1, true);
    session.closeRound(1, 2);
    SessionReading reading(session.folder());
    const auto seen = look(reading);
    QVERIFY2(seen->problem.isEmpty(), qPrintable(seen->problem));
    QCOMPARE(seen->siloCount(), 5);
    QCOMPARE(seen->siloName(2), QString("site 2"));
    QCOMPARE(seen->silos[2].samples, qint64(120));
    QCOMPARE(seen->silos[2].sources.size(), std::size_t(2));
    QCOMPARE(seen->rounds.size(), std::size_t(2));
    QCOMPARE(seen->roundsPlanned(), 6);
    QCOMPARE(seen->bestIndex(), 0);
    const SessionRound& second = *seen->rounds[1];
    QCOMPARE(second.tookPart(), 4);
    QCOMPARE(second.missed(), 1);
    QVERIFY(second.parts[2] == RoundPart::Missed);
    QCOMPARE(second.lostEdges, 1);
    QCOMPARE(second.edges.size(), std::size_t(10));
    QCOMPARE(second.bytes, 10 * SessionFolder::kBytes);
    // On a ring each silo sends its weights on and an expert home; what silo 2 sent on was lost.
    QCOMPARE(second.bytesOut[2], 2 * SessionFolder::kBytes);
    QCOMPARE(second.bytesIn[2], 2 * SessionFolder::kBytes);
    QCOMPARE(second.bytesIn[3], SessionFolder::kBytes);
    QCOMPARE(static_cast<float>(second.emdOf(1)), static_cast<float>(SessionFolder::score(1, 1, 2)));
    QCOMPARE(second.quality, SessionFolder::accuracy(1));
    QCOMPARE(seen->epsilon.at(4), 1.0);
    QCOMPARE(seen->ownQuality.at(1), SessionFolder::accuracy(1) - 0.02);
    QCOMPARE(seen->totalBytes(), 20 * SessionFolder::kBytes);
    QVERIFY(seen->summary.state == RunState::Running);
    QCOMPARE(seen->events.size(), std::size_t(1));
}

void TestSessionMonitor::newRoundsArrive()
{
    SessionFolder session(runs());
    SessionReading reading(session.folder());
    QVERIFY(look(reading)->rounds.empty());
    session.closeRound(0);
    const auto first = look(reading);
    QCOMPARE(first->rounds.size(), std::size_t(1));
    session.closeRound(1);
    const auto second = look(reading);
    QCOMPARE(second->rounds.size(), std::size_t(2));
    // What is known is shared, not copied.
    QCOMPARE(second->rounds[0].get(), first->rounds[0].get());
    QCOMPARE(first->rounds.size(), std::size_t(1));
}

void TestSessionMonitor::liveStateTellsWhoIsAtWork()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.writeLive(1, "overseas", 3, 5, 4);
    SessionReading reading(session.folder());
    const auto seen = look(reading);
    QVERIFY(seen->live.isKnown);
    QCOMPARE(seen->live.edges.size(), std::size_t(5));
    QVERIFY(seen->live.edges[4].isLost && !seen->live.edges[3].isLost);
    QVERIFY(siloStateOf(*seen, 3) == SiloState::Working);
    QVERIFY(siloStateOf(*seen, 4) == SiloState::Out);
    QVERIFY(siloStateOf(*seen, 0) == SiloState::Waiting);
    // Phase 1 of local, overseas, home, gossip goes backwards: 4 is behind it, 0 still before it.
    QCOMPARE(siloProgress(*seen, 4), 0.5);
    QCOMPARE(siloProgress(*seen, 3), 0.375);
    QCOMPARE(siloProgress(*seen, 0), 0.25);
    QVERIFY(seen->lastSeen[3].isValid());
    QCOMPARE(seen->live.objectBytes, 123456.0);
}

void TestSessionMonitor::lostProcessIsSeen()
{
    std::filesystem::path folder;
    {
        SessionFolder session(runs());
        session.closeRound(0);
        session.writeLive(1, "local", 2, 0);
        folder = session.folder();
        SessionReading reading(folder);
        QVERIFY(look(reading)->isAtWork());
    }
    SessionReading reading(folder);
    const auto seen = look(reading);
    QVERIFY(!seen->isAtWork());
    QVERIFY(seen->summary.state == RunState::Lost);
    QVERIFY(!seen->waiting);
    QVERIFY(siloStateOf(*seen, 2) == SiloState::Idle);
    QCOMPARE(seen->rounds.size(), std::size_t(1));
}

void TestSessionMonitor::resumeTakesRoundsBack()
{
    std::filesystem::path folder;
    {
        SessionFolder session(runs());
        for (int round = 0; round < 3; ++round)
            session.closeRound(round);
        folder = session.folder();
    }
    SessionReading reading(folder);
    QCOMPARE(look(reading)->rounds.size(), std::size_t(3));
    auto again = RunWriter::resume(folder, 2);
    QVERIFY(again);
    const auto seen = look(reading);
    QCOMPARE(seen->rounds.size(), std::size_t(2));
    QVERIFY(seen->isAtWork());
}

void TestSessionMonitor::whoIsWaitedForIsNamed()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.writeLive(1, "local", 2, 0);
    SessionReading reading(session.folder());
    const auto soon = look(reading);
    QVERIFY(soon->waiting);
    QCOMPARE(soon->waiting->silo, 2);
    QVERIFY(!soon->waiting->isLate);
    // Five silos took half a second for this phase; a minute is late.
    const auto later = look(reading, 60);
    QVERIFY(later->waiting->isLate);
    QVERIFY(siloStateOf(*later, 2) == SiloState::Late);
    QVERIFY2(waitingText(*later).contains("site 2") && waitingText(*later).contains("local"),
             qPrintable(waitingText(*later)));
    session.writeLive(1, "local", 3, 0);
    std::filesystem::last_write_time(session.folder() / "live.json",
                                     std::filesystem::file_time_type::clock::now() + std::chrono::seconds(1));
    QCOMPARE(look(reading)->waiting->silo, 3);
}

void TestSessionMonitor::membershipIsShown()
{
    SessionFolder session(runs());
    session.writeLive(0, "local", 0, 0, -1, 3);
    SessionReading reading(session.folder());
    const auto seen = look(reading);
    QVERIFY(!seen->isMember(3) && seen->isMember(2));
    QVERIFY(siloStateOf(*seen, 3) == SiloState::Dropped);
}

void TestSessionMonitor::halfWrittenFilesKeepWhatWasKnown()
{
    SessionFolder session(runs());
    session.writeLive(0, "local", 1, 0);
    SessionReading reading(session.folder());
    QCOMPARE(look(reading)->live.silo, 1);
    QVERIFY(writeFile(session.folder() / "live.json", "{\"round\": 0, \"silo\": 2, \"na", Overwrite::Yes));
    QCOMPARE(look(reading)->live.silo, 1);
    std::filesystem::remove(session.folder() / "live.json");
    QCOMPARE(look(reading)->live.silo, 1);
}

void TestSessionMonitor::hostileFiles_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << "";
    QTest::newRow("no object") << "[1, 2]";
    QTest::newRow("deep") << QString(100000, '[');
    QTest::newRow("wrong kinds") << R"({"round": "x", "edges": 3})";
    QTest::newRow("numbers")
        << R"({"round": 1e300, "rounds": -4, "silo": 1e9, "phase": 7, "members": [1, null],
        "out": {}, "names": [3, "\u0000\u001b[31m\u202e"], "edges": [[0, 1e9, "weights", 5], [-1, 0, "weights", 5],
        [0, 1], 4, [0, 0, "weights", 1], [0, 1, "weights", -1e300, false]], "object_bytes": 1e308,
        "utc": "yesterday", "live_silos": -1})";
}

void TestSessionMonitor::hostileFiles()
{
    QFETCH(QString, text);
    SessionFolder session(runs());
    QVERIFY(writeFile(session.folder() / "live.json", text.toStdString(), Overwrite::Yes));
    SessionReading reading(session.folder());
    const auto seen = look(reading);
    QCOMPARE(seen->siloCount(), 5);
    for (int silo = -1; silo < 7; ++silo) {
        const double progress = siloProgress(*seen, silo);
        QVERIFY(progress >= 0.0 && progress <= 1.0);
        siloStateOf(*seen, silo);
    }
    waitingText(*seen);
    if (!seen->live.isKnown)
        return;
    QCOMPARE(seen->live.edges.size(), std::size_t(1));
    QVERIFY(seen->live.edges[0].isLost);
    QCOMPARE(seen->live.edges[0].bytes, 0.0);
    QCOMPARE(seen->live.silo, -1);
    QVERIFY(seen->live.objectBytes < 1e16);
    for (const QString& name : seen->live.names)
        for (const QChar c : name)
            QVERIFY(c.isPrint());
}

void TestSessionMonitor::hostileRoundsAreBounded()
{
    QVERIFY(!parseRound(nlohmann::json::array(), "accuracy"));
    QVERIFY(!parseRound({{"epoch", -1}}, "accuracy"));
    nlohmann::json silos = nlohmann::json::array();
    for (int silo = 0; silo < 5000; ++silo)
        silos.push_back({{"finished", 3}, {"loss", "NaN"}});
    const auto round = parseRound({{"epoch", 2},
                                   {"silos", silos},
                                   {"edges", {{{"from", 65536}, {"to", 1}}, 5, {{"from", 0}, {"to", 399}}}},
                                   {"emd", {{{"silo", 1e18}, {"host", 0}, {"score", 1}}, "x"}},
                                   {"seconds", {{"local", "long"}}},
                                   {"merged", {{"accuracy", nlohmann::json::array()}}}},
                                  "accuracy");
    QVERIFY(round);
    QCOMPARE(static_cast<int>(round->parts.size()), kMostShownSilos);
    QCOMPARE(round->edges.size(), std::size_t(1));
    QVERIFY(round->emd.empty());
    QVERIFY(std::isnan(round->quality) && std::isnan(round->losses[0]));
    QVERIFY(parseSilos("{\"silos\": 4}").empty() && parseSilos("").empty());
}

void TestSessionMonitor::placesComeFromTheUnderlay()
{
    SessionFolder session(runs(), 11, 2, "gaia");
    SessionReading reading(session.folder());
    const auto seen = look(reading);
    QCOMPARE(seen->siloCount(), 11);
    for (const SiloFacts& silo : seen->silos)
        QVERIFY(silo.place && std::abs(silo.place->x()) <= 180.0 && std::abs(silo.place->y()) <= 90.0);
    SessionFolder other(runs(), 4, 2, "gaia");
    SessionReading unplaced(other.folder());
    QVERIFY(!look(unplaced)->silos[0].place);
}

void TestSessionMonitor::monitorFollowsAnotherSession()
{
    SessionFolder first(runs(), 3), second(runs(), 7);
    first.closeRound(0);
    SessionMonitor monitor;
    QSignalSpy spy(&monitor, &SessionMonitor::changed);
    monitor.watch(first.folder());
    QTRY_VERIFY(monitor.snapshot());
    QCOMPARE(monitor.snapshot()->siloCount(), 3);
    monitor.watch(second.folder());
    QVERIFY(!monitor.snapshot());
    QTRY_VERIFY(monitor.snapshot());
    QCOMPARE(monitor.snapshot()->siloCount(), 7);
    QVERIFY(monitor.snapshot()->rounds.empty());
    monitor.setActive(true);
    second.closeRound(0);
    QTRY_COMPARE(monitor.snapshot()->rounds.size(), std::size_t(1));
    monitor.watch(m_folder->path().toStdString());
    QTRY_VERIFY(monitor.snapshot() && !monitor.snapshot()->problem.isEmpty());
    monitor.watch({});
    QVERIFY(!monitor.snapshot());
}

QTEST_GUILESS_MAIN(TestSessionMonitor)
#include "tst_session_monitor.moc"
