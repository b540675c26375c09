// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/losses_private.h"

#include <QTest>
#include <cmath>

using namespace fedefm;

namespace {

/// Two pictures of 1×2 pixels, two classes.
torch::Tensor someLogits()
{
    return torch::tensor({1.0F, 0.0F, -1.0F, 2.0F, 0.5F, 0.25F, 0.0F, -0.5F}).view({2, 2, 1, 2});
}

torch::Tensor someLabels()
{
    return torch::tensor({0L, 1L, 255L, 0L}).view({2, 1, 2});
}

double logProbability(double own, double other)
{
    return -std::log1p(std::exp(other - own));
}

double valueOf(const torch::Tensor& tensor)
{
    return tensor.item<double>();
}

torch::Tensor randomLabels(std::int64_t classes)
{
    torch::Tensor labels = torch::randint(classes, {2, 9, 11}, torch::kLong);
    labels.select(1, 0).fill_(255);
    return labels;
}

} // namespace

class TestLosses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void crossEntropyHasClosedForm();
    void crossEntropyWeighsClasses();
    void flagLossHasClosedForm();
    void diceHasClosedForm();
    void focalHasClosedForm();
    void focalWithoutGammaIsCrossEntropy();
    void skeletonKeepsThinLines();
    void clDiceIsZeroForEqualMasks();
    void boundaryIsTheMeanOfProbabilityTimesDistance();
    void nothingToCountGivesZero();
    void ignoredPixelsHaveNoGradient();
    void gradientsAgreeWithDifferences_data();
    void gradientsAgreeWithDifferences();
};

void TestLosses::crossEntropyHasClosedForm()
{
    // Pixels (logits of class 0, 1): (1, −1) is 0; (0, 2) is 1; (0.5, 0) ignored; (0.25, −0.5) is 0.
    const double expected =
        -(logProbability(1, -1) + logProbability(2, 0) + logProbability(0.25, -0.5)) / 3.0;
    QVERIFY(std::abs(valueOf(crossEntropyLoss(someLogits(), someLabels(), {})) - expected) < 1e-6);
}

void TestLosses::crossEntropyWeighsClasses()
{
    const double expected =
        -(2.0 * logProbability(1, -1) + 5.0 * logProbability(2, 0) + 2.0 * logProbability(0.25, -0.5)) / 9.0;
    const torch::Tensor weights = torch::tensor({2.0F, 5.0F});
    QVERIFY(std::abs(valueOf(crossEntropyLoss(someLogits(), someLabels(), weights)) - expected) < 1e-6);
}

void TestLosses::flagLossHasClosedForm()
{
    const torch::Tensor logits = torch::tensor({1.0F, -2.0F, 0.5F, 3.0F}).view({2, 2});
    const torch::Tensor flags = torch::tensor({1.0F, 0.0F, 0.0F, 1.0F}).view({2, 2});
    const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
    const double losses[] = {softplus(-1.0), softplus(-2.0), softplus(0.5), softplus(-3.0)};
    const double mean = (losses[0] + losses[1] + losses[2] + losses[3]) / 4.0;
    QVERIFY(std::abs(valueOf(flagLoss(logits, flags, {})) - mean) < 1e-6);
    const double weighted = (losses[0] + losses[2] + 3.0 * (losses[1] + losses[3])) / 8.0;
    QVERIFY(std::abs(valueOf(flagLoss(logits, flags, torch::tensor({1.0F, 3.0F}))) - weighted) < 1e-6);
}

void TestLosses::diceHasClosedForm()
{
    // Foreground probabilities of the counting pixels .2, .7, .4; the truth 0, 1, 0.
    const torch::Tensor foreground = torch::tensor({0.2F, 0.7F, 0.9F, 0.4F}).view({2, 1, 1, 2});
    const torch::Tensor probabilities = torch::cat({1.0 - foreground, foreground}, 1);
    const double expected = 1.0 - (2.0 * 0.7 + 1.0) / (1.3 + 1.0 + 1.0);
    QVERIFY(std::abs(valueOf(diceLoss(probabilities, someLabels())) - expected) < 1e-6);
}

void TestLosses::focalHasClosedForm()
{
    double sum = 0.0;
    for (const auto& [own, other] : {std::pair(1.0, -1.0), std::pair(2.0, 0.0), std::pair(0.25, -0.5)}) {
        const double log = logProbability(own, other);
        sum -= std::pow(1.0 - std::exp(log), 2.0) * log;
    }
    QVERIFY(std::abs(valueOf(focalLoss(someLogits(), someLabels(), 2.0)) - sum / 3.0) < 1e-6);
}

void TestLosses::focalWithoutGammaIsCrossEntropy()
{
    torch::manual_seed(3);
    const torch::Tensor logits = torch::randn({2, 3, 9, 11});
    const torch::Tensor labels = randomLabels(3);
    const double difference =
        valueOf(focalLoss(logits, labels, 0.0)) - valueOf(crossEntropyLoss(logits, labels, {}));
    QVERIFY(std::abs(difference) < 1e-6);
}

