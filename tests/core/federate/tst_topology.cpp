// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/network_fixture.h"
#include "core/federate/topology/central_silo.h"
#include "core/federate/topology/multigraph_private.h"
#include "core/federate/topology/topology.h"
#include "test_data.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace fedefm;

class TestTopology : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void delaysByHand();
    void degreesShareTheAccessLine();
    void cycleMeansByHand();
    void cycleMeanAgreesWithEnumeration();
    void overlaysOfFourSilos();
    void visitsByHand();
    void hubIsTheMostCentralSilo();
    void ringWeightsByHand();
    void oneAndTwoSilos();
    void isTheSameEveryTime();
    void roundsDifferAndRepeat();
    void multigraphByHand();
    void customOverlays();
    void refusesOptions();
    void publishedCycleTimes_data();
    void publishedCycleTimes();
};

namespace {

SiloNetwork networkOf(Underlay underlay, DelayModel model = test::plainModel())
{
    return SiloNetwork::create(std::move(underlay), std::move(model)).value();
}

std::unique_ptr<Topology> made(const std::string& name, const SiloNetwork& network,
                               const TopologyOptions& options = {})
{
    return std::move(makeTopology(name, network, options).value());
}

/// A square of 1, 2, 3 and 4 thousand km.
SiloNetwork square()
{
    return networkOf(test::underlayOf(4, {{0, 1, 1000.0}, {1, 2, 2000.0}, {2, 3, 3000.0}, {3, 0, 4000.0}}));
}

bool isNear(double a, double b, double tolerance = 1e-9)
{
    return std::abs(a - b) <= tolerance;
}

} // namespace

void TestTopology::delaysByHand()
{
    const SiloNetwork network = square();
    // Step 2, latency 1, transfer 1.
    QVERIFY(isNear(network.delayMs(0, 1, 1, 1), 4.0));
    // Over silo 1: step 2, latency 3, transfer at half the capacity 2.
    QVERIFY(isNear(network.delayMs(0, 2, 1, 1), 7.0));
    DelayModel model;
    QVERIFY(isNear(networkOf(test::underlayOf(2, {{0, 1, 1000.0}}), model).delayMs(0, 1, 1, 1),
                   4.6 + 4.0 + 8.5 + 4.843243));
    model.localSteps = 3;
    QVERIFY(isNear(networkOf(test::underlayOf(2, {{0, 1, 0.0}}), model).computeMs(1), 13.8));
}

void TestTopology::degreesShareTheAccessLine()
{
    DelayModel model = test::plainModel();
    model.silos = {{1.0, 2000.0, 500.0}, {5.0, 1000.0, 4000.0}};
    const SiloNetwork network = networkOf(test::underlayOf(2, {{0, 1, 0.0}}), model);
    QVERIFY(isNear(network.delayMs(0, 1, 1, 1), 1.0 + 1.0)); // the cable is slowest
    QVERIFY(isNear(network.delayMs(0, 1, 4, 1), 1.0 + 2.0)); // 2000/4 up
    QVERIFY(isNear(network.delayMs(0, 1, 1, 8), 1.0 + 2.0)); // 4000/8 down
    QVERIFY(isNear(network.delayMs(1, 0, 1, 2), 5.0 + 4.0)); // 500/2 down
    QVERIFY(isNear(network.pairDelayMs(0, 1), (2.0 + 7.0) / 2.0));
}

void TestTopology::cycleMeansByHand()
{
    QVERIFY(isNear(maximumCycleMeanMs(3, {{0, 1, 1.0}, {1, 2, 2.0}, {2, 0, 6.0}}), 3.0));
    QVERIFY(isNear(maximumCycleMeanMs(3, {{0, 1, 1.0}, {1, 0, 9.0}, {1, 2, 2.0}, {2, 0, 6.0}}), 5.0));
    QVERIFY(isNear(maximumCycleMeanMs(2, {{0, 0, 7.0}, {0, 1, 100.0}}), 7.0));
    // Two parts that do not know of each other.
    QVERIFY(isNear(maximumCycleMeanMs(4, {{0, 1, 1.0}, {1, 0, 1.0}, {2, 3, 4.0}, {3, 2, 6.0}}), 5.0));
    QCOMPARE(maximumCycleMeanMs(2, {{0, 1, 3.0}}), -std::numeric_limits<double>::infinity());
    QVERIFY(isNear(maximumCycleMeanMs(2, {{0, 1, 0.0}, {1, 0, 0.0}}), 0.0));
}

