// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/network_fixture.h"
#include "core/federate/topology/topology.h"

#include <QTest>
#include <cmath>

using namespace fedefm;

class TestMixingMatrix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void metropolisByHand();
    void ringsByHand();
    void lineOfLaplacianByHand();
    void balancesAnyStronglyConnectedOverlay();
    void refusesWhatCannotBeBalanced();
    void gapsInClosedForm();
    void everyTopologyPreservesTheMean();
    void gossipConvergesAsTheGapSays();
};

namespace {

Overlay directedRing(int count)
{
    std::vector<OverlayLink> links;
    for (int silo = 0; silo < count; ++silo)
        links.push_back({silo, (silo + 1) % count});
    return Overlay::create(count, links).value();
}

Overlay ringBothWays(int count)
{
    std::vector<std::pair<int, int>> pairs;
    for (int silo = 0; silo < count; ++silo)
        pairs.emplace_back(silo, (silo + 1) % count);
    return Overlay::bothWays(count, pairs);
}

bool isNear(double a, double b, double tolerance = 1e-9)
{
    return std::abs(a - b) <= tolerance;
}

std::vector<double> mixed(const MixingMatrix& mixing, const std::vector<double>& values)
{
    std::vector<double> result(values.size(), 0.0);
    for (int i = 0; i < mixing.siloCount(); ++i)
        for (int j = 0; j < mixing.siloCount(); ++j)
            result[static_cast<std::size_t>(i)] += mixing.at(i, j) * values[static_cast<std::size_t>(j)];
    return result;
}

} // namespace

void TestMixingMatrix::metropolisByHand()
{
    // A line 0–1–2: degrees 1, 2, 1.
    const MixingMatrix mixing = MixingMatrix::metropolis(Overlay::bothWays(3, {{0, 1}, {1, 2}}));
    const std::vector<double> expected{2.0 / 3, 1.0 / 3, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0, 1.0 / 3, 2.0 / 3};
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY(isNear(mixing.weights()[i], expected[i]));
    // A link without its opposite counts for both.
    const auto oneWay = Overlay::create(3, {{0, 1}, {2, 1}});
    QCOMPARE(MixingMatrix::metropolis(*oneWay).weights(), mixing.weights());
}

void TestMixingMatrix::ringsByHand()
{
    const auto directed = MixingMatrix::balanced(directedRing(5));
    QVERIFY(isNear(directed->at(1, 0), 0.5) && isNear(directed->at(1, 1), 0.5) && directed->at(0, 1) == 0.0);
    const MixingMatrix metropolis = MixingMatrix::metropolis(ringBothWays(5));
    QVERIFY(isNear(metropolis.at(0, 4), 1.0 / 3) && isNear(metropolis.at(0, 0), 1.0 / 3));
}

void TestMixingMatrix::lineOfLaplacianByHand()
{
    const MixingMatrix mixing = MixingMatrix::laplacian(Overlay::bothWays(3, {{0, 1}, {1, 2}}), 0.2);
    QVERIFY(isNear(mixing.at(0, 0), 0.8) && isNear(mixing.at(1, 1), 0.6) && isNear(mixing.at(1, 2), 0.2));
    QCOMPARE(MixingMatrix::laplacian(Overlay::bothWays(3, {}), 0.2).weights(), MixingMatrix(3).weights());
}

void TestMixingMatrix::balancesAnyStronglyConnectedOverlay()
{
    std::mt19937 engine(4);
    for (int trial = 0; trial < 50; ++trial) {
        const int count = 2 + static_cast<int>(engine() % 12);
        std::vector<OverlayLink> links = directedRing(count).links();
        for (int a = 0; a < count; ++a)
            for (int b = 0; b < count; ++b)
                if (a != b && (a + 1) % count != b && engine() % 4 == 0)
                    links.push_back({a, b});
        const Overlay overlay = Overlay::create(count, links).value();
        const auto mixing = MixingMatrix::balanced(overlay);
        QVERIFY(mixing.has_value());
        QVERIFY(mixing->imbalance() < 1e-12);
        for (int i = 0; i < count; ++i)
            for (int j = 0; j < count; ++j)
                QCOMPARE(mixing->at(i, j) > 0.0, i == j || overlay.has(j, i));
    }
}

