// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"
#include "core/model/networks/view_average_private.h"
#include "core/train/torch/evaluator_private.h"
#include "core/train/torch/training_scope_private.h"

#include <algorithm>

namespace fedefm {

namespace {

/// Broken files at the beginning say nothing about the network.
constexpr std::size_t kMostTried = 8;

} // namespace

Status checkNetworkFits(Network& network, const Dataset& dataset, const InputSettings& input, int cropPx,
                        std::int64_t classes, bool isClassification, torch::Device device)
{
    Result<Sample> sample = fail(ErrorCode::Internal, "");
    for (std::size_t at = 0; !sample && at < std::min(dataset.size(), kMostTried); ++at)
        sample = dataset.sample(at);
    if (!sample)
        return {}; // the training says why
    applyInput(*sample, input);
    const bool isCropped = cropPx > 0 && input.sizePx == 0;
    const int multiple = std::max(1, input.multiple);
    const int crop = (cropPx + multiple - 1) / multiple * multiple;
    const std::int64_t height = isCropped ? crop : sample->height;
    const std::int64_t width = isCropped ? crop : sample->width;
    const torch::NoGradGuard noGrad;
    const EvaluationModeScope mode(network);
    const auto empty = [&](std::int64_t rows, std::int64_t columns) {
        return torch::zeros({1, sample->channels, rows, columns}, torch::TensorOptions().device(device));
    };
    std::vector<std::int64_t> shape; // that was tried last
    const auto look = [&](const torch::Tensor& picture) -> Result<torch::Tensor> {
        shape = picture.sizes().vec();
        return network.forward(picture);
    };
    try {
        auto fits = checkLogits(*look(empty(height, width)), classes, isClassification);
        // Other sizes come with the first validation, an epoch later.
        if (fits && !isClassification && !input.views.empty())
            (void)viewAverage(empty(sample->height, sample->width), input.views, multiple, look);
        return fits;
    } catch (const c10::Error& error) {
        return fail(ErrorCode::InvalidArgument, "model.hyper_parameters",
                    "the network does not take pictures of " + std::to_string(shape[1]) + " channels and " +
                        std::to_string(shape[3]) + " x " + std::to_string(shape[2]) +
                        " pixels, which \"input\" and \"augmentation\" make of the data (" +
                        libraryMessage(error.what_without_backtrace()) + ")");
    }
}

} // namespace fedefm