void TestLosses::skeletonKeepsThinLines()
{
    const torch::Tensor thin = torch::zeros({1, 1, 16, 16});
    thin.select(2, 7).fill_(1.0);
    QVERIFY(torch::equal(softSkeleton(thin, 3), thin));
    const torch::Tensor thick = torch::zeros({1, 1, 16, 16});
    thick.narrow(2, 5, 5).fill_(1.0);
    const torch::Tensor line = softSkeleton(thick, 5);
    QVERIFY(valueOf(line.select(2, 7).narrow(2, 3, 10).min()) > 0.99);
    QVERIFY(valueOf(line.narrow(2, 0, 5).sum()) == 0.0);
}

void TestLosses::clDiceIsZeroForEqualMasks()
{
    const torch::Tensor labels = torch::zeros({1, 16, 16}, torch::kLong);
    labels.narrow(1, 6, 3).fill_(1);
    const torch::Tensor foreground = labels.to(torch::kFloat).unsqueeze(1);
    const torch::Tensor exact = torch::cat({1.0 - foreground, foreground}, 1);
    QVERIFY(std::abs(valueOf(softClDiceLoss(exact, labels, 3))) < 1e-6);
    const torch::Tensor nothing =
        torch::cat({torch::ones_like(foreground), torch::zeros_like(foreground)}, 1);
    QVERIFY(valueOf(softClDiceLoss(nothing, labels, 3)) > 0.85);
}

void TestLosses::boundaryIsTheMeanOfProbabilityTimesDistance()
{
    // The map of one set column in five: 2, 1, 0, 1, 2.
    const torch::Tensor labels = torch::zeros({1, 1, 5}, torch::kLong);
    labels[0][0][2] = 1;
    const torch::Tensor foreground = torch::tensor({0.5F, 0.0F, 1.0F, 0.25F, 0.1F}).view({1, 1, 1, 5});
    const torch::Tensor probabilities = torch::cat({1.0 - foreground, foreground}, 1);
    const double expected = (0.5 * 2.0 + 0.25 * 1.0 + 0.1 * 2.0) / 5.0;
    QVERIFY(std::abs(valueOf(boundaryLoss(probabilities, labels)) - expected) < 1e-6);
}

void TestLosses::nothingToCountGivesZero()
{
    const torch::Tensor labels = torch::full({2, 1, 2}, 255L, torch::kLong);
    LossSettings settings;
    settings.focal = 1.0;
    settings.clDice = 1.0;
    settings.boundary = 1.0;
    QVERIFY(std::abs(valueOf(segmentationLoss(someLogits(), labels, settings, {}))) < 1e-6);
}

void TestLosses::ignoredPixelsHaveNoGradient()
{
    torch::manual_seed(1);
    const torch::Tensor logits = torch::randn({2, 3, 9, 11}).requires_grad_();
    LossSettings settings;
    settings.focal = 1.0;
    settings.boundary = 0.1;
    segmentationLoss(logits, randomLabels(3), settings, {}).backward();
    QCOMPARE(valueOf(logits.grad().select(2, 0).abs().max()), 0.0);
    QVERIFY(valueOf(logits.grad().select(2, 1).abs().max()) > 0.0);
}

void TestLosses::gradientsAgreeWithDifferences_data()
{
    QTest::addColumn<int>("part");
    QTest::newRow("cross entropy") << 0;
    QTest::newRow("dice") << 1;
    QTest::newRow("focal") << 2;
    QTest::newRow("soft clDice") << 3;
    QTest::newRow("boundary") << 4;
}

void TestLosses::gradientsAgreeWithDifferences()
{
    QFETCH(int, part);
    LossSettings settings;
    settings.crossEntropy = part == 0;
    settings.dice = part == 1;
    settings.focal = part == 2;
    settings.clDice = part == 3;
    settings.clDiceIterations = 2;
    settings.boundary = part == 4;
    torch::manual_seed(7);
    const torch::Tensor labels = randomLabels(3);
    const torch::Tensor start = torch::randn({2, 3, 9, 11});
    const torch::Tensor direction = torch::randn_like(start);
    const torch::Tensor logits = start.clone().requires_grad_();
    segmentationLoss(logits, labels, settings, {}).backward();
    const double slope = valueOf((logits.grad() * direction).sum());
    constexpr double kStep = 1e-3;
    const double ahead = valueOf(segmentationLoss(start + kStep * direction, labels, settings, {}));
    const double behind = valueOf(segmentationLoss(start - kStep * direction, labels, settings, {}));
    const double measured = (ahead - behind) / (2.0 * kStep);
    // Float32 and the kinks of minimum and maximum leave about this.
    QVERIFY2(std::abs(slope - measured) < 0.02 * std::abs(slope) + 2e-4,
             qPrintable(QString("%1 against %2").arg(slope).arg(measured)));
}

QTEST_APPLESS_MAIN(TestLosses)
#include "tst_losses.moc"
