// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/audit_log.h"
#include "core/federate/session_links.h"
#include "tests/core/session/session_fixture.h"

#include <QTest>
#include <fstream>
#include <map>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// Stops after that many closed rounds, as often as asked.
Result<SessionResult> runAndStop(const SessionPlan& plan, const fs::path& runs, int closedRounds)
{
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.progress = [hooks, closedRounds](const SessionProgress& progress) {
        // In the middle of the next round, so that what it has done so far must be forgotten.
        if (progress.round == closedRounds && progress.phase != "closed" && progress.silo > 0)
            hooks.cancel.cancel();
    };
    return federate(plan, hooks, runs);
}

Result<SessionResult> resumed(const fs::path& folder)
{
    SessionHooks hooks;
    hooks.openData = openSlice;
    return resumeFederation(folder, hooks);
}

} // namespace

class TestSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void planIsStrict();
    void planSurvivesItsOwnText();
    void strictPlansHaveTheirRoundZero();
    void oneSiloEqualsPlainTraining_data();
    void oneSiloEqualsPlainTraining();
    void resumedSessionEqualsUndisturbedOne_data();
    void resumedSessionEqualsUndisturbedOne();
    void littleMemoryChangesNothing();
    void runStoreTellsEverything();
    void whatLeavesIsInTheAuditLog();
    void privateRecordsShowTheirEpsilon();
    void privacyThatWouldNotHoldIsRefused();
    void visitorsTakeTours();
    void exchangeTimeIsThatOfTheMessages();
    void nothingLeavesWithoutItsLog();
    void namesMustFitTheLog();
    void poolIsPartitioned();
    void placesNamesFitTheLog();
    void testPicturesOfASiloAreNamed();
};

void TestSession::planIsStrict()
{
    const nlohmann::json good = {{"training", {{"model", tinyVit()}}}, {"data", {{"silos", {1}}}}};
    QVERIFY(parseSessionPlan(good));
    nlohmann::json bad = good;
    bad["round"] = 3;
    auto parsed = parseSessionPlan(bad);
    QVERIFY(!parsed);
    QVERIFY2(parsed.error().detail.find("rounds") != std::string::npos, parsed.error().detail.c_str());
    bad = good;
    bad["training"]["epochs"] = 3;
    QVERIFY(!parseSessionPlan(bad));
    bad = good;
    bad["training"]["optimizer"] = {{"learning_rates", 1}};
    QVERIFY(!parseSessionPlan(bad));
    SessionPlan plan = smallPlan(2, {{"name", "fedefm"}, {"overseas_step", 3}});
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY(!result);
    QVERIFY2(messageOf(result).contains("overseas_steps"), qPrintable(messageOf(result)));
}

void TestSession::planSurvivesItsOwnText()
{
    SessionPlan plan = smallPlan(3, {{"name", "fedprox"}, {"mu", 0.5}});
    plan.batchNorm = "local";
    plan.deadlineSeconds = 12.5;
    const auto again = parseSessionPlan(toJson(plan));
    QVERIFY2(again, again ? "" : describe(again.error()).c_str());
    QVERIFY(toJson(*again) == toJson(plan));
}

void TestSession::strictPlansHaveTheirRoundZero()
{
    nlohmann::json plan = {{"training", {{"model", tinyVit()}}}, {"strategy", {{"name", "fedefm"}}}};
    QCOMPARE(parseSessionPlan(plan)->warmUpSteps, 0);
    plan["strategy"]["strict"] = true;
    QCOMPARE(parseSessionPlan(plan)->warmUpSteps, 1);
    plan["warm_up_steps"] = 0;
    QCOMPARE(parseSessionPlan(plan)->warmUpSteps, 0);
}

void TestSession::oneSiloEqualsPlainTraining_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<int>("stepsPerRound");
    for (const char* name : {"local", "fedavg", "dpsgd", "cll", "swarm", "cyclic"})
        QTest::newRow(name) << name << 3;
    QTest::newRow("rounds of one step") << "fedavg" << 1;
}

