// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_checkpoints.h"
#include "core/train/run_store.h"
#include "tests/core/session/session_fixture.h"

#include <QtTest>

#include <fstream>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// Stopped in the middle of the round behind `closedRounds`.
SessionHooks stopIn(int closedRounds)
{
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.progress = [cancel = hooks.cancel, closedRounds](const SessionProgress& progress) {
        if (progress.round == closedRounds && progress.phase != "closed" && progress.silo > 0)
            cancel.cancel();
    };
    return hooks;
}

Result<SessionResult> goOn(const fs::path& folder, std::optional<int> behindRound)
{
    SessionHooks hooks;
    hooks.openData = openSlice;
    return resumeFederation(folder, hooks, behindRound);
}

SessionPlan sixRounds()
{
    SessionPlan plan = smallPlan(3, {{"name", "fedefm"}});
    plan.rounds = 6;
    return plan;
}

} // namespace

class TestSessionCheckpoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesBackToAnEarlierRound();
    void stopBehindTheWayBackGoesOnFromThere();
    void roomIsLimited();
    void incompleteOnesDoNotCount();
    void promisedPrivacyKeepsNoneToGoBackTo();
};

void TestSessionCheckpoints::goesBackToAnEarlierRound()
{
    const RunsFolder runs;
    const auto whole = runSession(sixRounds(), runs / "whole");
    QVERIFY2(whole, qPrintable(messageOf(whole)));
    const auto stopped = federate(sixRounds(), stopIn(5), runs / "stopped");
    QVERIFY(!stopped);
    const fs::path folder = stopped.error().subject;
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{1, 2, 3, 4, 5}));

    const auto none = goOn(folder, 6);
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::InvalidArgument);
    QVERIFY(none.error().detail.find("1, 2, 3, 4, 5") != std::string::npos);

    const auto again = goOn(folder, 2);
    QVERIFY2(again, qPrintable(messageOf(again)));
    QVERIFY(isSame(mergedOf(*whole), mergedOf(*again)));
    QVERIFY(whole->mergedMetrics == again->mergedMetrics);
    // Rows of rounds that were given up do not count twice.
    const auto reader = RunReader::open(folder);
    QVERIFY(reader);
    QCOMPARE((*reader)->epochs().size(), std::size_t(6));
    QCOMPARE(readTensorFile(folder / "weights" / "best.safetensors").has_value(), true);
}

void TestSessionCheckpoints::stopBehindTheWayBackGoesOnFromThere()
{
    const RunsFolder runs;
    const auto stopped = federate(sixRounds(), stopIn(4), runs / "a");
    QVERIFY(!stopped);
    const fs::path folder = stopped.error().subject;
    QVERIFY(!resumeFederation(folder, stopIn(2), 2));
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{1, 2}));
    const auto end = goOn(folder, std::nullopt);
    QVERIFY2(end, qPrintable(messageOf(end)));
    QCOMPARE(end->roundsDone, 6);
}

void TestSessionCheckpoints::roomIsLimited()
{
    SessionPlan plan = sixRounds();
    plan.checkpointsMb = 0;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(keptCheckpoints(result->runFolder), (std::vector<int>{6}));
    const auto roomy = runSession(sixRounds(), runs / "b");
    QVERIFY(roomy);
    QCOMPARE(keptCheckpoints(roomy->runFolder).size(), std::size_t(6));
    std::uintmax_t each = 0;
    for (const auto& entry : fs::directory_iterator(roomy->runFolder / checkpointFolder(6)))
        each += entry.file_size();
    removeOldCheckpoints(roomy->runFolder, 6, each * 5 / 2);
    QCOMPARE(keptCheckpoints(roomy->runFolder), (std::vector<int>{5, 6}));
}

void TestSessionCheckpoints::incompleteOnesDoNotCount()
{
    const RunsFolder runs;
    const fs::path folder = runs / "a";
    for (const int round : {1, 2, 3})
        fs::create_directories(folder / checkpointFolder(round));
    fs::create_directories(folder / "states" / "round_x");
    for (const int round : {1, 3})
        std::ofstream(folder / checkpointFile(round)) << "{}";
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{1, 3}));
    QVERIFY(!hasCheckpoint(folder, 2) && !hasCheckpoint(folder, 0) && !hasCheckpoint(folder, -1));
    removeOldCheckpoints(folder, 3, 1 << 20);
    QVERIFY(!fs::exists(folder / checkpointFolder(2)));
    QVERIFY(hasCheckpoint(folder, 1));
    removeCheckpointsBehind(folder, 1);
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{1}));
    QVERIFY(fs::exists(folder / "states" / "round_x"));
    QVERIFY(keptCheckpoints(runs / "nowhere").empty());
}

void TestSessionCheckpoints::promisedPrivacyKeepsNoneToGoBackTo()
{
    SessionPlan plan = sixRounds();
    plan.strategy["home_steps"] = 0;
    plan.rounds = 3;
    plan.privacy = {{"unit", "record"}, {"visit_floor", 0}};
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(keptCheckpoints(result->runFolder), (std::vector<int>{3}));
}

QTEST_APPLESS_MAIN(TestSessionCheckpoints)
#include "tst_session_checkpoints.moc"
