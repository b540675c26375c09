// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transport/emd_score.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <random>

using namespace fedefm;

namespace {

struct Maps
{
    int samples, firstNodes, secondNodes, channels;
    std::vector<double> first;
    std::vector<double> second;

    FeatureMaps<double> view() const
    {
        return {samples, firstNodes, secondNodes, channels, first.data(), second.data()};
    }
};

Maps randomMaps(int samples, int firstNodes, int secondNodes, int channels, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    Maps maps{samples, firstNodes, secondNodes, channels, {}, {}};
    for (int k = 0; k < samples * firstNodes * channels; ++k)
        maps.first.push_back(normal(random) + 0.3);
    for (int k = 0; k < samples * secondNodes * channels; ++k)
        maps.second.push_back(normal(random) + 0.3);
    return maps;
}

std::vector<double> scoresOf(const EmdScoreOptions& options, const Maps& maps,
                             const FeatureGradients<double>& gradients = {})
{
    auto scorer = EmdScorer::create(options);
    std::vector<double> scores;
    const auto status = scorer->score(maps.view(), scores, gradients);
    if (!status)
        qFatal("%s", describe(status.error()).c_str());
    return scores;
}

EmdScoreOptions with(NodeMasses masses)
{
    EmdScoreOptions options;
    options.masses = masses;
    return options;
}

/// The largest difference between the analytic gradient and central differences, over all entries of both
/// maps.
double worstDifference(const EmdScoreOptions& options, Maps maps)
{
    std::vector<double> first(maps.first.size());
    std::vector<double> second(maps.second.size());
    scoresOf(options, maps, {first.data(), second.data()});
    constexpr double kStep = 1e-6;
    double worst = 0.0;
    const auto compare = [&](std::vector<double>& values, const std::vector<double>& gradient) {
        const std::size_t perSample = values.size() / static_cast<std::size_t>(maps.samples);
        for (std::size_t k = 0; k < values.size(); ++k) {
            const double value = values[k];
            values[k] = value + kStep;
            const double above = scoresOf(options, maps)[k / perSample];
            values[k] = value - kStep;
            const double below = scoresOf(options, maps)[k / perSample];
            values[k] = value;
            worst = std::max(worst, std::abs((above - below) / (2.0 * kStep) - gradient[k]));
        }
    };
    compare(maps.first, first);
    compare(maps.second, second);
    return worst;
}

} // namespace