void TestMixingMatrix::refusesWhatCannotBeBalanced()
{
    QVERIFY(!MixingMatrix::balanced(Overlay::create(2, {{0, 1}}).value()).has_value());
    QVERIFY(MixingMatrix::balanced(Overlay::create(1, {}).value()).has_value());
}

void TestMixingMatrix::gapsInClosedForm()
{
    constexpr double kPi = 3.14159265358979323846;
    for (const int count : {3, 5, 8, 11}) {
        // (1 + e^{iθ})/2 and (1 + 2 cos θ)/3 at θ = 2π/n.
        QVERIFY(
            isNear(spectralGap(*MixingMatrix::balanced(directedRing(count))), 1.0 - std::cos(kPi / count)));
        const double metropolis = 1.0 - (1.0 + 2.0 * std::cos(2.0 * kPi / count)) / 3.0;
        if (count > 3)
            QVERIFY(isNear(spectralGap(MixingMatrix::metropolis(ringBothWays(count))), metropolis));
    }
    QVERIFY(isNear(spectralGap(MixingMatrix(4)), 0.0));
    QVERIFY(isNear(spectralGap(MixingMatrix(1)), 1.0));
    QVERIFY(
        isNear(spectralGap(MixingMatrix::metropolis(Overlay::bothWays(3, {{0, 1}, {1, 2}, {0, 2}}))), 1.0));
    // Two parts that never meet.
    QVERIFY(isNear(spectralGap(MixingMatrix::metropolis(Overlay::bothWays(4, {{0, 1}, {2, 3}}))), 0.0));
}

void TestMixingMatrix::everyTopologyPreservesTheMean()
{
    const SiloNetwork network = SiloNetwork::create(test::randomUnderlay(17, 25, 8)).value();
    for (const std::string& name : topologyNames()) {
        if (name == "custom")
            continue;
        const auto topology = std::move(makeTopology(name, network).value());
        QVERIFY(topology->mixing().imbalance() < 1e-12);
        QVERIFY2(topology->gap() > 0.0 && topology->gap() <= 1.0 + 1e-12, name.c_str());
        for (std::uint64_t round = 0; round < 20; ++round) {
            const MixingMatrix mixing = topology->mixingOfRound(round);
            const Overlay overlay = topology->overlayOfRound(round);
            QVERIFY(mixing.imbalance() < 1e-12);
            for (int i = 0; i < 17; ++i)
                for (int j = 0; j < 17; ++j)
                    if (mixing.at(i, j) != 0.0 && i != j)
                        QVERIFY(overlay.has(j, i) || overlay.has(i, j));
        }
    }
}

void TestMixingMatrix::gossipConvergesAsTheGapSays()
{
    const SiloNetwork network = SiloNetwork::create(*builtInUnderlay("gaia")).value();
    for (const char* name : {"ring", "mst", "matcha", "star", "complete"}) {
        const auto topology = std::move(makeTopology(name, network).value());
        std::vector<double> values;
        for (int silo = 0; silo < 11; ++silo)
            values.push_back(silo * silo);
        constexpr double kMean = 35.0; // 385 / 11
        double before = 0.0;
        for (const double value : values)
            before += (value - kMean) * (value - kMean);
        constexpr int kRounds = 60;
        for (std::uint64_t round = 0; round < kRounds; ++round)
            values = mixed(topology->mixingOfRound(round), values);
        double after = 0.0;
        double sum = 0.0;
        for (const double value : values) {
            after += (value - kMean) * (value - kMean);
            sum += value;
        }
        QVERIFY(isNear(sum, 385.0, 1e-8));
        const double bound = before * std::pow(1.0 - topology->gap(), 2.0 * kRounds);
        // A margin for the draws of MATCHA, and for rounding where nothing is left.
        QVERIFY2(after <= 30.0 * bound + 1e-18 * before, name);
    }
}

QTEST_APPLESS_MAIN(TestMixingMatrix)
#include "tst_mixing_matrix.moc"
