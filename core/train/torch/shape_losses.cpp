// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"
#include "core/train/torch/distance_map.h"
#include "core/train/torch/losses_private.h"

namespace fedefm {

namespace {

torch::Tensor erode(const torch::Tensor& picture)
{
    const torch::Tensor negative = -picture;
    return torch::min(-torch::max_pool2d(negative, {3, 1}, {1, 1}, {1, 0}),
                      -torch::max_pool2d(negative, {1, 3}, {1, 1}, {0, 1}));
}

torch::Tensor open(const torch::Tensor& picture)
{
    return torch::max_pool2d(erode(picture), {3, 3}, {1, 1}, {1, 1});
}

} // namespace

torch::Tensor softSkeleton(torch::Tensor picture, int iterations)
{
    torch::Tensor skeleton = torch::relu(picture - open(picture));
    for (int iteration = 0; iteration < iterations; ++iteration) {
        picture = erode(picture);
        const torch::Tensor more = torch::relu(picture - open(picture));
        skeleton = skeleton + torch::relu(more - skeleton * more);
    }
    return skeleton;
}

torch::Tensor softClDiceLoss(const torch::Tensor& probabilities, const torch::Tensor& labels, int iterations)
{
    constexpr double kSmooth = 1.0;
    const torch::Tensor counting = labels.ne(static_cast<std::int64_t>(kIgnoreLabel)).unsqueeze(1);
    const torch::Tensor predicted = (1.0 - probabilities.narrow(1, 0, 1)) * counting;
    const torch::Tensor truth = (labels.gt(0).unsqueeze(1) & counting).to(torch::kFloat);
    const torch::Tensor predictedLine = softSkeleton(predicted, iterations);
    const torch::Tensor trueLine = softSkeleton(truth, iterations);
    const torch::Tensor precision =
        ((predictedLine * truth).sum() + kSmooth) / (predictedLine.sum() + kSmooth);
    const torch::Tensor sensitivity = ((trueLine * predicted).sum() + kSmooth) / (trueLine.sum() + kSmooth);
    return 1.0 - 2.0 * precision * sensitivity / (precision + sensitivity);
}

torch::Tensor boundaryLoss(const torch::Tensor& probabilities, const torch::Tensor& labels)
{
    const torch::Tensor host = labels.to(torch::kCPU, torch::kByte).contiguous();
    const int height = static_cast<int>(host.size(1));
    const int width = static_cast<int>(host.size(2));
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const std::int64_t classes = probabilities.size(1);
    const torch::Tensor maps = torch::zeros({host.size(0), classes - 1, height, width}, torch::kFloat);
    std::vector<std::uint8_t> region(pixels);
    for (std::int64_t n = 0; n < host.size(0); ++n)
        for (std::int64_t wireClass = 1; wireClass < classes; ++wireClass) {
            const std::uint8_t* values = host.data_ptr<std::uint8_t>() + static_cast<std::size_t>(n) * pixels;
            for (std::size_t at = 0; at < pixels; ++at)
                region[at] = values[at] == wireClass;
            const std::vector<float> map = signedDistanceMap(region, width, height);
            std::copy(map.begin(), map.end(), maps[n][wireClass - 1].data_ptr<float>());
        }
    const torch::Tensor counting = labels.ne(static_cast<std::int64_t>(kIgnoreLabel)).unsqueeze(1);
    const torch::Tensor weighted =
        probabilities.narrow(1, 1, classes - 1) * maps.to(probabilities.device()) * counting;
    return weighted.sum() / (counting.sum().clamp_min(1) * static_cast<double>(classes - 1));
}

} // namespace fedefm
