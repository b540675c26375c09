// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/session/session_fixture.h"

#include <QTest>
#include <chrono>
#include <thread>

using namespace fedefm;
using namespace fedefm::test;

Q_DECLARE_METATYPE(fedefm::FaultStage)
Q_DECLARE_METATYPE(fedefm::Fault)

namespace {

constexpr int kStruck = 1;
constexpr int kRound = 1;
constexpr double kDeadlineSeconds = 2.0;
constexpr auto kTooLong = std::chrono::milliseconds(2200);

struct Account
{
    int lostEdges = 0;
    int unfinished = 0;
    int warnings = 0;
    bool isBack = false; ///< the struck silo finished the last round
};

Account accountOf(const SessionResult& result)
{
    Account account;
    const auto reader = RunReader::open(result.runFolder);
    for (const nlohmann::json& round : (*reader)->epochs()) {
        for (const nlohmann::json& edge : round["edges"])
            account.lostEdges += edge.contains("lost") ? 1 : 0;
        for (const nlohmann::json& silo : round["silos"])
            account.unfinished += silo["finished"].get<bool>() ? 0 : 1;
        account.isBack = round["silos"][kStruck]["finished"].get<bool>();
    }
    for (const RunReader::Event& event : (*reader)->events())
        account.warnings += event.level != "info" ? 1 : 0;
    return account;
}

bool isFinite(const TensorFile& file)
{
    return std::isfinite(difference(file, file));
}

} // namespace

class TestSessionFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneFaultCostsAtMostItsEdges_data();
    void oneFaultCostsAtMostItsEdges();
    void siloThatNeverComesBack();
    void silosThatAreStillInComeToOneMean();
    void lateSiloKeepsWhatItHas();
    void lateWarmUpCostsTheFirstRound();
    void tooFewSilosEndTheSession();
    void failuresSayWhatToDo();
    void killBehindTheLastRoundChangesNothing();
    void classesOfTheTestAreThoseOfTheSilos();
    void undisturbedSessionLosesNothing();
};

void TestSessionFaults::oneFaultCostsAtMostItsEdges_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<FaultStage>("stage");
    QTest::addColumn<Fault>("fault");
    const std::pair<const char*, FaultStage> stages[] = {{"training", FaultStage::Training},
                                                         {"waiting", FaultStage::Waiting},
                                                         {"sending", FaultStage::Sending},
                                                         {"receiving", FaultStage::Receiving}};
    const std::pair<const char*, Fault> faults[] = {
        {"crash", Fault::Crash}, {"freeze", Fault::Freeze}, {"garbage", Fault::Garbage}};
    for (const char* strategy : {"fedavg", "dpsgd", "fedefm"})
        for (const auto& [stageText, stage] : stages)
            for (const auto& [faultText, fault] : faults)
                QTest::newRow(qPrintable(QString("%1 %2 %3").arg(strategy, stageText, faultText)))
                    << strategy << stage << fault;
}

void TestSessionFaults::oneFaultCostsAtMostItsEdges()
{
    QFETCH(QString, strategy);
    QFETCH(FaultStage, stage);
    QFETCH(Fault, fault);
    const SessionPlan plan = smallPlan(4, {{"name", strategy.toStdString()}}, "ring");
    int strikes = 0;
    const auto strike = [&](const FaultPoint& point) {
        const bool isHere = point.silo == kStruck && point.round == kRound && point.stage == stage;
        strikes += isHere ? 1 : 0;
        return isHere ? fault : Fault::None;
    };
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a", strike);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(strikes > 0);
    QCOMPARE(result->roundsDone, 3);
    QVERIFY(isFinite(mergedOf(*result)));
    const Account account = accountOf(*result);
    QVERIFY(account.isBack);
    QVERIFY2(account.unfinished <= 1, "only the struck silo, only in that round");
    const bool isHarmless = stage == FaultStage::Waiting && fault == Fault::Garbage;
    QCOMPARE(account.lostEdges + account.unfinished > 0, !isHarmless);
    QCOMPARE(account.warnings > 0, !isHarmless);
}

