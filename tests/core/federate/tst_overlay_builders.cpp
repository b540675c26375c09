// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/network_fixture.h"
#include "core/federate/topology/matcha_private.h"
#include "core/federate/topology/overlay_builders_private.h"
#include "core/federate/topology/topology.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace fedefm;

class TestOverlayBuilders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void overlayIsChecked();
    void primByHand();
    void boundedTreesKeepTheirDegree();
    void treesAreSmallest();
    void toursVisitAllWithinTheBound();
    void pathsInTheCubeStayNear();
    void matchingsColourEveryPairOnce();
    void completeGraphsNeedFewMatchings();
    void matchaProbabilitiesByHand();
    void matchaProbabilitiesBeatUniformOnes();
    void matchaDrawsAsOftenAsAsked();
};

namespace {

PairWeight weightsOf(const SiloNetwork& network)
{
    return [&network](int a, int b) { return network.pairDelayMs(a, b); };
}

SiloNetwork randomNetwork(int silos, std::uint32_t seed)
{
    return SiloNetwork::create(test::randomUnderlay(silos, silos, seed)).value();
}

std::vector<SiloPair> pairsOf(const Underlay& underlay)
{
    std::vector<SiloPair> pairs;
    for (const UnderlayLink& link : underlay.links)
        pairs.emplace_back(link.a, link.b);
    return pairs;
}

double sumOf(const std::vector<SiloPair>& pairs, const PairWeight& weight)
{
    double sum = 0.0;
    for (const auto& [a, b] : pairs)
        sum += weight(a, b);
    return sum;
}

double tourLength(const std::vector<int>& tour, const PairWeight& weight)
{
    double sum = 0.0;
    for (std::size_t i = 0; i < tour.size(); ++i)
        sum += weight(tour[i], tour[(i + 1) % tour.size()]);
    return sum;
}

} // namespace

void TestOverlayBuilders::overlayIsChecked()
{
    QVERIFY(!Overlay::create(2, {{0, 2}}).has_value());
    QVERIFY(!Overlay::create(2, {{-1, 0}}).has_value());
    QVERIFY(!Overlay::create(2, {{1, 1}}).has_value());
    QVERIFY(!Overlay::create(2, {{0, 1}, {0, 1}}).has_value());
    const auto overlay = Overlay::create(3, {{2, 0}, {0, 1}});
    QCOMPARE(overlay->outgoing(2), std::vector<int>{0});
    QCOMPARE(overlay->incoming(1), std::vector<int>{0});
    QCOMPARE(overlay->inDegree(2), 0);
    QVERIFY(overlay->has(2, 0) && !overlay->has(0, 2));
    QVERIFY(!overlay->isSymmetric() && !overlay->isStronglyConnected());
    QVERIFY(Overlay::create(3, {{2, 0}, {0, 1}, {1, 2}})->isStronglyConnected());
    QVERIFY(Overlay::bothWays(3, {{0, 1}, {1, 0}, {1, 2}}).isSymmetric());
}

void TestOverlayBuilders::primByHand()
{
    // Silo 0 in the middle of four others; 3 and 4 are close to each other.
    const double table[5][5] = {
        {0, 1, 2, 3, 4}, {1, 0, 9, 9, 9}, {2, 9, 0, 9, 9}, {3, 9, 9, 0, 1}, {4, 9, 9, 1, 0}};
    const PairWeight weight = [&table](int a, int b) { return table[a][b]; };
    QCOMPARE(primTree(5, weight, 5), (std::vector<SiloPair>{{0, 1}, {0, 2}, {0, 3}, {3, 4}}));
    // With two pairs each, 0 is full after 1 and 2.
    QCOMPARE(primTree(5, weight, 2), (std::vector<SiloPair>{{0, 1}, {0, 2}, {1, 3}, {3, 4}}));
}

void TestOverlayBuilders::boundedTreesKeepTheirDegree()
{
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const SiloNetwork network = randomNetwork(15, seed);
        for (int degree = 2; degree < 6; ++degree) {
            const Overlay tree = boundedDegreeTree(network, degree);
            QCOMPARE(tree.links().size(), std::size_t(28));
            QVERIFY(tree.isStronglyConnected());
            for (int silo = 0; silo < 15; ++silo)
                QVERIFY(tree.outDegree(silo) <= degree);
        }
        const double best = overlayCycleTimeMs(network, boundedDegreeTree(network, 0));
        for (int degree = 2; degree < 15; ++degree)
            QVERIFY(best <= overlayCycleTimeMs(network, boundedDegreeTree(network, degree)));
    }
}

void TestOverlayBuilders::treesAreSmallest()
{
    // Exchanging any pair of the tree for one across the cut makes it no smaller.
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        const SiloNetwork network = randomNetwork(10, seed);
        const PairWeight weight = weightsOf(network);
        const auto tree = primTree(10, weight, 10);
        for (std::size_t removed = 0; removed < tree.size(); ++removed)
            for (int a = 0; a < 10; ++a)
                for (int b = 0; b < a; ++b) {
                    auto other = tree;
                    other[removed] = {a, b};
                    if (Overlay::bothWays(10, other).isStronglyConnected())
                        QVERIFY(sumOf(other, weight) >= sumOf(tree, weight) - 1e-6);
                }
    }
}

