// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/checkpoint_state_private.h"
#include "core/train/train_config.h"

namespace fedefm {

/// The metadata entry that describes the network of a weights file, so that the file alone is enough to use
/// it.
inline constexpr const char* kCardKey = "fedefm.card";

/// What a card says of a training. Its JSON: network, hyper_parameters, input (InputSettings), classes, task,
/// name, architecture, parameters, multiple, version, training (a sentence) and training_record {seed, epoch,
/// steps, metrics, config_hash, pictures}. No file names and no names of samples.
struct WeightsCard
{
    const TrainConfig& config;
    std::vector<std::string> classes;
    std::int64_t parameters = 0;
    std::size_t trainingSamples = 0;
    int epoch = 0; ///< 0-based
    std::int64_t steps = 0;
    nlohmann::json metrics;

    nlohmann::json toJson() const;
};

/// 16 hexadecimal digits that depend on every key of a configuration.
std::string configHash(const TrainConfig& config);

Status saveWeights(const std::filesystem::path& file, const Network& network, const nlohmann::json& card);

/// Adds an entry to the card of a file that saveWeights() wrote.
Status addToCard(const std::filesystem::path& file, const std::string& key, const nlohmann::json& value);

/// `init` of a configuration: a file, or a run folder whose merged or best weights are taken. Returns what
/// was resized or left out, as lines for the run's events. Errors: FileNotFound, ModelBroken with the names
/// that do not fit.
Result<std::vector<std::string>> initialise(Network& network, const TrainConfig& config);

/// Weights of the same network, from the file that saveWeights() wrote.
Status loadWeights(Network& network, const std::filesystem::path& file);

} // namespace fedefm