void TestSessionFaults::siloThatNeverComesBack()
{
    SessionPlan plan = smallPlan(4, {{"name", "fedefm"}}, "complete");
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a", [](const FaultPoint& point) {
        return point.silo == kStruck && point.round >= 1 && point.stage == FaultStage::Waiting ? Fault::Freeze
                                                                                               : Fault::None;
    });
    QVERIFY2(result, qPrintable(messageOf(result)));
    const Account account = accountOf(*result);
    QCOMPARE(account.unfinished, 2);
    // Three others miss its model and its hospitality; it is not in the tree that they average along.
    QCOMPARE(account.lostEdges, 2 * 3 * 2);
}

void TestSessionFaults::silosThatAreStillInComeToOneMean()
{
    const SessionPlan plan = smallPlan(5, {{"name", "fedefm"}}, "ring");
    for (const int struck : {0, 1, 2, 3, 4}) {
        const RunsFolder runs;
        const auto result = runSession(plan, runs / "a", [struck](const FaultPoint& point) {
            const bool isHere =
                point.silo == struck && point.round == 2 && point.stage == FaultStage::Training;
            return isHere ? Fault::Crash : Fault::None;
        });
        QVERIFY2(result, qPrintable(messageOf(result)));
        const int first = struck == 0 ? 1 : 0;
        for (int silo = 1; silo < 5; ++silo)
            QCOMPARE(isSame(siloState(*result, first), siloState(*result, silo)), silo != struck);
    }
}

void TestSessionFaults::lateSiloKeepsWhatItHas()
{
    SessionPlan plan = smallPlan(3, {{"name", "local"}});
    plan.checkpointEvery = 3; // a silo that is set back loses its first round
    const auto struck = [](const FaultPoint& point, FaultStage stage) {
        return point.silo == kStruck && point.round == kRound && point.stage == stage;
    };
    const RunsFolder runs;
    const auto absent = runSession(plan, runs / "absent", [&](const FaultPoint& point) {
        return struck(point, FaultStage::Waiting) ? Fault::Freeze : Fault::None;
    });
    plan.deadlineSeconds = kDeadlineSeconds;
    bool hasSlept = false;
    const auto late = runSession(plan, runs / "late", [&](const FaultPoint& point) {
        if (!hasSlept && struck(point, FaultStage::Training)) {
            hasSlept = true;
            std::this_thread::sleep_for(kTooLong);
        }
        return Fault::None;
    });
    QVERIFY2(absent && late, qPrintable(messageOf(late)));
    const Account account = accountOf(*late);
    QCOMPARE(account.unfinished, 1);
    QVERIFY(account.isBack);
    QCOMPARE(difference(siloState(*late, kStruck), siloState(*absent, kStruck)), 0.0);
}

void TestSessionFaults::lateWarmUpCostsTheFirstRound()
{
    SessionPlan plan = smallPlan(3, {{"name", "dpsgd"}});
    plan.warmUpSteps = 2;
    plan.deadlineSeconds = kDeadlineSeconds;
    SessionHooks hooks;
    hooks.openData = openSlice;
    bool hasSlept = false;
    hooks.progress = [&](const SessionProgress& progress) {
        if (!hasSlept && progress.phase == "warm-up") {
            hasSlept = true;
            std::this_thread::sleep_for(kTooLong);
        }
    };
    const RunsFolder runs;
    const auto result = federate(plan, hooks, runs / "a");
    QVERIFY2(hasSlept && result, qPrintable(messageOf(result)));
    const Account account = accountOf(*result);
    QCOMPARE(account.unfinished, 1);
    QVERIFY(account.isBack);
}

void TestSessionFaults::tooFewSilosEndTheSession()
{
    SessionPlan plan = smallPlan(3, {{"name", "dpsgd"}});
    plan.leastSilos = 2;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a", [](const FaultPoint& point) {
        return point.silo > 0 && point.round == 2 ? Fault::Crash : Fault::None;
    });
    QVERIFY(!result);
    QVERIFY2(messageOf(result).contains("1 of 3 silos finished round 2, 2 are needed"),
             qPrintable(messageOf(result)));
    const auto summaries = listRuns(runs / "a");
    QCOMPARE(summaries.front().state, RunState::Failed);
    QCOMPARE(summaries.front().epochsDone, 2);
}

