// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/train/data/augmentation.h"
#include "core/train/data/dataset.h"

namespace fedefm {

/// Samples of one size behind each other, ready to become tensors without a copy.
struct Batch
{
    int count = 0, channels = 0, height = 0, width = 0;
    std::vector<float> images;              ///< count·channels·height·width
    std::vector<std::uint8_t> labels;       ///< count·height·width; empty: no masks
    std::vector<std::int64_t> imageClasses; ///< count; −1: none
    int flagCount = 0;                      ///< labels of the whole picture (Sample::imageFlags)
    std::vector<std::uint8_t> imageFlags;   ///< count·flagCount
    std::vector<std::size_t> indices;       ///< into the data set
};

struct LoaderSettings
{
    int batchSize = 8;
    int threads = 1;  ///< that read and augment ahead
    int prefetch = 4; ///< batches held ready
    bool shuffle = true;
    bool dropLast = true;
    int samplesPerEpoch = 0; ///< 0: each sample once; else that many draws
    std::uint64_t seed = 1;
    AugmentationSettings augmentation;
    bool augment = true;
    InputSettings input;
};

/// Delivers the batches of one epoch in an order that depends on seed and epoch only, however many threads
/// work; sample k of an epoch is augmented with a seed derived from (seed, epoch, k). A sample that cannot be
/// read is replaced by another one when shuffling, and left out of its batch otherwise: one broken file stops
/// no training. The grey range (InputSettings::stretch) is that of the picture before augmentation.
class BatchLoader
{
public:
    BatchLoader(DatasetPtr dataset, LoaderSettings settings);
    ~BatchLoader();
    BatchLoader(const BatchLoader&) = delete;
    BatchLoader& operator=(const BatchLoader&) = delete;

    int batchesPerEpoch() const;
    /// Drops what is ready and begins `epoch` (0-based) at `firstBatch`.
    void startEpoch(int epoch, int firstBatch = 0);
    /// The next batch; null at the end of the epoch. Errors: that of the data set when no sample of a batch
    /// can be read; SizeMismatch when the samples of a batch differ in size; Cancelled.
    Result<std::shared_ptr<const Batch>> next(const CancelToken& cancel);
    /// Total time that next() had to wait for data, in ms.
    double waitedMs() const;

private:
    struct Shared;
    std::unique_ptr<Shared> m_shared;
};

} // namespace fedefm