void TestTopology::cycleMeanAgreesWithEnumeration()
{
    std::mt19937 engine(3);
    for (int trial = 0; trial < 100; ++trial) {
        constexpr int kCount = 6;
        double delays[kCount][kCount];
        std::vector<TimedLink> links;
        for (int a = 0; a < kCount; ++a)
            for (int b = 0; b < kCount; ++b) {
                delays[a][b] = engine() % 3 == 0 ? engine() % 1000 / 7.0 : -1.0;
                if (delays[a][b] >= 0.0)
                    links.push_back({a, b, delays[a][b]});
            }
        // Every simple cycle, from its smallest silo.
        double best = -std::numeric_limits<double>::infinity();
        const std::function<void(int, int, int, double, int)> walk = [&](int start, int at, int used,
                                                                         double sum, int length) {
            for (int next = start; next < kCount; ++next) {
                if (delays[at][next] < 0.0)
                    continue;
                if (next == start)
                    best = std::max(best, (sum + delays[at][next]) / (length + 1));
                else if ((used >> next & 1) == 0)
                    walk(start, next, used | 1 << next, sum + delays[at][next], length + 1);
            }
        };
        for (int start = 0; start < kCount; ++start)
            walk(start, start, 1 << start, 0.0, 0);
        const double found = maximumCycleMeanMs(kCount, links);
        QVERIFY(found == best || isNear(found, best));
    }
}

void TestTopology::overlaysOfFourSilos()
{
    const SiloNetwork network = square();
    // Pairs: 01 4, 12 5, 23 6, 03 7, 02 7 (3000 km, two cables), 13 over 2 or 0 (5000 km) 9.
    const auto star = made("star", network);
    QCOMPARE(star->overlay().outDegree(0), 3);
    QVERIFY(isNear(star->cycleTime().meanMs, 2.0 * (7.0 - 2.0) + 2.0));
    TopologyOptions options;
    options.hub = 1;
    QVERIFY(isNear(made("star", network, options)->cycleTime().meanMs, 2.0 * (9.0 - 2.0) + 2.0));

    const auto mst = made("mst", network);
    const std::vector<OverlayLink> chain{{0, 1}, {1, 0}, {1, 2}, {2, 1}, {2, 3}, {3, 2}};
    QCOMPARE(mst->overlay().links(), chain);
    QVERIFY(isNear(mst->cycleTime().meanMs, 6.0));
    QVERIFY(isNear(made("mbst", network)->cycleTime().meanMs, 6.0));

    const auto ring = made("ring", network);
    QCOMPARE(ring->overlay().links().size(), std::size_t(4));
    QVERIFY(!ring->overlay().isSymmetric());
    QVERIFY(isNear(ring->cycleTime().meanMs, (4.0 + 5.0 + 6.0 + 7.0) / 4.0));
    options.ringBothWays = true;
    QVERIFY(isNear(made("ring", network, options)->cycleTime().meanMs, 7.0));

    const auto complete = made("complete", network);
    QCOMPARE(complete->overlay().links().size(), std::size_t(12));
    QVERIFY(isNear(complete->cycleTime().meanMs, 9.0));
    QVERIFY(isNear(complete->gap(), 1.0));
}

