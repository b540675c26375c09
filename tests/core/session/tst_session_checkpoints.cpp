// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_checkpoints.h"
#include "core/model/checkpoint/model_files.h"
#include "core/train/run_store.h"
#include "tests/core/session/session_fixture.h"

#include <QtTest>

#include <algorithm>
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
    void brokenStatesAreFoundFirst();
    void bestModelIsThatOfTheRecord();
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
    QVERIFY(!goOn(folder, 1));
    // Rows of rounds that were given up do not count twice.
    const auto reader = RunReader::open(folder);
    QVERIFY(reader);
    QCOMPARE((*reader)->epochs().size(), std::size_t(6));
    const auto events = (*reader)->events();
    QVERIFY(std::any_of(events.begin(), events.end(), [](const RunReader::Event& event) {
        return event.text.find("went back behind round 2") != std::string::npos;
    }));
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

void TestSessionCheckpoints::bestModelIsThatOfTheRecord()
{
    const RunsFolder runs;
    const auto stopped = federate(sixRounds(), stopIn(5), runs / "a");
    QVERIFY(!stopped);
    const fs::path folder = stopped.error().subject;
    const auto roundIn = [&folder](const char* where) {
        const auto json = nlohmann::json::parse(modelCardText(folder / "weights" / "best.safetensors"));
        return json["training_record"][where].get<int>();
    };
    // Twice, so that the record of the first way back is that of the second.
    for (const int round : {3, 1}) {
        const auto again = resumeFederation(folder, stopIn(round), round);
        QVERIFY(!again);
    }
    const auto end = goOn(folder, std::nullopt);
    QVERIFY2(end, qPrintable(messageOf(end)));
    const auto best = (*RunReader::open(folder))->summary()->bestEpoch;
    QVERIFY(best);
    QCOMPARE(roundIn("epoch"), *best);
}

void TestSessionCheckpoints::brokenStatesAreFoundFirst()
{
    const RunsFolder runs;
    const auto stopped = federate(sixRounds(), stopIn(4), runs / "a");
    QVERIFY(!stopped);
    const fs::path folder = stopped.error().subject;
    const fs::path broken = folder / checkpointFolder(2) / "silo_001.safetensors";
    fs::resize_file(broken, fs::file_size(broken) / 2);
    const auto back = goOn(folder, 2);
    QVERIFY(!back && back.error().subject == broken.string());
    QVERIFY(back.error().detail.find("1, 3, 4") != std::string::npos);
    // Nothing is given up for it.
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{1, 2, 3, 4}));
    const auto reader = RunReader::open(folder);
    QVERIFY(reader && (*reader)->epochs().size() == 4);
}

void TestSessionCheckpoints::roomIsLimited()
{
    SessionPlan plan = sixRounds();
    plan.checkpointsMb = 0;
    const RunsFolder runs;
    const auto narrow = federate(plan, stopIn(5), runs / "a");
    QVERIFY(!narrow);
    QCOMPARE(keptCheckpoints(narrow.error().subject), (std::vector<int>{5}));
    const auto roomy = federate(sixRounds(), stopIn(5), runs / "b");
    QVERIFY(!roomy);
    const fs::path folder = roomy.error().subject;
    QCOMPARE(keptCheckpoints(folder).size(), std::size_t(5));
    std::uintmax_t each = 0;
    for (const auto& entry : fs::directory_iterator(folder / checkpointFolder(5)))
        each += entry.file_size();
    removeOldCheckpoints(folder, 5, each * 5 / 2);
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{4, 5}));
    // A session that is done has nothing to go back to.
    const auto done = goOn(folder, std::nullopt);
    QVERIFY2(done, qPrintable(messageOf(done)));
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{6}));
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
    const auto stopped = federate(plan, stopIn(2), runs / "a");
    QVERIFY(!stopped);
    const fs::path folder = stopped.error().subject;
    QCOMPARE(keptCheckpoints(folder), (std::vector<int>{2}));
    // Not even where an earlier one is left, as by a kill at the wrong moment.
    fs::copy(folder / checkpointFolder(2), folder / checkpointFolder(1));
    const auto back = goOn(folder, 1);
    QVERIFY(!back && back.error().detail.find("privacy") != std::string::npos);
    const auto on = goOn(folder, std::nullopt);
    QVERIFY2(on, qPrintable(messageOf(on)));
}

QTEST_APPLESS_MAIN(TestSessionCheckpoints)
#include "tst_session_checkpoints.moc"
