// SPDX-License-Identifier: GPL-3.0-or-later
// What a window asks of a running session.
#include "tests/core/session/session_fixture.h"

#include <QTest>
#include <set>

using namespace fedefm;
using namespace fedefm::test;

class TestSessionCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stopCommandStops();
    void droppedSiloIsLeftOut();
    void membershipChangesBetweenRounds();
    void remainingSilosStayLinked_data();
    void remainingSilosStayLinked();
    void resumedSessionHasTheMembersLinks();
};

void TestSessionCommands::stopCommandStops()
{
    SessionPlan plan = smallPlan(2, {{"name", "dpsgd"}});
    plan.rounds = 100000;
    const RunsFolder runs;
    SessionHooks hooks;
    hooks.openData = openSlice;
    bool isSent = false;
    hooks.progress = [&](const SessionProgress& progress) {
        if (!isSent && progress.round == 2)
            isSent = sendRunCommand(listRuns(runs / "a").front().folder, "stop").has_value();
    };
    const auto result = federate(plan, hooks, runs / "a");
    QVERIFY(isSent && !result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
}

void TestSessionCommands::droppedSiloIsLeftOut()
{
    SessionPlan plan = smallPlan(4, {{"name", "dpsgd"}}, "complete");
    const RunsFolder runs;
    SessionHooks hooks;
    hooks.openData = openSlice;
    bool isSent = false;
    hooks.progress = [&](const SessionProgress& progress) {
        if (!isSent && progress.phase == "closed")
            isSent = sendRunCommand(listRuns(runs / "a").front().folder, "drop 2").has_value();
    };
    const auto result = federate(plan, hooks, runs / "a");
    QVERIFY2(isSent && result, qPrintable(messageOf(result)));
    const auto reader = RunReader::open(result->runFolder);
    const nlohmann::json rounds = (*reader)->epochs();
    QCOMPARE(rounds[0]["edges"].size(), std::size_t(12));
    QCOMPARE(rounds[1]["edges"].size(), std::size_t(6));
    QCOMPARE(rounds[2]["membership_epoch"].get<int>(), 1);
}

void TestSessionCommands::membershipChangesBetweenRounds()
{
    SessionPlan plan = smallPlan(4, {{"name", "dpsgd"}}, "complete");
    plan.rounds = 4;
    const RunsFolder runs;
    SessionHooks hooks;
    hooks.openData = openSlice;
    const auto ask = [&runs](const char* command) {
        return sendRunCommand(listRuns(runs / "a").front().folder, command).has_value();
    };
    int asked = 0;
    hooks.progress = [&](const SessionProgress& progress) {
        // In the middle of a round, and two in one silo's turn.
        if (asked == 0 && progress.round == 1 && progress.phase == "train")
            asked += ask("drop 2") && ask("drop 3") ? 1 : 10;
        if (asked == 1 && progress.round == 2 && progress.phase == "train")
            asked += ask("admit 3") ? 1 : 10;
    };
    const auto result = federate(plan, hooks, runs / "a");
    QVERIFY2(asked == 2 && result, qPrintable(messageOf(result)));
    const auto reader = RunReader::open(result->runFolder);
    const nlohmann::json rounds = (*reader)->epochs();
    const std::size_t edges[] = {12, 12, 2, 6};
    const int epochs[] = {0, 0, 1, 2};
    for (std::size_t round = 0; round < 4; ++round) {
        QCOMPARE(rounds[round]["edges"].size(), edges[round]);
        QCOMPARE(rounds[round]["membership_epoch"].get<int>(), epochs[round]);
    }
    QVERIFY(rounds[2]["silos"][0]["finished"].get<bool>());
    QVERIFY(!rounds[2]["silos"][3]["finished"].get<bool>());
    QVERIFY(rounds[3]["silos"][3]["finished"].get<bool>());
}

void TestSessionCommands::remainingSilosStayLinked_data()
{
    QTest::addColumn<QString>("topology");
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("dropped");
    QTest::addColumn<std::size_t>("messages");
    QTest::newRow("directed ring") << "ring"
                                   << "drop 2" << 2 << std::size_t(3);
    QTest::newRow("hub of a star") << "star"
                                   << "drop 0" << 0 << std::size_t(4);
}

void TestSessionCommands::remainingSilosStayLinked()
{
    QFETCH(QString, topology);
    QFETCH(QString, command);
    QFETCH(int, dropped);
    QFETCH(std::size_t, messages);
    const RunsFolder runs;
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.progress = [&](const SessionProgress& progress) {
        if (progress.phase == "closed" && progress.round == 0)
            QVERIFY(sendRunCommand(listRuns(runs / "a").front().folder, command.toStdString()));
    };
    const auto result =
        federate(smallPlan(4, {{"name", "dpsgd"}}, topology.toStdString()), hooks, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const nlohmann::json round = (*RunReader::open(result->runFolder))->epochs()[1];
    QCOMPARE(round["edges"].size(), messages);
    std::set<int> senders, hearers;
    for (const nlohmann::json& edge : round["edges"]) {
        senders.insert(edge["from"].get<int>());
        hearers.insert(edge["to"].get<int>());
    }
    std::set<int> members{0, 1, 2, 3};
    members.erase(dropped);
    QVERIFY(senders == members && hearers == members);
}

void TestSessionCommands::resumedSessionHasTheMembersLinks()
{
    SessionPlan plan = smallPlan(4, {{"name", "dpsgd"}});
    const RunsFolder runs;
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.progress = [&runs, hooks](const SessionProgress& progress) {
        if (progress.phase == "closed" && progress.round == 0)
            QVERIFY(sendRunCommand(listRuns(runs / "a").front().folder, "drop 1"));
        if (progress.phase != "closed" && progress.round == 2)
            hooks.cancel.cancel();
    };
    const auto stopped = federate(plan, hooks, runs / "a");
    QVERIFY(!stopped);
    SessionHooks later;
    later.openData = openSlice;
    const auto result = resumeFederation(stopped.error().subject, later);
    QVERIFY2(result, qPrintable(messageOf(result)));
    const nlohmann::json rounds = (*RunReader::open(result->runFolder))->epochs();
    QCOMPARE(rounds[2]["membership_epoch"].get<int>(), 1);
    QVERIFY(rounds[1]["edges"].size() == 3 && rounds[2]["edges"].size() == 3);
}

QTEST_APPLESS_MAIN(TestSessionCommands)
#include "tst_session_commands.moc"