void TestTopology::hubIsTheMostCentralSilo()
{
    TopologyOptions options;
    options.hub = -1;
    // A chain of cables 0–1–2–3–4: all ways over the middle.
    const SiloNetwork chain =
        networkOf(test::underlayOf(5, {{0, 1, 100.0}, {1, 2, 900.0}, {2, 3, 100.0}, {3, 4, 100.0}}));
    QCOMPARE(mostCentralSilo(chain), 2);
    const auto star = made("star", chain, options);
    QCOMPARE(star->overlay().outDegree(2), 4);
    options.hub = 2;
    QCOMPARE(star->cycleTime().meanMs, made("star", chain, options)->cycleTime().meanMs);
    // Where all pairs have cables no way leads over anybody, and the nearest to all is the hub; of equals the
    // first.
    const auto triangle = [](double far) {
        return networkOf(test::underlayOf(3, {{0, 1, far}, {1, 2, 500.0}, {0, 2, 600.0}}));
    };
    QCOMPARE(mostCentralSilo(triangle(1000.0)), 2);
    QCOMPARE(mostCentralSilo(triangle(500.0)), 1);
}

void TestTopology::ringWeightsByHand()
{
    TopologyOptions options;
    options.ringWeights = true;
    const auto refused = makeTopology("ring", square(), options);
    QVERIFY(!refused && refused.error().code == ErrorCode::InvalidArgument);
    options.ringBothWays = true;
    const auto ring = made("ring", square(), options);
    for (int silo = 0; silo < 4; ++silo)
        for (int other = 0; other < 4; ++other)
            QCOMPARE(ring->mixingOfRound(7).at(silo, other), other == silo             ? 0.5
                                                             : (silo + other) % 2 == 0 ? 0.0
                                                                                       : 0.25);
    // Eigenvalues ½ + ½ cos(2πk/4).
    QVERIFY(isNear(ring->gap(), 0.5));
    options.ringWeights = false;
    QVERIFY(isNear(made("ring", square(), options)->mixing().at(0, 0), 1.0 / 3.0));
}

void TestTopology::visitsByHand()
{
    const SiloNetwork network = networkOf(test::underlayOf(2, {{0, 1, 1000.0}}));
    const Overlay pair = Overlay::bothWays(2, {{0, 1}});
    // Two messages of 2 ms, steps at home, abroad and before sending of 2 ms each.
    QVERIFY(isNear(visitCycleTimeMs(network, pair, {1, 1, 1}), 10.0));
    QVERIFY(isNear(visitCycleTimeMs(network, pair, {0, 20, 5}), 54.0));
    // A hub with two visitors trains them one after the other.
    const SiloNetwork line = networkOf(test::underlayOf(3, {{0, 1, 0.0}, {1, 2, 0.0}}));
    QVERIFY(isNear(visitCycleTimeMs(line, Overlay::bothWays(3, {{0, 1}, {1, 2}}), {0, 10, 0}), 42.0));
}

void TestTopology::oneAndTwoSilos()
{
    for (const std::string& name : topologyNames()) {
        if (name == "custom")
            continue;
        const auto one = made(name, networkOf(test::underlayOf(1, {})));
        QCOMPARE(one->overlay().links().size(), std::size_t(0));
        QVERIFY(isNear(one->cycleTime().meanMs, 2.0));
        QCOMPARE(one->mixing().at(0, 0), 1.0);
        QCOMPARE(one->mixingOfRound(3).at(0, 0), 1.0);
        const auto two = made(name, networkOf(test::underlayOf(2, {{0, 1, 1000.0}})));
        QCOMPARE(two->overlay().links().size(), std::size_t(2));
        QVERIFY(two->overlay().isStronglyConnected());
    }
}

void TestTopology::isTheSameEveryTime()
{
    const SiloNetwork network = networkOf(test::randomUnderlay(20, 20, 5));
    for (const std::string& name : topologyNames()) {
        if (name == "custom")
            continue;
        const auto first = made(name, network);
        const auto second = made(name, network);
        QCOMPARE(first->overlay().links(), second->overlay().links());
        QCOMPARE(first->cycleTime().meanMs, second->cycleTime().meanMs);
        QCOMPARE(first->overlayOfRound(17).links(), second->overlayOfRound(17).links());
        QCOMPARE(first->mixingOfRound(17).weights(), second->mixingOfRound(17).weights());
    }
}

