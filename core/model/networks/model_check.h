// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// The files of one reference: a configuration with `network`, `hyper_parameters` and `tolerance_abs`;
/// weights in any readable form; `io` with "input", the results and "feat.NAME"; `grads` (may be empty) with
/// "target", "loss", "train_output", "grad.NAME" and "buffer_after.NAME".
struct ModelCheckFiles
{
    std::filesystem::path config;
    std::filesystem::path weights;
    std::filesystem::path io;
    std::filesystem::path grads;
};

struct ModelCheckEntry
{
    std::string name;
    double maxError = 0.0; ///< largest absolute difference; for gradients relative to the tensor's largest
    double tolerance = 0.0;
    bool isRelative = false;
    bool ok = false;
    std::string problem; ///< "the network gives no such result", "shape 2x3 instead of 3x2", "not a number"
};

struct ModelCheckReport
{
    std::string network;
    int loadedEntries = 0; ///< of the state
    std::vector<ModelCheckEntry> entries;
    bool ok() const;
};

/// Builds the network, loads the weights, runs `input` in evaluation mode and compares every result; then one
/// forward and backward pass in training mode with the loss mean(output · target).
/// Errors: those of reading the files, of makeNetwork() and of loadState().
Result<ModelCheckReport> checkModel(const ModelCheckFiles& files, const std::string& device = "cpu");

} // namespace fedefm
