// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/device_thresholds.h"
#include "core/train/torch/tensors_private.h"
#include "core/train/train_config.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace fedefm {

struct EvaluationSettings
{
    bool isClassification = false;
    std::string metrics = "proper"; ///< or "paper"; classification has one set
    LossSettings loss;
    InputSettings input;
    int limit = 0; ///< at most that many samples, spread evenly; 0: all
    bool useBfloat16 = false;
    std::vector<std::string> classNames;        ///< of the network; empty: the data set's
    std::optional<DeviceThresholds> thresholds; ///< none: the likeliest class
};

struct Evaluation
{
    nlohmann::json metrics;
    double loss = 0.0; ///< mean over the samples
    int samples = 0;
    int unreadable = 0; ///< left out; the data set's faults() say which
};

/// A picture with its labels and what the network made of it, without padding.
struct Predicted
{
    int order = 0; ///< of this sample among those evaluated
    int width = 0, height = 0;
    std::vector<float> picture; ///< first channel of the network's input
    std::vector<std::uint8_t> reference, prediction;
    FloatPlane devices; ///< probability of any class but the background
};

/// Runs the network, in evaluation mode and without gradients, over a data set, picture by picture; the next
/// one is read meanwhile. Its mode is restored. A picture that cannot be read is left out. Errors: that of
/// the first picture when none can be read; those of `obey`, which is asked before every picture;
/// InvalidArgument (the output has another number of classes than the data).
Result<Evaluation> evaluateNetwork(Network& network, const Dataset& dataset,
                                   const EvaluationSettings& settings, torch::Device device,
                                   const std::function<Status()>& obey,
                                   const std::function<void(int done, int total)>& progress,
                                   const std::function<void(const Predicted&)>& onPrediction = {});

/// Whether such an evaluation has a metric of that name ("foreground.dice"), be it undefined. Errors:
/// InvalidArgument listing those that there are.
Status checkMetricName(const std::string& name, const Dataset& dataset, const EvaluationSettings& settings);

/// A metric by its name; nothing where it is undefined.
std::optional<double> metricNamed(const nlohmann::json& metrics, const std::string& name);

/// Numbers of nested objects by "outer.inner" names; nulls and everything else are left out.
std::vector<std::pair<std::string, double>> flattenMetrics(const nlohmann::json& metrics);

/// Error when a network's output does not fit `classes`.
Status checkLogits(const torch::Tensor& logits, std::int64_t classes, bool isClassification);

/// Tries the network on an empty picture as the first readable one would be, so that a mistake in sizes,
/// channels or classes is told before a run begins. `cropPx`: that of the augmentation; 0: none. Errors:
/// InvalidArgument.
Status checkNetworkFits(Network& network, const Dataset& dataset, const InputSettings& input, int cropPx,
                        std::int64_t classes, bool isClassification, torch::Device device);

} // namespace fedefm
