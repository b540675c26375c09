// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/merge/batch_norm.h"
#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/tensors_private.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// Where Silo::memory keeps the weights from which the silo's change of the round is measured, for privacy by
/// silo: all that they hold has been given away before.
inline constexpr const char* kRoundStart = "round/";
/// And the seed of its noise.
inline constexpr const char* kNoiseSeed = "privacy/seed";

/// Detail of the error of a silo that would give away more than epsilon_limit.
inline constexpr const char* kBudgetSpent = "its privacy budget is spent";

using TensorMap = std::map<std::string, torch::Tensor>;

/// A silo at work: everything that it keeps from round to round.
struct Silo
{
    int index = -1;
    NetworkPtr network;
    std::unique_ptr<Optimizer> optimizer;
    TensorMap memory;          ///< a strategy's own tensors
    torch::Tensor random;      ///< state of the random numbers
    std::int64_t steps = 0;    ///< optimiser steps of its own model
    std::int64_t drawn = 0;    ///< batches drawn from its data, visitors' included
    std::int64_t releases = 0; ///< noised weights that were given away
    nlohmann::json privacy;    ///< history of its accountant; null: none
};

/// All of it; values share memory with the silo where they can.
TensorFile siloFile(const Silo& silo);
/// The reverse. A file without moments or random numbers sets the moments to zero and leaves the numbers.
/// Errors: ModelBroken.
Status loadSilo(Silo& silo, const TensorFile& file, const std::string& subject);

/// Its accountant's history; null: none.
nlohmann::json privacyOf(const TensorFile& siloState);
/// What a silo has given away does not come back when its state is taken back: `to` takes over the privacy
/// spent and the pictures drawn, which decide the noise, of the newer state `from`.
void keepSpentPrivacy(const TensorFile& from, TensorFile& to);

void resetMoments(Optimizer& optimizer);

/// The same values, not copied.
torch::Tensor viewOf(const StoredTensor& stored);

/// The float32 tensors of a network, sorted by name.
ModelSchema floatSchema(const Network& network);
/// Those that are exchanged and merged under a policy.
ModelSchema sharedSchema(const Network& network, BatchNormPolicy policy);

/// The tensors of a schema as an exchange takes them; values share memory where they can.
TensorFile sharedFile(const Network& network, const ModelSchema& schema);
TensorFile fileOf(const TensorMap& tensors);
/// Copies every tensor of the file into the network's of the same name.
void loadShared(Network& network, const TensorFile& file);
/// Copies everything, buffers included.
void copyState(Network& target, const Network& from);

/// Copies of the tensors of a schema.
TensorMap cloneShared(const Network& network, const ModelSchema& schema);

} // namespace fedefm
