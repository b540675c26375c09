// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/tensors_private.h"

#include <QTest>
#include <cmath>

using namespace fedefm;

namespace {

/// Weights of several forms, one of them in channels-last order.
std::vector<torch::Tensor> makeWeights()
{
    torch::manual_seed(5);
    return {torch::randn({6, 5, 3, 3}).contiguous(torch::MemoryFormat::ChannelsLast), torch::randn({70001}),
            torch::randn({7, 9}).t(), torch::randn({})};
}

void setGradients(const std::vector<torch::Tensor>& weights, int round)
{
    torch::manual_seed(static_cast<std::uint64_t>(100 + round));
    for (const torch::Tensor& weight : weights)
        torch::Tensor(weight).mutable_grad() = torch::randn(weight.sizes());
}

std::vector<torch::Tensor> trainable(std::vector<torch::Tensor> weights)
{
    for (torch::Tensor& weight : weights)
        weight.requires_grad_();
    return weights;
}

std::vector<std::pair<std::string, torch::Tensor>> named(const std::vector<torch::Tensor>& weights)
{
    std::vector<std::pair<std::string, torch::Tensor>> result;
    for (const torch::Tensor& weight : weights)
        result.emplace_back("w" + std::to_string(result.size()), weight);
    return result;
}

double largestDifference(const std::vector<torch::Tensor>& first, const std::vector<torch::Tensor>& second)
{
    double largest = 0.0;
    for (std::size_t at = 0; at < first.size(); ++at)
        largest = std::max(largest, (first[at] - second[at]).abs().max().item<double>());
    return largest;
}

class TwoLayers : public Network
{
public:
    TwoLayers()
    {
        m_first = register_module("first", torch::nn::Conv2d(1, 4, 3));
        m_second = register_module("second", torch::nn::Linear(4, 2));
    }
    torch::Tensor forward(torch::Tensor input) override { return m_second(m_first(input).mean({2, 3})); }

private:
    torch::nn::Conv2d m_first{nullptr};
    torch::nn::Linear m_second{nullptr};
};

} // namespace

class TestOptimizer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void adamWEqualsLibTorch();
    void sgdEqualsLibTorch();
    void clippingScalesTheWholeGradient();
    void resultDoesNotDependOnThreads();
    void notFiniteGradientChangesNothing();
    void stateGoesOnExactly();
    void averageFollowsItsFormula();
    void swappedAverageIsUndone();
};

void TestOptimizer::adamWEqualsLibTorch()
{
    const auto ours = trainable(makeWeights());
    const auto theirs = trainable(makeWeights());
    OptimizerSettings settings;
    settings.weightDecay = 0.05;
    settings.clipNorm = 0.0;
    Optimizer optimizer(named(ours), settings);
    torch::optim::AdamW reference(theirs, torch::optim::AdamWOptions(1e-2).weight_decay(0.05));
    for (int round = 0; round < 5; ++round) {
        setGradients(ours, round);
        setGradients(theirs, round);
        QVERIFY(optimizer.step(1e-2) > 0.0);
        reference.step();
    }
    QVERIFY(largestDifference(ours, theirs) < 2e-6);
    QVERIFY(largestDifference(ours, makeWeights()) > 1e-2);
}

void TestOptimizer::sgdEqualsLibTorch()
{
    const auto ours = trainable(makeWeights());
    const auto theirs = trainable(makeWeights());
    OptimizerSettings settings;
    settings.kind = "sgd";
    settings.momentum = 0.9;
    settings.weightDecay = 1e-2;
    settings.clipNorm = 0.0;
    Optimizer optimizer(named(ours), settings);
    torch::optim::SGD reference(theirs, torch::optim::SGDOptions(0.1).momentum(0.9).weight_decay(1e-2));
    for (int round = 0; round < 4; ++round) {
        setGradients(ours, round);
        setGradients(theirs, round);
        optimizer.step(0.1);
        reference.step();
    }
    QVERIFY(largestDifference(ours, theirs) < 2e-6);
}