void TestSession::oneSiloEqualsPlainTraining()
{
    QFETCH(QString, strategy);
    QFETCH(int, stepsPerRound);
    SessionPlan plan = smallPlan(1, {{"name", strategy.toStdString()}, {"local_steps", stepsPerRound}});
    plan.training.schedule.kind = "cosine";
    plan.data["silos"][0]["train"] = slice(0, 12);
    plan.rounds = 9 / stepsPerRound;
    const RunsFolder runs;
    const auto session = runSession(plan, runs / "session");
    QVERIFY2(session, qPrintable(messageOf(session)));
    TrainConfig config = plan.training;
    config.data = {{"train", slice(0, 12)}};
    config.epochs = 3;
    const auto plain = train(config, openSlice, runs / "plain", CancelToken(), {});
    QVERIFY2(plain, plain ? "" : describe(plain.error()).c_str());
    const auto weights = readTensorFile(plain->runFolder / "weights" / "last.safetensors");
    QVERIFY(weights);
    QVERIFY(isSame(*weights, mergedOf(*session)));
    QVERIFY(isSame(*weights, siloState(*session, 0)));
}

void TestSession::resumedSessionEqualsUndisturbedOne_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<int>("closedRounds");
    for (const char* name :
         {"fedavg", "scaffold", "fedadam", "moon", "dpsgd", "matcha", "cdl", "fedefm", "cyclic", "fedmd"})
        QTest::newRow(name) << name << 1;
    QTest::newRow("stopped in its first round") << "fedefm" << 0;
    // Solvers that begin at the flows of the step before.
    QTest::newRow("fedefm with lessons") << "fedefm" << 1;
}

void TestSession::resumedSessionEqualsUndisturbedOne()
{
    QFETCH(QString, strategy);
    QFETCH(int, closedRounds);
    nlohmann::json options = {{"name", strategy.toStdString()}};
    if (QString::fromLatin1(QTest::currentDataTag()).endsWith(QLatin1String("lessons")))
        options.update({{"home_steps", 10}, {"emd_gradient", "through"}, {"fuse_weights", "emd"}});
    const SessionPlan plan = smallPlan(3, options);
    const RunsFolder runs;
    const auto whole = runSession(plan, runs / "whole");
    QVERIFY2(whole, qPrintable(messageOf(whole)));
    const auto stopped = runAndStop(plan, runs / "stopped", closedRounds);
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    const auto again = resumed(stopped.error().subject);
    QVERIFY2(again, qPrintable(messageOf(again)));
    QVERIFY(isSame(mergedOf(*whole), mergedOf(*again)));
    for (int silo = 0; silo < 3; ++silo)
        QVERIFY(isSame(siloState(*whole, silo), siloState(*again, silo)));
    QVERIFY(whole->mergedMetrics == again->mergedMetrics);
    QVERIFY(!resumed(again->runFolder));
}

void TestSession::littleMemoryChangesNothing()
{
    // Each silo's state has 40 MB with its moments, so that only one or two are live at a time.
    SessionPlan plan = smallPlan(4, {{"name", "fedefm"}});
    plan.training.model["hyper_parameters"]["embed_dim"] = 256;
    plan.training.model["hyper_parameters"]["depth"] = 2;
    plan.rounds = 2;
    const RunsFolder runs;
    const auto roomy = runSession(plan, runs / "roomy");
    plan.memoryMb = 32;
    const auto tight = runSession(plan, runs / "tight");
    QVERIFY2(roomy && tight, qPrintable(messageOf(tight)));
    QVERIFY(isSame(mergedOf(*roomy), mergedOf(*tight)));
    QVERIFY(!fs::exists(tight->runFolder / "work"));
}

void TestSession::runStoreTellsEverything()
{
    SessionPlan plan = smallPlan(3, {{"name", "fedefm"}, {"home_steps", 2}});
    plan.evaluateSilosEvery = 1;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto reader = RunReader::open(result->runFolder);
    QVERIFY(reader);
    const auto summary = (*reader)->summary();
    QCOMPARE(summary->kind, std::string("federate"));
    QCOMPARE(summary->state, RunState::Done);
    QCOMPARE(summary->epochsDone, 3);
    for (const char* name :
         {"merged/accuracy", "silo_0/accuracy", "silo_2/loss", "loss/silo_1", "bytes/round", "bytes/silo_2",
          "emd/0-2", "seconds/overseas", "seconds/compute", "steps/round"}) {
        const auto curve = (*reader)->curve(name);
        QVERIFY2(curve && curve->points.size() == 3, name);
    }
    const double score = (*reader)->curve("emd/0-2")->points.back().value;
    QVERIFY2(score > 0.5 && score <= 1.0 + 1e-6, std::to_string(score).c_str());
    // Local, overseas and two at home, at three silos.
    QCOMPARE((*reader)->curve("steps/round")->points.back().value, 12.0);
    // A ring of three: each silo sends to one and sends a visitor home; two means go up and two down the
    // tree.
    const nlohmann::json rounds = (*reader)->epochs();
    QCOMPARE(rounds[0]["edges"].size(), std::size_t(10));
    QCOMPARE(result->siloMetrics.size(), std::size_t(3));
    QVERIFY(fs::exists(result->runFolder / "live.json"));
    const nlohmann::json split = summary->config;
    QCOMPARE(split["strategy"]["name"].get<std::string>(), std::string("fedefm"));
}

