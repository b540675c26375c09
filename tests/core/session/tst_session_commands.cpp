// SPDX-License-Identifier: GPL-3.0-or-later
// What a window asks of a running session.
#include "tests/core/session/session_fixture.h"

#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

class TestSessionCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stopCommandStops();
    void droppedSiloIsLeftOut();
    void membershipChangesBetweenRounds();
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

QTEST_APPLESS_MAIN(TestSessionCommands)
#include "tst_session_commands.moc"
