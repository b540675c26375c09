// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/hub_cycle.h"
#include "core/federate/session_links.h"
#include "core/federate/torch/strategy_private.h"
#include "core/federate/tour.h"

#include <QTest>

using namespace fedefm;

namespace {

SessionLinks linksOf(const nlohmann::json& topology, int silos)
{
    auto links = SessionLinks::create(topology, silos, 1, {});
    if (!links)
        qFatal("%s", describe(links.error()).c_str());
    return std::move(*links);
}

} // namespace

class TestSessionHub : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void centralHub();
    void ringWeights();
    void visitsByHand();
    void cycleOverTheHub();
    void hubStrategiesAreKnown();
};

void TestSessionHub::centralHub()
{
    for (const char* name : {"star", "ring", "complete"}) {
        const SessionLinks circle = linksOf({{"name", name}, {"hub", -1}}, 5);
        QCOMPARE(circle.hub(), 0);
        const SessionLinks gaia = linksOf({{"name", name}, {"hub", -1}, {"underlay", "gaia"}}, 11);
        QVERIFY(gaia.hub() >= 0 && gaia.hub() < 11);
        if (gaia.name() == "star")
            QCOMPARE(gaia.wholeOverlay().outDegree(gaia.hub()), 10);
    }
    for (int silos : {1, 2})
        QCOMPARE(linksOf({{"name", "star"}, {"hub", -1}}, silos).hub(), 0);
    QVERIFY(!SessionLinks::create({{"name", "star"}, {"hub", -2}}, 5, 1, {}));
}

void TestSessionHub::ringWeights()
{
    const SessionLinks ring = linksOf({{"name", "ring"}, {"both_ways", true}, {"mixing", "ring"}}, 5);
    QCOMPARE(ring.mixing(3).at(0, 0), 0.5);
    QCOMPARE(ring.mixing(3).at(0, 1), 0.25);
    QCOMPARE(ring.mixing(3).at(0, 4), 0.25);
    QCOMPARE(ring.mixing(3).at(0, 2), 0.0);
    // A directed ring has no such weights; other overlays do not read the key, as they do not read both_ways.
    const auto directed = SessionLinks::create({{"name", "ring"}, {"mixing", "ring"}}, 5, 1, {});
    QVERIFY(!directed);
    QCOMPARE(directed.error().subject, std::string("topology.mixing"));
    QCOMPARE(linksOf({{"name", "complete"}, {"mixing", "ring"}}, 4).mixing(0).at(0, 0), 0.25);
    QCOMPARE(linksOf({{"name", "ring"}, {"both_ways", true}, {"mixing", "ring"}}, 2).mixing(0).at(0, 1), 0.5);
}

void TestSessionHub::visitsByHand()
{
    using Counts = std::vector<std::int64_t>;
    const SessionLinks star = linksOf({{"name", "star"}}, 4);
    // One hop: every neighbour is host, the hub of three, each other silo of the hub's.
    QCOMPARE(visitCounts(star, 1, 2), (Counts{6, 2, 2, 2}));
    // Tours of two hops: from each leaf over the hub to another leaf; the hub's ends at its first leaf.
    const Counts tours = visitCounts(star, 2, 3);
    QCOMPARE(tours[0], 9);
    QCOMPARE(tours[1] + tours[2] + tours[3], 12);
    // On a ring each tour has as many hosts as hops, at most all others.
    const SessionLinks ring = linksOf({{"name", "ring"}}, 4);
    QCOMPARE(visitCounts(ring, 3, 10), (Counts{30, 30, 30, 30}));
    QCOMPARE(visitCounts(ring, 9, 10), (Counts{30, 30, 30, 30}));
    QCOMPARE(visitCounts(ring, 1, 1'000'000), (Counts{1000000, 1000000, 1000000, 1000000}));
    QCOMPARE(visitCounts(linksOf({{"name", "complete"}}, 4), 1, 10), (Counts{30, 30, 30, 30}));
    QCOMPARE(visitCounts(linksOf({{"name", "ring"}}, 1), 4, 10), (Counts{0}));
}

void TestSessionHub::cycleOverTheHub()
{
    const double star = linksOf({{"name", "star"}}, 5).cycleTimeMs();
    nlohmann::json plan = {
        {"topology", {{"name", "ring"}}}, {"strategy", {{"name", "fedavg"}}}, {"data", {{"silo_count", 5}}}};
    QVERIFY(star > linksOf({{"name", "ring"}}, 5).cycleTimeMs());
    QCOMPARE(hubCycleTimeMs(plan).value_or(-1.0), star);
    // All places of a circle are alike.
    plan["strategy"]["name"] = "swarm";
    QVERIFY(std::abs(hubCycleTimeMs(plan).value_or(-1.0) - star) < 1e-9);
    plan["strategy"]["name"] = "dpsgd";
    QVERIFY(!hubCycleTimeMs(plan));
    QVERIFY(!hubCycleTimeMs(nlohmann::json::object()));
    plan["strategy"]["name"] = "fedavg";
    plan["topology"]["underlay"] = "gaia";
    QVERIFY(!hubCycleTimeMs(plan));
    plan["data"] = {{"silos", nlohmann::json::array()}};
    for (int silo = 0; silo < 11; ++silo)
        plan["data"]["silos"].push_back({{"name", std::to_string(silo)}});
    QVERIFY(std::abs(hubCycleTimeMs(plan).value_or(-1.0) - 289.82) < 0.01);
}

void TestSessionHub::hubStrategiesAreKnown()
{
    RoundView view;
    view.isActive.assign(3, true);
    view.links = linksOf({{"name", "ring"}}, 3).overlay(0);
    for (const std::string& name : strategyNames()) {
        const auto strategy = makeStrategy({{"name", name}});
        QVERIFY(strategy);
        const std::vector<std::string> phases = (*strategy)->phases(view);
        const bool isMerged = std::find(phases.begin(), phases.end(), "merge") != phases.end();
        QVERIFY2(gathersAtHub(name) == isMerged, name.c_str());
    }
}

QTEST_APPLESS_MAIN(TestSessionHub)
#include "tst_session_hub.moc"
