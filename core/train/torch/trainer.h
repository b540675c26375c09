// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/train/data/dataset.h"
#include "core/train/run_store.h"
#include "core/train/train_config.h"

#include <functional>

namespace fedefm {

/// Opens a data set of a configuration; the program decides which readers it has. Called with descriptions as
/// they stand in `data`: {"form": …}.
using DatasetOpener = std::function<Result<DatasetPtr>(const nlohmann::json& description)>;

/// Writes an 8-bit grey PNG. Without one, no sample predictions are kept: encoding pictures needs more than
/// LibTorch.
using PictureWriter = std::function<Status(const std::filesystem::path& target, const std::uint8_t* grey,
                                           int width, int height)>;

/// What a training reports while it runs; called from its thread, at most 20 times a second besides
/// the first and the last of a phase.
struct TrainProgress
{
    int epoch = 0, epochs = 0;
    int batch = 0, batches = 0;
    double loss = 0.0;
    double imagesPerSecond = 0.0;
    std::string phase;       ///< "train", "validate", "validated" (once, with `validation`), "test"
    double validation = 0.0; ///< the value that chooses the best epoch
    bool isBest = false;
};

struct TrainResult
{
    std::filesystem::path runFolder;
    int epochsDone = 0;
    int bestEpoch = -1;
    nlohmann::json bestMetrics;
    nlohmann::json testMetrics;    ///< null without a test set
    std::vector<DataFault> faults; ///< of the data: files that were not used, each once
};

/// Trains from the beginning into a new run folder below `runs`. Stops at a cancel or at a "stop" command
/// after the running step, with a checkpoint. A loss that is not finite stops the run; the batch is saved as
/// nan_batch.safetensors in the run folder. Pictures that cannot be read are left out and become warnings
/// among the run's events. The best epoch is chosen on the validation set only; the test set is evaluated
/// once, at the end, with the best weights. Errors: InvalidArgument, those of the data, ModelBroken,
/// DiskFull, Cancelled (with the folder as subject).
Result<TrainResult> train(const TrainConfig& config, const DatasetOpener& openData,
                          const std::filesystem::path& runs, const CancelToken& cancel,
                          const std::function<void(const TrainProgress&)>& progress,
                          const PictureWriter& writePicture = {});

/// Goes on where the last checkpoint stands; on a CPU the result is bit for bit that of an undisturbed run
/// with the same number of threads.
Result<TrainResult> resumeTraining(const std::filesystem::path& runFolder, const DatasetOpener& openData,
                                   const CancelToken& cancel,
                                   const std::function<void(const TrainProgress&)>& progress,
                                   const PictureWriter& writePicture = {});

} // namespace fedefm
