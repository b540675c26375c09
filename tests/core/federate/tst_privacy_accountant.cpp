// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/gaussian_mechanism.h"
#include "core/federate/privacy/privacy_settings.h"
#include "core/federate/privacy/rdp_accountant.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

using namespace fedefm;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double relative(double value, double expected)
{
    return std::abs(value - expected) / std::max(1e-300, std::abs(expected));
}

/// log A = log ∫ N(z; 0, σ²) ((1−q) + q·exp((2z−1)/2σ²))^α dz by the trapezoidal rule, which converges
/// exponentially here. Where A − 1 is small it is integrated itself.
double integratedLogMoment(double q, double sigma, double order)
{
    const double low = -40.0 * sigma;
    const double high = order + 40.0 * sigma;
    const int count = 400000;
    const double step = (high - low) / count;
    const double logScale = std::log(step) - std::log(sigma) - 0.5 * std::log(2.0 * M_PI);
    long double sum = 0.0L;
    for (int i = 0; i <= count; ++i) {
        const double z = low + step * i;
        const double shift = (2.0 * z - 1.0) / (2.0 * sigma * sigma);
        // log((1−q) + q·eˢ), without overflow.
        const double ratio = shift > 0.0 ? shift + std::log(q + (1.0 - q) * std::exp(-shift))
                                         : std::log1p(q * std::expm1(shift));
        const long double density = static_cast<long double>(logScale) - z * z / (2.0 * sigma * sigma);
        const long double power = static_cast<long double>(order) * ratio;
        sum += power > 30.0L ? std::exp(density + power) : std::exp(density) * std::expm1(power);
    }
    return static_cast<double>(std::log1p(sum));
}

std::vector<double> opacusOrders()
{
    std::vector<double> orders;
    for (int tenths = 11; tenths < 110; ++tenths)
        orders.push_back(tenths / 10.0);
    for (int order = 12; order < 64; ++order)
        orders.push_back(order);
    return orders;
}

/// Φ by its definition, as a peer of what the library does with logarithms.
double exactDelta(double mu, double epsilon)
{
    const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    return below(mu / 2 - epsilon / mu) - std::exp(epsilon) * below(-mu / 2 - epsilon / mu);
}

} // namespace