class TestEmdScore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalMapsScoreOne()
    {
        for (const NodeMasses masses : {NodeMasses::Uniform, NodeMasses::CrossReference}) {
            auto maps = randomMaps(2, 16, 16, 12, 1);
            maps.second = maps.first;
            for (const double score : scoresOf(with(masses), maps))
                QVERIFY(std::abs(score - 1.0) < 1e-12);
        }
    }

    void permutedNodesScoreOne()
    {
        auto maps = randomMaps(1, 10, 10, 6, 2);
        for (int node = 0; node < 10; ++node)
            std::copy_n(maps.first.begin() + node * 6, 6, maps.second.begin() + (node * 7 % 10) * 6);
        for (const NodeMasses masses : {NodeMasses::Uniform, NodeMasses::CrossReference})
            QVERIFY(std::abs(scoresOf(with(masses), maps)[0] - 1.0) < 1e-12);
    }

    void orthogonalMapsScoreZero()
    {
        Maps maps{1, 3, 4, 4, std::vector<double>(12, 0.0), std::vector<double>(16, 0.0)};
        for (int node = 0; node < 3; ++node)
            maps.first[static_cast<std::size_t>(node * 4 + node % 2)] = 1.0 + node;
        for (int node = 0; node < 4; ++node)
            maps.second[static_cast<std::size_t>(node * 4 + 2 + node % 2)] = 2.0 + node;
        for (const NodeMasses masses : {NodeMasses::Uniform, NodeMasses::CrossReference})
            QVERIFY(std::abs(scoresOf(with(masses), maps)[0]) < 1e-12);
    }

    void oppositeMapsScoreMinusOne()
    {
        const Maps maps{1, 1, 1, 2, {1.0, 2.0}, {-2.0, -4.0}};
        QVERIFY(std::abs(scoresOf({}, maps)[0] + 1.0) < 1e-12);
    }

    void byHand()
    {
        // u = (1,0), (0,2); v = (1,0), (1,1). mean v = (1, ½), mean u = (½, 1):
        // references of u are 1 and 1, of v ½ and 3/2, so b = ¼, ¾. Costs: 0, 1−√½; 1, 1−√½.
        const Maps maps{1, 2, 2, 2, {1, 0, 0, 2}, {1, 0, 1, 1}};
        EmdScoreOptions options;
        options.massFloor = 1e-12;
        QVERIFY(std::abs(scoresOf(options, maps)[0] - (0.25 + 0.75 * std::sqrt(0.5))) < 1e-9);
        options.masses = NodeMasses::Uniform;
        QVERIFY(std::abs(scoresOf(options, maps)[0] - (0.5 + 0.5 * std::sqrt(0.5))) < 1e-12);
    }

    void gradientsAgreeWithDifferences()
    {
        // Square and uniform is an assignment problem, whose duals are not unique, but there masses are
        // constant.
        QVERIFY(worstDifference(with(NodeMasses::Uniform), randomMaps(1, 9, 9, 5, 3)) < 2e-7);
        QVERIFY(worstDifference(with(NodeMasses::Uniform), randomMaps(2, 6, 8, 4, 4)) < 2e-7);
        QVERIFY(worstDifference(with(NodeMasses::CrossReference), randomMaps(1, 9, 9, 5, 5)) < 2e-7);
        QVERIFY(worstDifference(with(NodeMasses::CrossReference), randomMaps(2, 6, 8, 4, 6)) < 2e-7);
        QVERIFY(worstDifference(with(NodeMasses::CrossReference), randomMaps(1, 1, 7, 3, 7)) < 2e-7);
    }

    void constantMassesDropOut()
    {
        auto options = with(NodeMasses::CrossReference);
        options.gradientThroughMasses = false;
        QVERIFY(worstDifference(options, randomMaps(1, 9, 9, 5, 5)) > 1e-3);
        // Lengths have no part in the cosine: what is left is orthogonal to the features.
        const auto maps = randomMaps(1, 6, 6, 5, 8);
        std::vector<double> gradient(maps.first.size());
        scoresOf(options, maps, {gradient.data(), nullptr});
        for (std::size_t node = 0; node < 6; ++node) {
            double along = 0.0;
            for (std::size_t channel = 0; channel < 5; ++channel)
                along += gradient[node * 5 + channel] * maps.first[node * 5 + channel];
            QVERIFY(std::abs(along) < 1e-12);
        }
    }

    void equalMapsHaveNoGradient()
    {
        auto maps = randomMaps(1, 12, 12, 6, 9);
        maps.second = maps.first;
        std::vector<double> gradient(maps.first.size());
        scoresOf(with(NodeMasses::Uniform), maps, {gradient.data(), nullptr});
        for (const double slope : gradient)
            QVERIFY(std::abs(slope) < 1e-7); // S = 1 is the maximum
    }

    void floatsGiveTheSame()
    {
        const auto maps = randomMaps(3, 16, 12, 8, 10);
        const std::vector<float> first(maps.first.begin(), maps.first.end());
        const std::vector<float> second(maps.second.begin(), maps.second.end());
        auto options = with(NodeMasses::CrossReference);
        options.threads = 2;
        auto scorer = EmdScorer::create(options);
        std::vector<double> scores;
        std::vector<float> gradient(first.size());
        const FeatureMaps<float> view{3, 16, 12, 8, first.data(), second.data()};
        QVERIFY(scorer->score(view, scores, {gradient.data(), nullptr}));
        std::vector<double> expected(first.size());
        const auto reference = scoresOf(options, maps, {expected.data(), nullptr});
        for (std::size_t k = 0; k < scores.size(); ++k)
            QVERIFY(std::abs(scores[k] - reference[k]) < 1e-6);
        for (std::size_t k = 0; k < gradient.size(); ++k)
            QVERIFY(std::abs(static_cast<double>(gradient[k]) - expected[k]) < 1e-5);
    }

    void nodesWithoutLength()
    {
        auto maps = randomMaps(1, 4, 4, 3, 11);
        std::fill_n(maps.first.begin(), 3, 0.0);
        std::vector<double> first(maps.first.size());
        std::vector<double> second(maps.second.size());
        for (const NodeMasses masses : {NodeMasses::Uniform, NodeMasses::CrossReference}) {
            QVERIFY(std::isfinite(scoresOf(with(masses), maps, {first.data(), second.data()})[0]));
            for (const double slope : first)
                QVERIFY(std::isfinite(slope));
            for (const double slope : second)
                QVERIFY(std::isfinite(slope));
        }
        std::fill(maps.first.begin(), maps.first.end(), 0.0);
        QVERIFY(std::abs(scoresOf(with(NodeMasses::CrossReference), maps)[0]) < 1e-12);
    }

    void otherSolversComeClose()
    {
        const auto maps = randomMaps(1, 16, 16, 8, 12);
        const double exact = scoresOf({}, maps)[0];
        EmdScoreOptions options;
        options.transport.solver = "sinkhorn";
        options.transport.epsilon = 0.02;
        QVERIFY(std::abs(scoresOf(options, maps)[0] - exact) < 0.03);
        options.transport.solver = "quadratic";
        QVERIFY(std::abs(scoresOf(options, maps)[0] - exact) < 0.005);
    }

    void errorsSayWhere()
    {
        auto maps = randomMaps(3, 4, 4, 2, 13);
        maps.second[2 * 8 + 3 * 2] = std::numeric_limits<double>::quiet_NaN();
        auto scorer = EmdScorer::create({});
        std::vector<double> scores;
        const auto failed = scorer->score(maps.view(), scores);
        QVERIFY(!failed);
        QCOMPARE(QString::fromStdString(failed.error().subject), QString("sample 2"));
        QVERIFY(failed.error().detail.find("second map: node 3") != std::string::npos);
        auto empty = maps.view();
        empty.firstNodes = 0;
        QVERIFY(scorer->score(empty, scores).error().detail.find("empty") != std::string::npos);
        EmdScoreOptions options;
        options.massFloor = 0.0;
        QVERIFY(!EmdScorer::create(options));
        options = {};
        options.transport.solver = "none";
        QVERIFY(!EmdScorer::create(options));
    }
};

QTEST_APPLESS_MAIN(TestEmdScore)
#include "tst_emd_score.moc"
