// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/emd_weight_private.h"
#include "core/federate/torch/expert_lessons_private.h"
#include "core/federate/torch/sinkhorn_score_private.h"

#include <QTest>
#include <cmath>

using namespace fedefm;

namespace {

FedEfmOptions optionsOf(const nlohmann::json& strategy)
{
    StrictObject object(strategy, "strategy");
    return readFedEfmOptions(object);
}

torch::Tensor maps(int samples, int nodes, int channels, std::int64_t seed)
{
    torch::manual_seed(static_cast<std::uint64_t>(seed));
    return torch::randn({samples, nodes, channels}) + 0.3;
}

struct Scored
{
    double value = 0.0;
    torch::Tensor gradient;
};

template <typename Score> Scored scored(const torch::Tensor& first, const Score& score)
{
    const torch::Tensor student = first.clone().set_requires_grad(true);
    const Result<torch::Tensor> found = score(student);
    if (!found)
        qFatal("%s", describe(found.error()).c_str());
    found->backward();
    return {found->item<double>(), student.grad()};
}

double worst(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

} // namespace

class TestExpertLessons : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void labelTermKeepsItsSign();
    void scorersAreWarmAndUseThePlansThreads();
    void batchedSinkhornEqualsTheSolver_data();
    void batchedSinkhornEqualsTheSolver();
    void batchedSinkhornByHand();
};

void TestExpertLessons::labelTermKeepsItsSign()
{
    const std::vector<torch::Tensor> weights{torch::tensor(0.25), torch::tensor(-0.75)};
    // Eq. 2 as it stands: raw scores, no floor.
    const FedEfmOptions strict = optionsOf({{"strict", true}});
    QCOMPARE(labelWeight(weights, strict).item<double>(), -0.25);
    const FedEfmOptions raw = optionsOf({{"weighting", "raw"}});
    QCOMPARE(labelWeight(weights, raw).item<double>(), 0.5);
    QCOMPARE(labelWeight({torch::tensor(2.0)}, raw).item<double>(), 1.0);
}

void TestExpertLessons::scorersAreWarmAndUseThePlansThreads()
{
    const int before = at::get_num_threads();
    at::set_num_threads(3);
    const auto scorers = expertScorers(2, optionsOf({{"solver", "quadratic"}, {"masses", "uniform"}}));
    at::set_num_threads(before);
    QVERIFY(scorers && scorers->size() == 2);
    for (const EmdScorer& scorer : *scorers) {
        QVERIFY(scorer.options().transport.warmStart);
        QCOMPARE(scorer.options().threads, 3);
        QCOMPARE(scorer.options().transport.solver, std::string("quadratic"));
        QVERIFY(scorer.options().masses == NodeMasses::Uniform);
    }
}

void TestExpertLessons::batchedSinkhornEqualsTheSolver_data()
{
    QTest::addColumn<QString>("masses");
    QTest::addColumn<double>("epsilon");
    QTest::addColumn<bool>("throughMasses");
    QTest::newRow("cross-reference") << "cross_reference" << 0.05 << true;
    QTest::newRow("uniform") << "uniform" << 0.05 << true;
    QTest::newRow("fixed masses") << "cross_reference" << 0.05 << false;
    QTest::newRow("sharp") << "cross_reference" << 0.02 << true;
    QTest::newRow("blunt") << "uniform" << 5.0 << true;
}

void TestExpertLessons::batchedSinkhornEqualsTheSolver()
{
    QFETCH(QString, masses);
    QFETCH(double, epsilon);
    QFETCH(bool, throughMasses);
    EmdScoreOptions options =
        optionsOf({{"solver", "sinkhorn"}, {"masses", masses.toStdString()}, {"epsilon", epsilon}}).emd;
    options.gradientThroughMasses = throughMasses;
    torch::Tensor first = maps(5, 12, 8, 1);
    const torch::Tensor second = maps(5, 9, 8, 2);
    first[1][3].zero_(); // a node without a direction
    auto scorer = EmdScorer::create(options);
    QVERIFY(scorer);
    const Scored expected =
        scored(first, [&](const torch::Tensor& student) { return emdScore(student, second, *scorer, true); });
    const Scored found = scored(
        first, [&](const torch::Tensor& student) { return sinkhornScore(student, second, options, true); });
    QVERIFY2(std::abs(found.value - expected.value) < 1e-6,
             qPrintable(QStringLiteral("%1 %2").arg(found.value).arg(expected.value)));
    QVERIFY(expected.gradient.abs().max().item<double>() > 1e-3);
    const double gap = worst(found.gradient, expected.gradient);
    QVERIFY2(gap < 1e-5, qPrintable(QString::number(gap)));
    const auto detached = sinkhornScore(first, second, options, false);
    QVERIFY(detached && !detached->requires_grad());
    QVERIFY(std::abs(detached->item<double>() - found.value) < 1e-6);
}

void TestExpertLessons::batchedSinkhornByHand()
{
    EmdScoreOptions options;
    options.transport.solver = "sinkhorn";
    const torch::Tensor some = maps(2, 6, 5, 3);
    // The same nodes in another order are the same map, but for what the entropy spreads.
    options.transport.epsilon = 1e-3;
    const torch::Tensor turned = some.index_select(1, torch::tensor({5, 4, 3, 2, 1, 0}));
    QVERIFY(std::abs(sinkhornScore(some, turned, options, false)->item<double>() - 1.0) < 1e-3);
    const torch::Tensor east = torch::tensor({1.0F, 0.0F}).repeat({1, 4, 1});
    const torch::Tensor north = torch::tensor({0.0F, 1.0F}).repeat({1, 3, 1});
    QVERIFY(std::abs(sinkhornScore(east, north, options, false)->item<double>()) < 1e-6);
    torch::Tensor broken = some.clone();
    broken[1][2][0] = std::nanf("");
    const auto refused = sinkhornScore(broken, some, options, false);
    QVERIFY(!refused && refused.error().code == ErrorCode::InvalidArgument);
}

QTEST_APPLESS_MAIN(TestExpertLessons)
#include "tst_expert_lessons.moc"