class TestPrivacyAccountant : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void seriesAgreesWithIntegration_data()
    {
        QTest::addColumn<double>("q");
        QTest::addColumn<double>("sigma");
        QTest::addColumn<double>("order");
        const double cases[][3] = {
            {0.01, 1.1, 2},    {0.01, 1.1, 7},     {0.01, 1.1, 7.3}, {0.01, 1.1, 1.1},  {0.01, 1.1, 1.5},
            {0.04, 1.5, 4.4},  {0.2, 0.7, 3.7},    {0.5, 2.0, 10.9}, {0.5, 0.5, 2.5},   {0.9, 1.0, 5.5},
            {0.99, 3.0, 12.5}, {0.001, 0.6, 6.1},  {1e-4, 1.0, 1.5}, {1e-3, 1.0, 2},    {0.01, 10, 20},
            {0.1, 100, 20.5},  {0.999, 100, 25.6}, {0.1, 4.0, 63.0}, {0.02, 2.0, 30.7}, {1e-6, 1.0, 27},
            {0.3, 5.0, 1.01},  {0.01, 2.5, 1.5},   {0.7, 0.9, 1.2},  {0.01, 8.0, 128.0}};
        for (const auto& one : cases)
            QTest::addRow("q %g sigma %g order %g", one[0], one[1], one[2]) << one[0] << one[1] << one[2];
    }
    void seriesAgreesWithIntegration()
    {
        QFETCH(double, q);
        QFETCH(double, sigma);
        QFETCH(double, order);
        const double expected = integratedLogMoment(q, sigma, order) / (order - 1.0);
        const double found = sampledGaussianRdp(q, sigma, order);
        QVERIFY2(relative(found, expected) < 1e-7 || std::abs(found - expected) < 1e-13,
                 qPrintable(QString("%1, expected %2").arg(found, 0, 'g', 12).arg(expected, 0, 'g', 12)));
    }

    /// Values that the tests of Google's dp_accounting publish: σ 2.5, q 0.01, 50 steps. Theirs at orders
    /// that are not whole are up to 3 % too large, as integration shows.
    void publishedDivergences()
    {
        const double expected[][2] = {{5, 2.18075656e-03}, {50, 2.38460375e-02}, {100, 1.67416308e+02}};
        for (const auto& one : expected) {
            const double found = 50.0 * sampledGaussianRdp(0.01, 2.5, one[0]);
            QVERIFY2(relative(found, one[1]) < 1e-6, qPrintable(QString::number(found, 'g', 12)));
        }
    }

    /// Opacus' own check: σ 1.5, q 0.04, 2250 steps, δ 1e-5.
    void agreesWithOpacus()
    {
        RdpAccountant accountant(opacusOrders());
        QVERIFY(accountant.addSteps(0.04, 1.5, 2250));
        QVERIFY(std::abs(accountant.epsilon(1e-5)->epsilon - 7.32911117143) < 1e-7);
        RdpAccountant more;
        QVERIFY(more.addSteps(0.04, 1.5, 2250));
        QVERIFY(more.epsilon(1e-5)->epsilon <= accountant.epsilon(1e-5)->epsilon + 1e-12);
    }

    /// q 0.01, σ 1.1, 10 000 steps, δ 1e-5, with divergences by integration and the bound written out.
    void agreesWithIntegrationAsAWhole()
    {
        double expected = kInfinity;
        for (double order = 2.0; order < 8.0; order += 0.5) {
            const double rdp = 10000.0 * integratedLogMoment(0.01, 1.1, order) / (order - 1.0);
            expected = std::min(expected, rdp + std::log((order - 1.0) / order) -
                                              (std::log(1e-5) + std::log(order)) / (order - 1.0));
        }
        std::vector<double> orders;
        for (double order = 2.0; order < 8.0; order += 0.5)
            orders.push_back(order);
        RdpAccountant accountant(orders);
        QVERIFY(accountant.addSteps(0.01, 1.1, 10000));
        const auto bound = accountant.epsilon(1e-5);
        QVERIFY2(std::abs(bound->epsilon - expected) < 1e-6,
                 qPrintable(QString::number(bound->epsilon, 'g', 12)));
        RdpAccountant all;
        QVERIFY(all.addSteps(0.01, 1.1, 10000));
        QVERIFY(all.epsilon(1e-5)->epsilon <= expected);
        QVERIFY(all.epsilon(1e-5)->epsilon > expected - 0.02);
    }

    void publishedConversions()
    {
        // A constant divergence is pure differential privacy; value of dp_accounting's tests.
        std::vector<double> orders;
        for (int order = 2; order <= 32; ++order)
            orders.push_back(order);
        const auto pure = epsilonOfRdp(orders, std::vector<double>(orders.size(), 1.1), 1e-5);
        QVERIFY(std::abs(pure->epsilon - 1.32783806176) < 1e-10);
        QCOMPARE(pure->order, 32.0);
        // Noise that gives exactly (1, 1e-6) by divergences of a plain Gaussian.
        std::vector<double> fine, rdp;
        for (int i = 1001; i < 100000; ++i) {
            fine.push_back(0.001 * i);
            rdp.push_back(sampledGaussianRdp(1.0, 4.530877117, fine.back()));
        }
        QVERIFY(std::abs(epsilonOfRdp(fine, rdp, 1e-6)->epsilon - 1.0) < 1e-7);
    }

    void closedFormsAndEdges()
    {
        QCOMPARE(sampledGaussianRdp(1.0, 2.0, 3.5), 3.5 / 8.0);
        QCOMPARE(sampledGaussianRdp(0.0, 2.0, 3.5), 0.0);
        QCOMPARE(sampledGaussianRdp(0.0, 0.0, 3.5), 0.0);
        QCOMPARE(sampledGaussianRdp(0.1, 0.0, 3.5), kInfinity);
        // Order 2: log(1 + q²(e^{1/σ²} − 1)).
        QVERIFY(relative(sampledGaussianRdp(0.3, 1.7, 2.0), std::log1p(0.09 * std::expm1(1.0 / 2.89))) <
                1e-14);
        for (const double bad : {-0.1, 1.1, std::nan("")})
            QVERIFY(std::isnan(sampledGaussianRdp(bad, 1.0, 2.0)));
        QVERIFY(std::isnan(sampledGaussianRdp(0.1, -1.0, 2.0)));
        QVERIFY(std::isnan(sampledGaussianRdp(0.1, 1.0, 1.0)));
        // Far from what is usual: finite, and never negative.
        for (const double q : {1e-9, 1e-3, 0.5, 1.0 - 1e-9})
            for (const double sigma : {0.05, 0.3, 1.0, 50.0, 1e4})
                for (const double order : {1.01, 1.1, 2.0, 9.7, 63.5, 1024.0}) {
                    const double rdp = sampledGaussianRdp(q, sigma, order);
                    QVERIFY(rdp >= 0.0 && std::isfinite(rdp));
                    QVERIFY(rdp <= sampledGaussianRdp(1.0, sigma, order) * (1.0 + 1e-9));
                }
    }

    void behavesAsTheoryDemands()
    {
        for (const double order : {1.3, 2.0, 4.6, 17.0}) {
            QVERIFY(sampledGaussianRdp(0.02, 1.0, order) > sampledGaussianRdp(0.01, 1.0, order));
            QVERIFY(sampledGaussianRdp(0.01, 1.0, order) > sampledGaussianRdp(0.01, 1.2, order));
            QVERIFY(sampledGaussianRdp(0.01, 1.0, order + 0.1) > sampledGaussianRdp(0.01, 1.0, order));
        }
    }

    void composesStepsInAnyOrder()
    {
        RdpAccountant one, other;
        for (int i = 0; i < 30; ++i)
            QVERIFY(one.addSteps(0.01, 1.0));
        QVERIFY(one.addSteps(0.05, 2.0, 10));
        QVERIFY(other.addSteps(0.05, 2.0, 4));
        QVERIFY(other.addSteps(0.01, 1.0, 30));
        QVERIFY(other.addSteps(0.05, 2.0, 6));
        QCOMPARE(one.history().size(), std::size_t(2));
        QCOMPARE(one.history()[0].count, std::int64_t(30));
        QVERIFY(relative(one.epsilon(1e-5)->epsilon, other.epsilon(1e-5)->epsilon) < 1e-12);
        const auto again = parseRdpAccountant(toJson(other));
        QVERIFY(again);
        QVERIFY(again->rdp() == other.rdp());
        QCOMPARE(RdpAccountant().epsilon(1e-5)->epsilon, 0.0);
        RdpAccountant bare;
        QVERIFY(bare.addSteps(0.1, 0.0));
        QCOMPARE(bare.epsilon(1e-5)->epsilon, kInfinity);
    }

    void refusesHostileInput()
    {
        RdpAccountant accountant;
        QVERIFY(!accountant.addSteps(1.5, 1.0));
        QVERIFY(!accountant.addSteps(std::nan(""), 1.0));
        QVERIFY(!accountant.addSteps(0.1, -1.0));
        QVERIFY(!accountant.addSteps(0.1, kInfinity));
        QVERIFY(!accountant.addSteps(0.1, 1.0, -1));
        QVERIFY(accountant.history().empty());
        for (const double delta : {0.0, 1.0, -1.0, std::nan("")})
            QVERIFY(!accountant.epsilon(delta));
        QVERIFY(!RdpAccountant({0.5, 1.0}).epsilon(1e-5));
        QVERIFY(!epsilonOfRdp({2.0}, {}, 1e-5));
        for (const char* text :
             {"{}", "[1]", "[{}]", R"([{"sampling_rate": 2, "noise_multiplier": 1, "steps": 1}])",
              R"([{"sampling_rate": 0.1, "noise_multiplier": 1, "steps": -1}])",
              R"([{"sampling_rate": 0.1, "noise_multiplier": 1, "steps": 18446744073709551615}])"})
            QVERIFY2(!parseRdpAccountant(nlohmann::json::parse(text)), text);
    }

    void findsTheNoiseForATarget()
    {
        PrivacyTarget target;
        target.epsilon = 8.0;
        target.delta = 1e-5;
        target.samplingRate = 0.04;
        target.steps = 2250;
        const auto noise = noiseMultiplierFor(target);
        QVERIFY(noise);
        // Opacus stops its search at 1.416.
        QVERIFY2(*noise > 1.40 && *noise <= 1.4161, qPrintable(QString::number(*noise, 'g', 10)));
        const auto epsilonAt = [&target](double sigma) {
            RdpAccountant accountant;
            return accountant.addSteps(target.samplingRate, sigma, target.steps)
                .and_then([&] { return accountant.epsilon(target.delta); })
                ->epsilon;
        };
        QVERIFY(epsilonAt(*noise) <= 8.0);
        QVERIFY(epsilonAt(*noise * 0.9995) > 8.0);
        target.steps = 0;
        QCOMPARE(*noiseMultiplierFor(target), 0.0);
        target.steps = 100;
        target.epsilon = 0.0;
        QVERIFY(!noiseMultiplierFor(target));
        target.epsilon = 1.0;
        target.delta = 0.0;
        QVERIFY(!noiseMultiplierFor(target));
        target.delta = 1e-5;
        target.epsilon = 1e-9;
        target.samplingRate = 1.0;
        target.steps = 1000000000;
        const auto none = noiseMultiplierFor(target);
        QVERIFY(!none);
        QVERIFY(none.error().detail.find("fewer steps") != std::string::npos);
    }

    void exactGaussian()
    {
        for (const double epsilon : {0.1, 1.0, 3.0, 10.0})
            for (const double sigma : {0.4, 1.0, 3.0}) {
                const double expected = exactDelta(1.0 / sigma, epsilon);
                QVERIFY(std::abs(*gaussianDelta(sigma, 1, epsilon) - expected) < 1e-14);
                if (expected > 1e-10 && expected < 1.0)
                    QVERIFY(relative(*gaussianEpsilon(sigma, 1, expected), epsilon) < 1e-4);
            }
        // Balle and Wang's calibration stays below the classical sqrt(2 ln(1.25/δ))/ε.
        const double noise = *gaussianNoiseMultiplier(1.0, 1e-5, 1);
        QVERIFY(noise > 3.73 && noise < 3.7308);
        QVERIFY(exactDelta(1.0 / noise, 1.0) <= 1e-5);
        QVERIFY(exactDelta(1.001 / noise, 1.0) > 1e-5);
        QVERIFY(relative(*gaussianNoiseMultiplier(1.0, 1e-5, 100), 10.0 * noise) < 1e-4);
        // Divergences give an upper bound of it.
        RdpAccountant accountant;
        QVERIFY(accountant.addSteps(1.0, 5.0, 20));
        const double exact = *gaussianEpsilon(5.0, 20, 1e-5);
        QVERIFY(accountant.epsilon(1e-5)->epsilon > exact);
        QVERIFY(accountant.epsilon(1e-5)->epsilon < 1.1 * exact);
        QCOMPARE(*gaussianEpsilon(1.0, 0, 1e-5), 0.0);
        QCOMPARE(*gaussianEpsilon(0.0, 3, 1e-5), kInfinity);
        QVERIFY(std::isfinite(*gaussianEpsilon(0.01, 1, 1e-30)));
        QVERIFY(!gaussianEpsilon(-1.0, 1, 1e-5));
        QVERIFY(!gaussianEpsilon(1.0, -1, 1e-5));
        QVERIFY(!gaussianEpsilon(1.0, 1, 0.0));
        QVERIFY(!gaussianDelta(1.0, 1, -1.0));
    }

    void settingsAreStrict()
    {
        const auto read = parsePrivacy({{"unit", "record"}, {"noise", 1.1}, {"visit_floor", 64}});
        QVERIFY(read);
        QCOMPARE(read->unit, PrivacyUnit::Record);
        QCOMPARE(read->visitFloor.pictures, std::size_t(64));
        QVERIFY(toJson(*parsePrivacy(toJson(*read))) == toJson(*read));
        const auto misspelt = parsePrivacy({{"clipp", 1.0}});
        QVERIFY(!misspelt);
        QVERIFY(misspelt.error().detail.find("clip") != std::string::npos);
        QVERIFY(!parsePrivacy({{"unit", "hospital"}}));
        QVERIFY(!parsePrivacy({{"clip", 0}}));
        QVERIFY(!parsePrivacy({{"delta", 1}}));
        QVERIFY(parsePrivacy(nullptr));
    }

    void visitsHaveAFloor()
    {
        const VisitFloor floor{32};
        QVERIFY(checkVisit(floor, 16, 2, 1000));
        QVERIFY(checkVisit(floor, 32, 1, 32));
        QVERIFY(checkVisit(floor, std::numeric_limits<std::size_t>::max(), 5, 32));
        QVERIFY(checkVisit({0}, 1, 1, 1));
        const auto small = checkVisit(floor, 12, 2, 1000);
        QVERIFY(!small);
        QCOMPARE(small.error().detail, std::string("2 steps of 12 pictures are fewer than 32; 3 steps or a "
                                                   "batch of 16 would do"));
        QVERIFY(!checkVisit(floor, 16, 100, 31)); // the same few pictures again and again
        QVERIFY(!checkVisit(floor, 0, 5, 100));
        QVERIFY(!checkVisit(floor, 5, 0, 100));
    }
};

QTEST_APPLESS_MAIN(TestPrivacyAccountant)
#include "tst_privacy_accountant.moc"
