// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/tensor_file.h"
#include "core/train/torch/trainer.h"
#include "tests/core/training/drawn_dataset.h"

#include <QString>
#include <cstring>

namespace fedefm::test {

namespace fs = std::filesystem;

/// Trains with a stop after that many steps; 0: to the end. The first and the last step of an epoch are
/// always reported.
inline Result<TrainResult> trainIn(const fs::path& runs, const TrainConfig& config, int stepsBeforeStop = 0)
{
    const CancelToken cancel;
    return train(config, openDrawn, runs, cancel, [&](const TrainProgress& progress) {
        const int steps = progress.epoch * progress.batches + progress.batch;
        if (progress.phase == "train" && steps == stepsBeforeStop)
            cancel.cancel();
    });
}

inline QString messageOf(const Result<TrainResult>& result)
{
    return result ? QString() : QString::fromStdString(describe(result.error()));
}

inline bool sameTensors(const fs::path& first, const fs::path& second)
{
    const auto a = readTensorFile(first);
    const auto b = readTensorFile(second);
    if (!a || !b || a->tensors.size() != b->tensors.size())
        return false;
    for (const auto& [name, tensor] : a->tensors) {
        const auto other = b->tensors.find(name);
        if (other == b->tensors.end() || other->second.byteCount() != tensor.byteCount() ||
            std::memcmp(other->second.data, tensor.data, tensor.byteCount()) != 0)
            return false;
    }
    return true;
}

inline RunSummary summaryOf(const fs::path& folder)
{
    const auto reader = RunReader::open(folder);
    return reader && (*reader)->summary() ? *(*reader)->summary() : RunSummary();
}

} // namespace fedefm::test
