// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"
#include "core/train/torch/losses_private.h"

namespace fedefm {

namespace {

torch::Tensor countingPixels(const torch::Tensor& labels)
{
    return labels.ne(static_cast<std::int64_t>(kIgnoreLabel));
}

} // namespace

torch::Tensor crossEntropyLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                               const torch::Tensor& classWeights)
{
    namespace F = torch::nn::functional;
    const torch::Tensor sum = F::cross_entropy(logits.to(torch::kFloat), labels,
                                               F::CrossEntropyFuncOptions()
                                                   .weight(classWeights)
                                                   .ignore_index(static_cast<std::int64_t>(kIgnoreLabel))
                                                   .reduction(torch::kSum));
    const torch::Tensor counting = countingPixels(labels);
    if (!classWeights.defined())
        return sum / counting.sum().clamp_min(1);
    const torch::Tensor known = labels.masked_fill(counting.logical_not(), 0);
    const torch::Tensor weights = classWeights.index_select(0, known.flatten()).view_as(known);
    return sum / (weights * counting).sum().clamp_min(1e-12);
}

torch::Tensor flagLoss(const torch::Tensor& logits, const torch::Tensor& flags,
                       const torch::Tensor& classWeights)
{
    const torch::Tensor losses =
        torch::binary_cross_entropy_with_logits(logits.to(torch::kFloat), flags, {}, {}, at::Reduction::None);
    if (!classWeights.defined())
        return losses.mean();
    return (losses * classWeights).sum() /
           (classWeights.sum() * static_cast<double>(losses.size(0))).clamp_min(1e-12);
}

torch::Tensor diceLoss(const torch::Tensor& probabilities, const torch::Tensor& labels)
{
    constexpr double kSmooth = 1.0;
    const torch::Tensor counting = countingPixels(labels);
    const std::int64_t classes = probabilities.size(1);
    torch::Tensor sum;
    for (std::int64_t wireClass = 1; wireClass < classes; ++wireClass) {
        const torch::Tensor truth = labels.eq(wireClass).to(torch::kFloat);
        const torch::Tensor predicted = probabilities.select(1, wireClass) * counting;
        const torch::Tensor dice =
            (2.0 * (predicted * truth).sum() + kSmooth) / (predicted.sum() + truth.sum() + kSmooth);
        sum = sum.defined() ? sum + dice : dice;
    }
    return 1.0 - sum / static_cast<double>(classes - 1);
}

torch::Tensor focalLoss(const torch::Tensor& logits, const torch::Tensor& labels, double gamma)
{
    const torch::Tensor logOf = torch::log_softmax(logits.to(torch::kFloat), 1);
    const torch::Tensor counting = countingPixels(labels);
    torch::Tensor sum = torch::zeros({}, logOf.options());
    for (std::int64_t wireClass = 0; wireClass < logOf.size(1); ++wireClass) {
        const torch::Tensor log = logOf.select(1, wireClass);
        // pow has no finite gradient at p = 1 for gamma below 1.
        const torch::Tensor weight = (1.0 - log.exp()).clamp_min(1e-8).pow(gamma);
        sum = sum - (weight * log * labels.eq(wireClass)).sum();
    }
    return sum / counting.sum().clamp_min(1);
}

torch::Tensor segmentationLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                               const LossSettings& settings, const torch::Tensor& classWeights)
{
    const torch::Tensor scores = logits.to(torch::kFloat);
    torch::Tensor total = torch::zeros({}, scores.options());
    if (settings.crossEntropy > 0.0)
        total = total + settings.crossEntropy * crossEntropyLoss(scores, labels, classWeights);
    if (settings.focal > 0.0)
        total = total + settings.focal * focalLoss(scores, labels, settings.focalGamma);
    if (settings.dice <= 0.0 && settings.clDice <= 0.0 && settings.boundary <= 0.0)
        return total;
    const torch::Tensor probabilities = torch::softmax(scores, 1);
    if (settings.dice > 0.0)
        total = total + settings.dice * diceLoss(probabilities, labels);
    if (settings.clDice > 0.0)
        total = total + settings.clDice * softClDiceLoss(probabilities, labels, settings.clDiceIterations);
    if (settings.boundary > 0.0)
        total = total + settings.boundary * boundaryLoss(probabilities, labels);
    return total;
}

torch::Tensor classWeightsOf(const LossSettings& settings, torch::Device device)
{
    if (settings.classWeights.empty())
        return {};
    return torch::tensor(std::vector<float>(settings.classWeights.begin(), settings.classWeights.end()))
        .to(device);
}

} // namespace fedefm
