// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/tensors_private.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fedefm {

/// State of the random numbers that dropout and initialisation draw on a device.
torch::Tensor randomState(const torch::Device& device);
void setRandomState(const torch::Device& device, const torch::Tensor& state);

/// Where a training stands; with the weights, moments and random numbers it decides all that follows.
struct LoopState
{
    std::int64_t step = 0;   ///< optimiser steps done
    int epoch = 0;           ///< running, 0-based
    int batch = 0;           ///< batches of it done
    double lossSum = 0.0;    ///< over those batches
    int validatedEpoch = -1; ///< the last one that was validated
    int bestEpoch = -1;
    double bestValue = 0.0;
    nlohmann::json bestMetrics;
    int epochsWithoutGain = 0;
    int threads = 0; ///< LibTorch's; another number may sum in another order

    nlohmann::json toJson() const;
    static Result<LoopState> fromJson(const nlohmann::json& json);
};

/// What a checkpoint is made of; `average` may be null.
struct TrainedParts
{
    Network& network;
    Optimizer& optimizer;
    WeightAverage* average;
    torch::Device device;
};

/// checkpoint.safetensors in the run folder, whole-file-then-rename. Errors: DiskFull, WriteFailed.
Status saveCheckpoint(const std::filesystem::path& file, const TrainedParts& parts, const LoopState& state);

/// Where a checkpoint stands, without its tensors. Errors: FileNotFound, ModelBroken.
Result<LoopState> readCheckpointState(const std::filesystem::path& file);

/// Brings everything back, the random numbers included. Errors: FileNotFound, ModelBroken.
Result<LoopState> loadCheckpoint(const std::filesystem::path& file, const TrainedParts& parts);

} // namespace fedefm
