// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// Weights of the parts of a loss; those with 0 are not computed.
struct LossSettings
{
    double crossEntropy = 0.5;
    double dice = 0.5;
    double focal = 0.0;
    double focalGamma = 2.0;
    double clDice = 0.0; ///< soft-clDice (Shit et al. 2021), on the foreground
    int clDiceIterations = 5;
    double boundary = 0.0;            ///< signed distance map (Kervadec et al. 2019)
    std::vector<double> classWeights; ///< of the cross-entropy; empty: all 1
};

struct OptimizerSettings
{
    std::string kind = "adamw"; ///< "adamw" or "sgd"
    double learningRate = 1e-3;
    double momentum = 0.9;
    double weightDecay = 1e-4;
    double clipNorm = 1.0; ///< of the gradient; 0: none
};

struct ScheduleSettings
{
    std::string kind = "cosine"; ///< "constant", "cosine", "poly"
    int warmUpSteps = 100;
    double finalFactor = 0.01; ///< of the learning rate, at the end of cosine
    double power = 0.9;        ///< of poly
};

/// Everything that decides a training; docs/training.md explains each key.
struct TrainConfig
{
    int version = 1;
    std::string name = "run";
    std::string task = "segmentation"; ///< or "classification"
    std::uint64_t seed = 1;
    int threads = 0; ///< 0: all cores
    std::string device = "cpu";
    std::string precision = "float32"; ///< or "bfloat16", or "auto": bfloat16 where the device has it
    nlohmann::json model;              ///< {"network", "hyper_parameters"}
    nlohmann::json data;  ///< {"train": {…}, "validation": {…}, "test": {…}} or one set with "split"
    nlohmann::json input; ///< InputSettings
    nlohmann::json augmentation; ///< AugmentationSettings
    std::string init;            ///< weights to begin with (file, run folder or model name); empty: random
    std::string initDropPrefix;
    bool initPartial = false; ///< heads may differ
    LossSettings loss;
    OptimizerSettings optimizer;
    ScheduleSettings schedule;
    int epochs = 10;
    int samplesPerEpoch = 0; ///< 0: each once
    int batchSize = 8;
    int validationEvery = 1; ///< epochs
    int validationLimit = 0; ///< at most that many samples; 0: all
    double emaDecay = 0.0;   ///< > 0: validated and saved weights are a moving average
    int patience = 0;        ///< epochs without a better validation before the end; 0: off
    std::string selectBy =
        "foreground.dice"; ///< validation value that chooses the best epoch (higher is better)
    std::string metrics = "proper";
    int samplePictures = 4;  ///< predictions saved per validation
    double maxMinutes = 0.0; ///< stops after the step that passes this; 0: no limit
    int checkpointEverySteps = 200;
};

/// What chooses the best epoch where nothing else is said: "accuracy", "dice", "foreground.dice".
std::string usualMeasure(const std::string& task, const std::string& metrics);

/// Unknown keys are errors that name the nearest known one; so are values of a wrong type or range. Paths
/// inside stay as they are (relative to the file). Errors: InvalidArgument (subject = where in the document).
Result<TrainConfig> parseTrainConfig(const nlohmann::json& document);
nlohmann::json toJson(const TrainConfig& config);

/// Reads a file, applies "key.sub=value" settings (JSON values, bare words are strings) and parses.
/// Errors: those of readFile, InvalidArgument with line and column of a syntax error.
Result<TrainConfig> loadTrainConfig(const std::filesystem::path& file,
                                    const std::vector<std::string>& settings = {});

} // namespace fedefm
