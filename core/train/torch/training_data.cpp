// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/training_data.h"

#include "core/train/data/split.h"

#include <algorithm>
#include <array>
#include <optional>

namespace fedefm {

namespace {

constexpr std::size_t kBytesPerMb = 1U << 20U;
constexpr std::size_t kDefaultCacheMb = 1024;
/// Of a set without end, like the simulator's, a sample hardly comes twice.
constexpr std::size_t kMostCachedSamples = 10'000;
constexpr std::size_t kMostListedFaults = 1000;
constexpr std::size_t kMostListedSamples = 50'000;

Result<DatasetPtr> openOne(const nlohmann::json& description, const DatasetOpener& openData)
{
    if (description.is_object())
        return openData(description);
    if (!description.is_array() || description.empty())
        return fail(ErrorCode::InvalidArgument, "data", "a data set is an object or a list of objects");
    std::vector<DatasetPtr> parts;
    for (const nlohmann::json& part : description) {
        auto opened = openOne(part, openData);
        if (!opened)
            return opened;
        parts.push_back(std::move(*opened));
    }
    return parts.size() == 1 ? Result<DatasetPtr>(parts.front()) : concatenate(parts);
}

Result<std::vector<std::string>> namesIn(const nlohmann::json& split, const char* part)
{
    std::vector<std::string> names;
    if (!split.contains(part))
        return names;
    for (const nlohmann::json& name : split[part]) {
        if (!name.is_string())
            return fail(ErrorCode::InvalidArgument, std::string("data.split.") + part,
                        "group names are texts");
        names.push_back(name.get<std::string>());
    }
    return names;
}

Result<Split> splitOf(const Dataset& dataset, const nlohmann::json& split, std::uint64_t seed)
{
    if (!split.is_object())
        return fail(ErrorCode::InvalidArgument, "data.split", "an object is expected");
    for (const auto& item : split.items())
        if (item.key() != "train" && item.key() != "validation" && item.key() != "test" &&
            item.key() != "seed")
            return fail(ErrorCode::InvalidArgument, "data.split." + item.key(),
                        "unknown; known are train, validation, test and seed");
    if (split.contains("train")) {
        GroupLists lists;
        const std::array<std::pair<const char*, std::vector<std::string>*>, 3> parts{
            {{"train", &lists.train}, {"validation", &lists.validation}, {"test", &lists.test}}};
        for (const auto& [name, list] : parts) {
            auto names = namesIn(split, name);
            if (!names)
                return tl::unexpected(names.error());
            *list = std::move(*names);
        }
        return splitByNames(dataset, lists);
    }
    for (const char* part : {"validation", "test"})
        if (split.contains(part) && !split[part].is_number())
            return fail(ErrorCode::InvalidArgument, std::string("data.split.") + part,
                        "without `train` a share of the groups, 0 to 1, is expected");
    return splitByGroup(dataset, split.value("validation", 0.0), split.value("test", 0.0),
                        split.value("seed", seed));
}

void noteFaults(TrainingData& parts)
{
    std::vector<DataFault> faults;
    for (const DatasetPtr& source : parts.sources)
        for (DataFault& fault : source->faults())
            faults.push_back(std::move(fault));
    for (std::size_t at = 0; at < std::min(faults.size(), kMostListedFaults); ++at)
        parts.warnings.push_back(faults[at].file + ": " + faults[at].reason);
    if (faults.size() > kMostListedFaults)
        parts.warnings.push_back(std::to_string(faults.size()) +
                                 " files cannot be used, those above among them");
}

Status openParts(const nlohmann::json& data, const DatasetOpener& openData, TrainingData& parts)
{
    for (const auto& item : data.items())
        if (item.key() != "train" && item.key() != "validation" && item.key() != "test")
            return fail(ErrorCode::InvalidArgument, "data." + item.key(),
                        "unknown beside train, validation and test");
    const std::array<std::pair<const char*, DatasetPtr*>, 3> names{
        {{"train", &parts.train}, {"validation", &parts.validation}, {"test", &parts.test}}};
    for (const auto& [name, target] : names) {
        if (!data.contains(name) || data[name].is_null())
            continue;
        auto opened = openOne(data[name], openData);
        if (!opened)
            return tl::unexpected(opened.error());
        *target = std::move(*opened);
        parts.sources.push_back(*target);
    }
    for (const auto& [name, part] : names) {
        if (!*part || !parts.train)
            continue;
        if (auto same =
                compareClasses(name, (*part)->classNames(), parts.train->classNames(), parts.warnings);
            !same)
            return same;
    }
    return {};
}

Status openAndSplit(nlohmann::json data, const DatasetOpener& openData, std::uint64_t seed,
                    TrainingData& parts)
{
    const nlohmann::json rule = data.value("split", nlohmann::json::object());
    data.erase("split");
    if (data.contains("sets"))
        for (const auto& [key, value] : data.items())
            if (key != "sets")
                return fail(ErrorCode::InvalidArgument, "data." + key,
                            "beside \"sets\" there is only \"split\"; what a set needs stands in the set");
    auto whole = openOne(data.contains("sets") ? data["sets"] : data, openData);
    if (!whole)
        return tl::unexpected(whole.error());
    parts.sources.push_back(*whole);
    const auto split = splitOf(**whole, rule, seed);
    if (!split)
        return tl::unexpected(split.error());
    parts.train = subset(*whole, split->train);
    if (!split->validation.empty())
        parts.validation = subset(*whole, split->validation);
    if (!split->test.empty())
        parts.test = subset(*whole, split->test);
    return {};
}

} // namespace

Status compareClasses(const std::string& part, const std::vector<std::string>& own,
                      const std::vector<std::string>& training, std::vector<std::string>& warnings)
{
    if (own.empty() || training.empty() || own == training)
        return {};
    const auto text = [](const std::vector<std::string>& names) {
        std::string joined;
        for (const std::string& each : names)
            joined += (joined.empty() ? "" : ", ") + each;
        return joined;
    };
    const std::string both = "its classes are " + text(own) + ", those of training " + text(training);
    const auto isElsewhere = [&](const std::string& name) {
        const auto there = std::find(training.begin(), training.end(), name);
        const auto here = std::find(own.begin(), own.end(), name);
        return there != training.end() && there - training.begin() != here - own.begin();
    };
    if (std::any_of(own.begin(), own.end(), isElsewhere))
        return fail(ErrorCode::InvalidArgument, "data." + part, both + ": bring them into one order");
    warnings.push_back(part + ": " + both + "; they are compared by their numbers");
    return {};
}

std::string recordedName(const std::string& id)
{
    // What a JSON file gives back: bytes that are no UTF-8, as in names of old archives, are replaced.
    return nlohmann::json::parse(
               nlohmann::json(id).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
        .get<std::string>();
}

nlohmann::json sampleNames(const DatasetPtr& dataset)
{
    nlohmann::json names = nlohmann::json::array();
    if (!dataset)
        return names;
    if (dataset->size() > kMostListedSamples)
        return {{"samples", dataset->size()}};
    for (std::size_t at = 0; at < dataset->size(); ++at)
        names.push_back(recordedName(dataset->sampleInfo(at).id));
    return names;
}

Result<TrainingData> openTrainingData(const nlohmann::json& data, const DatasetOpener& openData,
                                      std::uint64_t seed, const nlohmann::json& recorded)
{
    if (!data.is_object())
        return fail(ErrorCode::InvalidArgument, "data", "an object is expected");
    nlohmann::json description = data;
    std::optional<std::size_t> cacheMb;
    if (data.contains("cache_mb")) {
        if (!data["cache_mb"].is_number_unsigned())
            return fail(ErrorCode::InvalidArgument, "data.cache_mb",
                        "a whole number of megabytes is expected");
        cacheMb = data["cache_mb"].get<std::size_t>();
    }
    description.erase("cache_mb");
    description.erase("folder");
    TrainingData parts;
    const Status opened = description.contains("train") ? openParts(description, openData, parts)
                                                        : openAndSplit(description, openData, seed, parts);
    if (!opened)
        return tl::unexpected(opened.error());
    if (auto kept = keepRecorded(parts, recorded); !kept)
        return tl::unexpected(kept.error());
    if (!parts.train || parts.train->size() == 0)
        return fail(ErrorCode::InvalidArgument, "data.train", "no sample to train with");
    parts.split = {{"train", sampleNames(parts.train)},
                   {"validation", sampleNames(parts.validation)},
                   {"test", sampleNames(parts.test)}};
    for (DatasetPtr* part : {&parts.train, &parts.validation}) {
        if (!*part)
            continue;
        const std::size_t limitMb =
            cacheMb.value_or((*part)->size() <= kMostCachedSamples ? kDefaultCacheMb : 0);
        if (limitMb > 0)
            *part = cached(*part, limitMb * kBytesPerMb);
    }
    noteLeaks(parts);
    noteFaults(parts); // those that the comparison has met among them
    return parts;
}

} // namespace fedefm
