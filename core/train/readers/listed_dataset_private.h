// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

namespace fedefm {

/// One sample of a data set on disk: what is known beforehand and where its parts lie. What `frame` and
/// `number` mean is up to the form.
struct ListedItem
{
    SampleInfo info;
    std::filesystem::path image;
    std::filesystem::path label;
    int frame = 0;
    std::size_t number = 0;
    std::size_t block =
        0; ///< samples of one file that is expensive to open share it; used when Listing::hasBlocks
};

/// What a form found: items, names and faults, and how an item is read.
struct Listing
{
    std::vector<ListedItem> items;
    std::vector<std::string> classNames; ///< of masks, with background; empty: no masks
    std::vector<std::string> imageClassNames;
    bool isMultiLabel = false; ///< these name flags, not classes
    std::vector<DataFault> faults;
    bool hasBlocks = false;
    std::function<Result<Sample>(const ListedItem&)> read;

    void fault(const std::filesystem::path& file, std::string reason)
    {
        faults.push_back({file.filename().string(), std::move(reason)});
    }
    void fault(const std::filesystem::path& file, const Error& error);
};

/// The listing as a data set. What read() gives is checked: as many labels as pixels, only numbers of classes
/// that have a name (or kIgnoreLabel), finite values; what fails joins the faults. A third party's exception
/// is an error. Errors: InvalidArgument (detail: the first fault) when there is no item.
Result<DatasetPtr> listedDataset(Listing listing, const std::filesystem::path& folder);

/// Cause and detail of an error, short and without folder.
std::string faultText(const Error& error);

} // namespace fedefm