void TestSessionFaults::failuresSayWhatToDo()
{
    const RunsFolder runs;
    SessionPlan diverging = smallPlan(2, {{"name", "dpsgd"}, {"local_steps", 4}});
    diverging.training.optimizer = {"sgd", 1e30, 0.0, 0.0, 0.0};
    const auto diverged = runSession(diverging, runs / "a");
    QVERIFY(!diverged);
    const QString text = messageOf(diverged);
    for (const char* part : {"site 0: the ", "not finite", "lower learning rate", "--resume"})
        QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY(text.startsWith(QString::fromStdString(listRuns(runs / "a").front().folder.string())));
    const auto late = runSession(smallPlan(2, {{"name", "local"}}), runs / "b", [](const FaultPoint& point) {
        return point.round == 1 && point.stage == FaultStage::Training ? Fault::Freeze : Fault::None;
    });
    QVERIFY(!late);
    QVERIFY2(messageOf(late).contains("longer deadline_seconds"), qPrintable(messageOf(late)));
}

void TestSessionFaults::killBehindTheLastRoundChangesNothing()
{
    const SessionPlan plan = smallPlan(3, {{"name", "dpsgd"}});
    const auto strike = [](const FaultPoint& point) {
        return point.round == 2 && point.silo == kStruck ? Fault::Crash : Fault::None;
    };
    const RunsFolder runs;
    const auto whole = runSession(plan, runs / "whole", strike);
    QVERIFY2(whole, qPrintable(messageOf(whole)));
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.fault = strike;
    // The last checkpoint is written then, the merged model is not.
    hooks.progress = [hooks](const SessionProgress& progress) {
        if (progress.phase == "closed" && progress.round == 2)
            hooks.cancel.cancel();
    };
    const auto stopped = federate(plan, hooks, runs / "stopped");
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    SessionHooks later;
    later.openData = openSlice;
    const auto resumed = resumeFederation(stopped.error().subject, later);
    QVERIFY2(resumed, qPrintable(messageOf(resumed)));
    QVERIFY(isSame(mergedOf(*whole), mergedOf(*resumed)));
    QVERIFY(whole->mergedMetrics.contains("accuracy"));
    QVERIFY(whole->mergedMetrics == resumed->mergedMetrics);
    QVERIFY(whole->siloMetrics == resumed->siloMetrics);
}

void TestSessionFaults::classesOfTheTestAreThoseOfTheSilos()
{
    SessionPlan plan = smallPlan(2, {{"name", "fedavg"}});
    plan.rounds = 1;
    const auto withTestClasses = [&plan](std::vector<std::string> names, const fs::path& runs) {
        SessionHooks hooks;
        hooks.openData = [names](const nlohmann::json& description) -> Result<DatasetPtr> {
            if (description != slice(200, 212))
                return openSlice(description);
            auto test = std::make_shared<DrawnDataset>(12, 16);
            test->pictureClasses = names;
            return DatasetPtr(test);
        };
        return federate(plan, hooks, runs);
    };
    const RunsFolder runs;
    const auto turned = withTestClasses({"level", "upright"}, runs / "a");
    QVERIFY(!turned);
    QVERIFY2(messageOf(turned).contains("one order"), qPrintable(messageOf(turned)));
    const auto named = withTestClasses({"vertical", "horizontal"}, runs / "b");
    QVERIFY2(named, qPrintable(messageOf(named)));
    const auto events = (*RunReader::open(named->runFolder))->events();
    QVERIFY(std::any_of(events.begin(), events.end(), [](const RunReader::Event& event) {
        return event.text.find("compared by their numbers") != std::string::npos;
    }));
}

void TestSessionFaults::undisturbedSessionLosesNothing()
{
    const RunsFolder runs;
    const auto result = runSession(smallPlan(4, {{"name", "fedefm"}}), runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const Account account = accountOf(*result);
    QCOMPARE(account.lostEdges + account.unfinished, 0);
}

QTEST_APPLESS_MAIN(TestSessionFaults)
#include "tst_session_faults.moc"