void TestTopology::roundsDifferAndRepeat()
{
    const SiloNetwork network = networkOf(test::randomUnderlay(12, 20, 6));
    TopologyOptions other;
    other.seed = 2;
    const auto matcha = made("matcha", network);
    const auto otherSeed = made("matcha", network, other);
    int changed = 0;
    int seeded = 0;
    for (std::uint64_t round = 0; round < 50; ++round) {
        const Overlay now = matcha->overlayOfRound(round);
        changed += now.links() == matcha->overlayOfRound(round + 1).links() ? 0 : 1;
        seeded += now.links() == otherSeed->overlayOfRound(round).links() ? 0 : 1;
        for (const auto& [from, to] : now.links())
            QVERIFY(matcha->overlay().has(from, to));
    }
    QVERIFY(changed > 30);
    QVERIFY(seeded > 30);
    QVERIFY(matcha->changesByRound() && !made("ring", network)->changesByRound());
}

void TestTopology::multigraphByHand()
{
    // Delays 10, 20, 34: every, every second, every third round.
    const MultigraphPlan plan({{0, 1, 10.0}, {1, 2, 20.0}, {2, 0, 34.0}}, 5, 1.0);
    QCOMPARE(plan.periods(), (std::vector<int>{1, 2, 3}));
    QVERIFY(plan.isStrong(0, 7) && !plan.isStrong(1, 7) && plan.isStrong(1, 8) && plan.isStrong(2, 9));
    const auto rounds = plan.simulate(3, 3);
    QVERIFY(isNear(rounds[0], 64.0 / 3.0));
    QVERIFY(isNear(rounds[1], 10.0 / 3.0));
    // The second link has been on its way for 10/3 ms, the third stays weak.
    QVERIFY(isNear(rounds[2], (10.0 + 20.0 - 10.0 / 3.0) / 3.0));
    QCOMPARE(MultigraphPlan({{0, 1, 10.0}, {1, 0, 99.0}}, 3, 1.0).periods(), (std::vector<int>{1, 3}));
    // Everything weak but short: the computation remains.
    QVERIFY(isNear(MultigraphPlan({{0, 1, 0.2}, {1, 0, 0.2}}, 3, 4.6).simulate(2, 2)[1], 4.6));
}

void TestTopology::customOverlays()
{
    const SiloNetwork network = networkOf(*builtInUnderlay("gaia"));
    const std::string ring =
        R"({"version": 1, "directed": true, "links": [["Virginia", "California"], [1, 2], [2, 3],
        [3, 4], [4, 5], [5, 6], [6, 7], [7, 8], [8, 9], [9, "São Paulo"], [10, 0]]})";
    const auto overlay = parseOverlay(ring, network, "ring.json");
    QVERIFY(overlay.has_value());
    QCOMPARE(parseOverlay(overlayDocument(*overlay), network, "x")->links(), overlay->links());
    TopologyOptions options;
    options.custom = *overlay;
    const auto topology = made("custom", network, options);
    QVERIFY(isNear(topology->cycleTime().meanMs, overlayCycleTimeMs(network, *overlay)));
    const auto both = parseOverlay(R"({"version": 1, "links": [[0, 1]]})", network, "x");
    QCOMPARE(both->links().size(), std::size_t(2));
    options.custom = *both;
    QCOMPARE(makeTopology("custom", network, options).error().code, ErrorCode::InvalidArgument);
    options.custom = Overlay::bothWays(2, {{0, 1}});
    QCOMPARE(makeTopology("custom", network, options).error().code, ErrorCode::InvalidArgument);
    for (const char* text :
         {"", "[]", "{}", "null", R"({"version": 2, "links": []})", R"({"version": 1})",
          R"({"version": 1, "links": [[0]]})", R"({"version": 1, "links": [[0, 11]]})",
          R"({"version": 1, "links": [[0, -1]]})", R"({"version": 1, "links": [[0, 0]]})",
          R"({"version": 1, "links": [[0, 1], [1, 0]]})", R"({"version": 1, "links": [[0, 1.5]]})",
          R"({"version": 1, "links": [[0, "Dubln"]]})", R"({"version": 1, "links": [], "more": 1})",
          R"({"version": 1, "links": [[0, 1e300]]})",
          R"({"version": 1, "links": [[0, 18446744073709551615]]})"})
        QVERIFY2(!parseOverlay(text, network, "x").has_value(), text);
}