void TestOverlayBuilders::toursVisitAllWithinTheBound()
{
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        constexpr int kCount = 8;
        const SiloNetwork network = randomNetwork(kCount, seed);
        const PairWeight weight = weightsOf(network);
        const auto tour = christofidesTour(kCount, weight);
        QCOMPARE(tour.front(), 0);
        QCOMPARE(std::set<int>(tour.begin(), tour.end()).size(), std::size_t(kCount));
        QCOMPARE(tour.size(), std::size_t(kCount));
        std::vector<int> order(kCount);
        std::iota(order.begin(), order.end(), 0);
        double shortest = tourLength(order, weight);
        while (std::next_permutation(order.begin() + 1, order.end()))
            shortest = std::min(shortest, tourLength(order, weight));
        QVERIFY(tourLength(tour, weight) >= shortest - 1e-9);
        QVERIFY(tourLength(tour, weight) <= 1.5 * shortest + 1e-9);
    }
}

void TestOverlayBuilders::pathsInTheCubeStayNear()
{
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        constexpr int kCount = 25;
        const Underlay tree = test::randomUnderlay(kCount, 0, seed);
        // Cables of 1 km make lengths count pairs.
        Underlay counted = tree;
        for (UnderlayLink& link : counted.links)
            link.lengthKm = 1.0;
        const SiloNetwork network = SiloNetwork::create(counted).value();
        const auto path = pathInCube(kCount, pairsOf(tree));
        QCOMPARE(std::set<int>(path.begin(), path.end()).size(), std::size_t(kCount));
        QCOMPARE(path.size(), std::size_t(kCount));
        for (std::size_t i = 1; i < path.size(); ++i)
            QVERIFY(network.hops(path[i - 1], path[i]) <= 3);
    }
}

void TestOverlayBuilders::matchingsColourEveryPairOnce()
{
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        const int count = 3 + static_cast<int>(seed % 30);
        const auto pairs = pairsOf(test::randomUnderlay(count, static_cast<int>(seed * 7 % 90), seed));
        std::vector<int> degree(static_cast<std::size_t>(count), 0);
        std::set<SiloPair> expected;
        for (const auto& [a, b] : pairs) {
            ++degree[static_cast<std::size_t>(a)];
            ++degree[static_cast<std::size_t>(b)];
            expected.insert(std::minmax(a, b));
        }
        const auto all = matchings(count, pairs);
        QVERIFY(static_cast<int>(all.size()) <= *std::max_element(degree.begin(), degree.end()) + 1);
        std::set<SiloPair> found;
        std::size_t total = 0;
        for (const auto& matching : all) {
            std::set<int> silos;
            for (const auto& [a, b] : matching) {
                QVERIFY(silos.insert(a).second && silos.insert(b).second);
                found.insert(std::minmax(a, b));
                ++total;
            }
        }
        QCOMPARE(total, pairs.size());
        QVERIFY(found == expected);
    }
}

void TestOverlayBuilders::completeGraphsNeedFewMatchings()
{
    for (int count = 2; count < 40; ++count) {
        std::vector<SiloPair> pairs;
        for (int a = 0; a < count; ++a)
            for (int b = a + 1; b < count; ++b)
                pairs.emplace_back(a, b);
        const auto all = matchings(count, pairs);
        QVERIFY(static_cast<int>(all.size()) <= count);
        std::size_t total = 0;
        for (const auto& matching : all) {
            QVERIFY(static_cast<int>(matching.size()) <= count / 2);
            total += matching.size();
        }
        QCOMPARE(total, pairs.size());
    }
}

void TestOverlayBuilders::matchaProbabilitiesByHand()
{
    // A line of three: two matchings with a pair each, one colour unused. Both pairs are needed alike, the
    // empty matching is worth nothing: ¾ each at a budget of ½ · 3.
    const MatchaPlan plan = planMatcha(3, {{0, 1}, {1, 2}}, 0.5);
    QCOMPARE(plan.matchings.size(), std::size_t(3));
    for (std::size_t m = 0; m < 3; ++m)
        QVERIFY(std::abs(plan.probabilities[m] - (plan.matchings[m].empty() ? 0.0 : 0.75)) < 0.02);
    // One pair that is always there: α = ½ mixes two silos at once.
    const MatchaPlan pair = planMatcha(2, {{0, 1}}, 1.0);
    QVERIFY(std::abs(pair.alpha - 0.5) < 1e-6);
    QVERIFY(pair.rho < 1e-6);
}

void TestOverlayBuilders::matchaProbabilitiesBeatUniformOnes()
{
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
        const auto pairs = pairsOf(test::randomUnderlay(12, 8, seed));
        const MatchaPlan plan = planMatcha(12, pairs, 0.5);
        const double sum = std::accumulate(plan.probabilities.begin(), plan.probabilities.end(), 0.0);
        QVERIFY(std::abs(sum - 0.5 * static_cast<double>(plan.matchings.size())) < 1e-6);
        for (const double p : plan.probabilities)
            QVERIFY(p >= 0.0 && p <= 1.0);
        // ρ < 1 is what makes the silos agree.
        QVERIFY(plan.rho > 0.0 && plan.rho < 1.0);
        QVERIFY(plan.alpha > 0.0);
    }
}

void TestOverlayBuilders::matchaDrawsAsOftenAsAsked()
{
    MatchaPlan plan;
    plan.matchings = {{{0, 1}}, {{1, 2}}, {{2, 3}}};
    plan.probabilities = {0.0, 0.3, 1.0};
    constexpr int kRounds = 4000;
    std::vector<int> seen(3, 0);
    for (std::uint64_t round = 0; round < kRounds; ++round)
        for (const auto& [a, b] : drawMatcha(plan, 9, round))
            ++seen[static_cast<std::size_t>(a)];
    QCOMPARE(seen[0], 0);
    QCOMPARE(seen[2], kRounds);
    // Five standard deviations.
    QVERIFY(std::abs(seen[1] - 0.3 * kRounds) < 5.0 * std::sqrt(0.21 * kRounds));
}

QTEST_APPLESS_MAIN(TestOverlayBuilders)
#include "tst_overlay_builders.moc"