void TestSession::whatLeavesIsInTheAuditLog()
{
    const RunsFolder runs;
    const auto result = runSession(smallPlan(3, {{"name", "fedefm"}}), runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto record = readAuditLog(result->runFolder / "audit" / "silo_001.jsonl");
    // Weights to a visit, a visitor home, and as the tree's root the mean to both others, in three rounds.
    std::map<std::string, int> received;
    for (const AuditEntry& entry : record->entries)
        ++received[entry.receiver + ", " + auditKindName(entry.kind)];
    QCOMPARE(received["site 0, visitor"] + received["site 2, visitor"], 3);
    QCOMPARE(received["site 0, weights"] + received["site 2, weights"], 9);
    // Its weights are in the merged model; nobody else got any.
    QVERIFY(received["merged model, weights"] >= 1 && received.size() <= 5);
}

void TestSession::privateRecordsShowTheirEpsilon()
{
    SessionPlan plan = smallPlan(2, {{"name", "fedavg"}});
    plan.privacy = {{"unit", "record"}, {"clip", 1.0}, {"noise", 2.0}};
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto reader = RunReader::open(result->runFolder);
    const auto curve = (*reader)->curve("epsilon/silo_1");
    QVERIFY(curve && curve->points.size() == 3);
    QVERIFY(curve->points[0].value > 0.0 && curve->points[0].value < curve->points[2].value);
    plan.privacy["unit"] = "silo";
    const auto bySilo = runSession(plan, runs / "b");
    QVERIFY2(bySilo, qPrintable(messageOf(bySilo)));
}

void TestSession::privacyThatWouldNotHoldIsRefused()
{
    const RunsFolder runs;
    const std::pair<const char*, const char*> wrong[] = {{"record", "fedefm"}, {"record", "moon"},
                                                         {"record", "cdl"},    {"record", "fedmd"},
                                                         {"silo", "scaffold"}, {"silo", "fedmd"}};
    for (const auto& [unit, strategy] : wrong) {
        SessionPlan plan = smallPlan(3, {{"name", strategy}});
        plan.privacy = {{"unit", unit}, {"visit_floor", 0}};
        const auto result = runSession(plan, runs / "a");
        QVERIFY2(!result && result.error().subject == "privacy.unit", strategy);
    }
    // What a visitor has learnt is a release of its host: three of them and the host's own two in each round.
    SessionPlan plan = smallPlan(3, {{"name", "fedefm"}});
    plan.privacy = {{"unit", "silo"}, {"visit_floor", 0}};
    const auto few = runSession(plan, runs / "b");
    QVERIFY2(few, qPrintable(messageOf(few)));
    plan.strategy.update({{"averaging", "neighbours"}, {"mixes", 5}}); // averages of what was published
    const auto mixed = runSession(plan, runs / "m");
    QVERIFY2(mixed, qPrintable(messageOf(mixed)));
    plan.topology["name"] = "complete";
    const auto many = runSession(plan, runs / "c");
    QVERIFY2(many, qPrintable(messageOf(many)));
    const auto spent = [](const SessionResult& session) {
        const auto reader = RunReader::open(session.runFolder);
        return (*reader)->curve("epsilon/silo_1")->points.back().value;
    };
    QVERIFY(spent(*many) > spent(*few));
    QCOMPARE(spent(*mixed), spent(*few));
}

void TestSession::visitorsTakeTours()
{
    SessionPlan plan = smallPlan(4, {{"name", "fedefm"}, {"hops", 3}, {"gossip", 0}});
    plan.rounds = 1;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const nlohmann::json edges = (*RunReader::open(result->runFolder))->epochs()[0]["edges"];
    // Out, on, on and home again, for each of four.
    QCOMPARE(edges.size(), std::size_t(16));
    for (const nlohmann::json& edge : edges)
        QVERIFY(!edge.contains("lost"));
}

void TestSession::exchangeTimeIsThatOfTheMessages()
{
    const auto links = SessionLinks::create({{"name", "ring"}}, 3, 1, {});
    QVERIFY(links);
    // One way round a ring, and over a hub: two send to one, then one to two.
    const double ring = links->exchangeMs({{0, 1}, {1, 2}, {2, 0}});
    const double hub = links->exchangeMs({{1, 0}, {2, 0}}) + links->exchangeMs({{0, 1}, {0, 2}});
    QVERIFY(ring > 0.0 && hub > 1.5 * ring);
    const auto measured = [](const char* name) {
        const RunsFolder runs;
        SessionPlan plan = smallPlan(3, {{"name", name}});
        plan.rounds = 1;
        plan.topology["both_ways"] = false;
        const auto result = runSession(plan, runs / "a");
        return (*RunReader::open(result->runFolder))->curve("exchange_ms/simulated")->points.back().value;
    };
    QCOMPARE(measured("local"), 0.0);
    QCOMPARE(measured("dpsgd"), ring);
    QCOMPARE(measured("fedavg"), hub);
    // To the neighbour, home again, and up and down a tree, which a ring of three has like a hub's.
    QCOMPARE(measured("fedefm"), ring + links->exchangeMs({{1, 0}, {2, 1}, {0, 2}}) + hub);
}

void TestSession::nothingLeavesWithoutItsLog()
{
    const RunsFolder runs;
    const auto stopped = runAndStop(smallPlan(3, {{"name", "dpsgd"}}), runs / "a", 1);
    QVERIFY(!stopped);
    const fs::path log = fs::path(stopped.error().subject) / "audit" / "silo_001.jsonl";
    QVERIFY(fs::remove(log));
    fs::create_directory(log);
    const auto again = resumed(stopped.error().subject);
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::WriteFailed);
    QVERIFY(again.error().subject.find("silo_001") != std::string::npos);
}

