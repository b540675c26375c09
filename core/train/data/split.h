// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// Which samples are for what. Groups (patients, videos, scenes) stay whole.
struct Split
{
    std::vector<std::size_t> train;
    std::vector<std::size_t> validation;
    std::vector<std::size_t> test;
};

/// Shares by number of groups, at least one group each where a share is above 0 and groups suffice; the seed
/// decides which. Errors: InvalidArgument (shares negative or above 1 in sum, fewer groups than parts).
Result<Split> splitByGroup(const Dataset& dataset, double validationShare, double testShare,
                           std::uint64_t seed);

/// Groups by name: `"01"` matches a group exactly, `"0*"` by wildcard. Samples that no list names are unused.
/// Errors: InvalidArgument when a pattern matches nothing or a group is named twice.
struct GroupLists
{
    std::vector<std::string> train, validation, test;
};
Result<Split> splitByNames(const Dataset& dataset, const GroupLists& lists);

/// Pairs of samples with the same picture (hash of the grey values) on different sides of a split. Reads all
/// of them.
struct Leak
{
    std::string first;
    std::string second;
};
Result<std::vector<Leak>> findLeaks(const Dataset& dataset, const Split& split);

/// The same by the bytes of the files, which decodes nothing and is quick for large sets: frames of equal
/// files, or of one file, in different parts; each picture is named once. A picture that was stored anew is
/// not found.
struct FileLeaks
{
    std::vector<Leak> leaks;
    std::size_t unread = 0; ///< files that could not be compared
};
FileLeaks findFileLeaks(const std::vector<DatasetPtr>& parts);

/// {"train": [ids], …}, as a run folder records it.
nlohmann::json toJson(const Split& split, const Dataset& dataset);

} // namespace fedefm