void TestTopology::refusesOptions()
{
    const SiloNetwork network = square();
    const auto refuses = [&network](const std::string& name, const TopologyOptions& options) {
        const auto topology = makeTopology(name, network, options);
        return !topology && topology.error().code == ErrorCode::InvalidArgument;
    };
    TopologyOptions options;
    QVERIFY(refuses("rings", {}));
    QVERIFY(makeTopology("rings", network).error().detail.find("ring") != std::string::npos);
    options.hub = 4;
    QVERIFY(refuses("star", options));
    options = {};
    options.budget = std::nan("");
    QVERIFY(refuses("matcha", options));
    options.budget = 0.0;
    QVERIFY(refuses("matcha", options));
    options = {};
    options.maxDegree = 1;
    QVERIFY(refuses("mbst", options));
    options = {};
    options.multiplicity = 0;
    QVERIFY(refuses("multigraph", options));
    options = {};
    options.simulatedRounds = 0;
    QVERIFY(refuses("matcha", options));
    DelayModel model;
    model.modelBits = std::nan("");
    QVERIFY(!SiloNetwork::create(test::underlayOf(1, {}), model).has_value());
    model = {};
    model.silo.uplinkMbps = 0.0;
    QVERIFY(!SiloNetwork::create(test::underlayOf(1, {}), model).has_value());
    model = {};
    model.silos.resize(2);
    QVERIFY(!SiloNetwork::create(test::underlayOf(1, {}), model).has_value());
}

void TestTopology::publishedCycleTimes_data()
{
    QTest::addColumn<QString>("underlay");
    QTest::addColumn<double>("tolerance");
    QTest::addColumn<double>("star");
    QTest::addColumn<double>("mst");
    QTest::addColumn<double>("ring");
    QTest::addColumn<double>("matcha");
    QTest::newRow("gaia, built in") << "gaia" << 0.01 << 289.82 << 77.20 << 57.19 << 166.4;
    QTest::newRow("amazon, built in") << "amazon" << 0.01 << 98.82 << 28.75 << 20.35 << 57.7;
    QTest::newRow("gaia") << "gaia.gml" << 0.01 << 289.82 << 77.20 << 57.19 << 166.4;
    QTest::newRow("amazon") << "amazon_us.gml" << 0.01 << 98.82 << 28.75 << 20.35 << 57.7;
    QTest::newRow("géant") << "geantdistance.gml" << 0.05 << 132.2 << 40.1 << 27.7 << 46.9;
    QTest::newRow("exodus") << "exodus.gml" << 0.05 << 265.2 << 84.4 << 24.7 << 84.7;
    QTest::newRow("ebone") << "ebone.gml" << 0.05 << 190.9 << 60.9 << 18.5 << 61.5;
}

void TestTopology::publishedCycleTimes()
{
    QFETCH(QString, underlay);
    std::string name = underlay.toStdString();
    if (name.find(".gml") != std::string::npos) {
        const auto file = test::realData("networks/" + name);
        NEEDS_REAL_DATA(file);
        name = file.string();
    }
    const SiloNetwork network = networkOf(openUnderlay(name).value(), {});
    const auto timeOf = [&network](const char* overlay) {
        return made(overlay, network)->cycleTime().meanMs;
    };
    QFETCH(double, tolerance);
    QFETCH(double, star);
    QFETCH(double, mst);
    QFETCH(double, ring);
    QFETCH(double, matcha);
    QVERIFY(isNear(timeOf("star"), star, tolerance));
    QVERIFY(isNear(timeOf("mst"), mst, tolerance));
    QVERIFY(isNear(timeOf("mbst"), mst, tolerance));
    QVERIFY(isNear(timeOf("ring"), ring, tolerance));
    QVERIFY(isNear(timeOf("matcha"), matcha, 0.03 * matcha));
    if (name == "gaia") {
        TopologyOptions options;
        options.simulatedRounds = 6400;
        // The result that the authors released.
        QVERIFY(isNear(made("multigraph", network, options)->cycleTime().meanMs, 15.6966, 0.01));
    }
}

QTEST_APPLESS_MAIN(TestTopology)
#include "tst_topology.moc"