void TestOptimizer::clippingScalesTheWholeGradient()
{
    const auto weights = trainable({torch::zeros({1}), torch::zeros({1})});
    OptimizerSettings settings;
    settings.kind = "sgd";
    settings.momentum = 0.0;
    settings.weightDecay = 0.0;
    settings.clipNorm = 1.0;
    Optimizer optimizer(named(weights), settings);
    torch::Tensor(weights[0]).mutable_grad() = torch::full({1}, 3.0F);
    torch::Tensor(weights[1]).mutable_grad() = torch::full({1}, 4.0F);
    QCOMPARE(optimizer.step(1.0), 5.0);
    QVERIFY(std::abs(weights[0].item<double>() + 0.6) < 1e-5);
    QVERIFY(std::abs(weights[1].item<double>() + 0.8) < 1e-5);
}

void TestOptimizer::resultDoesNotDependOnThreads()
{
    std::vector<std::vector<torch::Tensor>> results;
    for (const int threads : {1, 2}) {
        at::set_num_threads(threads);
        const auto weights = trainable(makeWeights());
        Optimizer optimizer(named(weights), OptimizerSettings{});
        for (int round = 0; round < 3; ++round) {
            setGradients(weights, round);
            optimizer.step(1e-2);
        }
        results.push_back(weights);
    }
    QCOMPARE(largestDifference(results[0], results[1]), 0.0);
}

void TestOptimizer::notFiniteGradientChangesNothing()
{
    const auto weights = trainable(makeWeights());
    Optimizer optimizer(named(weights), OptimizerSettings{});
    setGradients(weights, 0);
    torch::Tensor(weights[1]).mutable_grad()[17] = std::numeric_limits<float>::infinity();
    QVERIFY(!std::isfinite(optimizer.step(1e-2)));
    QCOMPARE(largestDifference(weights, makeWeights()), 0.0);
    QCOMPARE(optimizer.state().at("steps").sum().item<std::int64_t>(), std::int64_t(0));
}

void TestOptimizer::stateGoesOnExactly()
{
    const auto first = trainable(makeWeights());
    Optimizer optimizer(named(first), OptimizerSettings{});
    setGradients(first, 0);
    optimizer.step(1e-2);
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& weight : first)
        copies.push_back(weight.detach().clone());
    const auto second = trainable(copies);
    Optimizer other(named(second), OptimizerSettings{});
    QVERIFY(other.load(optimizer.state()));
    setGradients(first, 1);
    setGradients(second, 1);
    optimizer.step(1e-2);
    other.step(1e-2);
    QCOMPARE(largestDifference(first, second), 0.0);
    auto broken = optimizer.state();
    broken.erase("momentum.w0");
    QVERIFY(!other.load(broken));
}

void TestOptimizer::averageFollowsItsFormula()
{
    TwoLayers network;
    useChannelsLast(network);
    const torch::NoGradGuard noGrad;
    const torch::Tensor weight = network.parameters().front();
    const torch::Tensor start = weight.clone();
    WeightAverage average(network, 0.5);
    torch::Tensor(weight).add_(1.0);
    average.update(); // decay min(0.5, 2 / 11)
    const torch::Tensor expected = start + (1.0 - 2.0 / 11.0);
    const torch::Tensor got = average.state().at("average.first.weight");
    QVERIFY((got - expected).abs().max().item<double>() < 1e-6);
}

void TestOptimizer::swappedAverageIsUndone()
{
    TwoLayers network;
    const torch::Tensor input = torch::ones({1, 1, 5, 5});
    WeightAverage average(network, 0.5);
    const torch::Tensor before = network.forward(input).detach().clone();
    {
        const torch::NoGradGuard noGrad;
        for (torch::Tensor& parameter : network.parameters())
            parameter.add_(1.0);
    }
    const torch::Tensor changed = network.forward(input).detach().clone();
    average.swap();
    QVERIFY(torch::equal(network.forward(input).detach(), before));
    average.swap();
    QVERIFY(torch::equal(network.forward(input).detach(), changed));
}

QTEST_APPLESS_MAIN(TestOptimizer)
#include "tst_optimizer.moc"
