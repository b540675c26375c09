// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/train/data/sample.h"

#include <cstddef>
#include <filesystem>
#include <functional>

namespace fedefm {

/// A file that could not be used, and why; a data set goes on without it.
struct DataFault
{
    std::string file;
    std::string reason;
};

/// Where a picture lies on the disk. Without a file it is made when it is asked for; its group then says
/// which scene it is of.
struct PictureOrigin
{
    std::filesystem::path file;
    int frame = 0;
};

/// Samples by index. All methods may be called from several threads at once.
class Dataset
{
public:
    virtual ~Dataset() = default;
    virtual std::size_t size() const = 0;
    virtual SampleInfo sampleInfo(std::size_t index) const = 0;
    /// Errors: OutOfRange, those of the readers.
    virtual Result<Sample> sample(std::size_t index) const = 0;
    /// Number of mask classes with background; 0: no masks.
    virtual int classCount() const = 0;
    virtual std::vector<std::string> classNames() const = 0;
    /// Names of the classes of whole pictures; empty: none.
    virtual std::vector<std::string> imageClassNames() const { return {}; }
    /// Whether these names are those of Sample::imageFlags, of which a picture may have several or none.
    virtual bool isMultiLabel() const { return false; }
    virtual std::vector<DataFault> faults() const { return {}; }
    virtual PictureOrigin originOf(std::size_t) const { return {}; }
    /// Samples of one block are cheap to read after one another (frames of one simulated scene); a loader
    /// that shuffles keeps them near. By default each sample is a block.
    virtual std::size_t blockOf(std::size_t index) const { return index; }
};
using DatasetPtr = std::shared_ptr<const Dataset>;

/// The samples of `base` with these indices, in this order.
DatasetPtr subset(DatasetPtr base, std::vector<std::size_t> indices);
/// One behind the other; the class names must agree (InvalidArgument).
Result<DatasetPtr> concatenate(const std::vector<DatasetPtr>& parts);
/// Keeps read samples in memory, up to `limitBytes`; what does not fit is read again each time.
DatasetPtr cached(DatasetPtr base, std::size_t limitBytes);
/// Calls `transform(sample, index)` on each sample that is read.
using SampleTransform = std::function<void(Sample& sample, std::size_t index)>;
DatasetPtr transformed(DatasetPtr base, SampleTransform transform);

/// Pixels per class, pictures per class, per source, per group: what a browser and a run's record show.
struct DatasetStatistics
{
    std::size_t samples = 0;
    std::vector<std::uint64_t> pixelsPerClass;
    std::vector<std::size_t> samplesWithClass;
    std::vector<std::pair<std::string, std::size_t>> perSource;
    std::vector<std::pair<std::string, std::size_t>> perImageClass;
    std::size_t groups = 0;
    int smallestWidth = 0, smallestHeight = 0, largestWidth = 0, largestHeight = 0;
    double meanGrey = 0.0, greyDeviation = 0.0;
};
/// Reads at most `limit` samples, spread evenly; those that cannot be read are left out. Errors: that of the
/// first sample when none can be read; Cancelled.
Result<DatasetStatistics> statisticsOf(const Dataset& dataset, std::size_t limit,
                                       const CancelToken& cancel = {});

} // namespace fedefm