void TestSession::namesMustFitTheLog()
{
    const RunsFolder runs;
    for (const std::string& name : {std::string(200, 'x'), std::string("two\nlines"), std::string()}) {
        SessionPlan plan = smallPlan(3, {{"name", "dpsgd"}});
        plan.data["silos"][1]["name"] = name;
        const auto result = runSession(plan, runs / "a");
        QVERIFY(!result && result.error().subject == "data.silos[1].name");
    }
}

void TestSession::testPicturesOfASiloAreNamed()
{
    const auto warningsWith = [](int from) {
        const RunsFolder runs;
        SessionPlan plan = smallPlan(2, {{"name", "local"}});
        plan.rounds = 1;
        plan.data["test"] = slice(from, from + 4);
        const auto result = runSession(plan, runs / "a");
        int count = 0;
        for (const RunReader::Event& event : (*RunReader::open(result->runFolder))->events())
            count += event.text.find("both sides") != std::string::npos ? 1 : 0;
        return count;
    };
    QCOMPARE(warningsWith(200), 0);
    QCOMPARE(warningsWith(14), 2); // the second silo's last two pictures
}

void TestSession::poolIsPartitioned()
{
    SessionPlan plan = smallPlan(1, {{"name", "dpsgd"}});
    plan.data = {{"pool", {{"train", slice(0, 40)}, {"test", slice(200, 208)}}},
                 {"silo_count", 4},
                 {"partition", {{"scheme", "groups"}}}};
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(result->siloMetrics.size(), std::size_t(4));
}

void TestSession::placesNamesFitTheLog()
{
    const RunsFolder runs;
    fs::create_directories(runs / "gml");
    const fs::path file = runs / "gml" / "places.gml";
    const std::string labels[] = {"K\xF6ln", std::string(150, 'x'), std::string(150, 'x'), "Bonn", "Bonn"};
    std::string gml = "graph [";
    for (int at = 0; at < 5; ++at)
        gml += " node [ id " + std::to_string(at) + " label \"" + labels[at] + "\" ] edge [ source " +
               std::to_string(at) + " target " + std::to_string((at + 1) % 5) + " distance 10 ]";
    std::ofstream(file) << gml << " ]";
    SessionPlan plan = smallPlan(1, {{"name", "dpsgd"}});
    plan.data = {{"pool", {{"train", slice(0, 40)}}}, {"partition", {{"scheme", "groups"}}}};
    plan.topology["underlay"] = file.string();
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    for (const RunReader::Event& event : (*RunReader::open(result->runFolder))->events())
        QVERIFY2(event.level == "info", event.text.c_str());
    std::ifstream live(result->runFolder / "live.json");
    const nlohmann::json names = nlohmann::json::parse(live)["names"];
    const nlohmann::json expected = {"K\xC3\xB6ln", std::string(100, 'x'), std::string(100, 'x') + " 2",
                                     "Bonn", "Bonn 4"};
    QVERIFY2(names == expected, names.dump().c_str());
}

QTEST_APPLESS_MAIN(TestSession)
#include "tst_session.moc"
