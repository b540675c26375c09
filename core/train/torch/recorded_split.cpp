// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/torch/training_data.h"

#include <algorithm>
#include <map>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kFileLimit = std::size_t{64} << 20;

/// Indices by name; equal names follow one another.
using Places = std::multimap<std::string, std::size_t>;

Places placesIn(const Dataset& dataset)
{
    Places places;
    for (std::size_t at = 0; at < dataset.size(); ++at)
        places.emplace(recordedName(dataset.sampleInfo(at).id), at);
    return places;
}

Error changed(const char* name, const std::string& what)
{
    return {ErrorCode::InvalidArgument, std::string("data.") + name,
            "the data changed since this training began: " + what +
                ". Bring the old state back, or begin a new training"};
}

/// The recorded samples of one part, taken out of `places`.
Status keepNames(const char* name, const DatasetPtr& pool, Places& places, const nlohmann::json& recorded,
                 DatasetPtr& part)
{
    std::vector<std::size_t> kept;
    std::vector<std::string> gone;
    for (const nlohmann::json& sample : recorded) {
        const auto place = places.find(sample.is_string() ? sample.get<std::string>() : std::string());
        if (place == places.end()) {
            gone.push_back(sample.is_string() ? sample.get<std::string>() : sample.dump());
            continue;
        }
        kept.push_back(place->second);
        places.erase(place);
    }
    if (!gone.empty()) {
        std::string names;
        for (std::size_t at = 0; at < std::min(gone.size(), kMostNamed); ++at)
            names += (at > 0 ? ", " : "") + gone[at];
        return tl::unexpected(changed(name, std::to_string(gone.size()) +
                                                " samples cannot be used any more (" + names +
                                                (gone.size() > kMostNamed ? ", …)" : ")")));
    }
    part = kept.empty() ? nullptr : subset(pool, std::move(kept));
    return {};
}

} // namespace

Status keepRecorded(TrainingData& parts, const nlohmann::json& recorded)
{
    if (!recorded.is_object())
        return {};
    const std::pair<const char*, DatasetPtr*> all[] = {
        {"train", &parts.train}, {"validation", &parts.validation}, {"test", &parts.test}};
    const bool isSame = std::all_of(std::begin(all), std::end(all), [&recorded](const auto& part) {
        return recorded.value(part.first, nlohmann::json::array()) == sampleNames(*part.second);
    });
    if (isSame)
        return {};
    // Of one set that is split, samples may have come to another part; else each part is a set of its own.
    const bool isSplit = parts.sources.size() == 1 && parts.sources.front() != parts.train;
    const bool isCounted = std::any_of(std::begin(all), std::end(all), [&recorded](const auto& part) {
        return recorded.value(part.first, nlohmann::json::array()).is_object();
    });
    if (isSplit && isCounted) // who was in the largest part is not recorded
        return tl::unexpected(changed("split", "it would be split in another way now"));
    Places shared = isSplit ? placesIn(*parts.sources.front()) : Places();
    std::size_t more = shared.size();
    for (const auto& [name, part] : all) {
        const nlohmann::json names = recorded.value(name, nlohmann::json::array());
        if (names.is_object())
            continue; // a number only, see checkRecordedCounts()
        const DatasetPtr pool = isSplit ? parts.sources.front() : *part;
        Places own = !isSplit && pool ? placesIn(*pool) : Places();
        if (auto kept = keepNames(name, pool, isSplit ? shared : own, names, *part); !kept)
            return kept;
        more = isSplit ? shared.size() : more + own.size();
    }
    if (more > 0)
        parts.notes.push_back(std::to_string(more) +
                              " samples were not there when this training began, or had no class, and are "
                              "left out");
    return {};
}

Status checkRecordedCounts(const TrainingData& parts, const nlohmann::json& recorded)
{
    if (!recorded.is_object())
        return {};
    for (const char* name : {"train", "validation", "test"}) {
        const nlohmann::json before = recorded.value(name, nlohmann::json());
        const nlohmann::json now = parts.split.value(name, nlohmann::json());
        if (before.is_object() && before != now)
            return tl::unexpected(
                changed(name, before.value("samples", nlohmann::json()).dump() + " samples then, " +
                                  (now.is_object() ? now.value("samples", nlohmann::json()).dump()
                                                   : std::to_string(now.size())) +
                                  " now"));
    }
    return {};
}

Result<nlohmann::json> readRecordedSplit(const std::filesystem::path& run)
{
    const std::filesystem::path file = run / "split.json";
    const auto text = readFile(file, kFileLimit);
    if (!text)
        return tl::unexpected(text.error());
    auto split = nlohmann::json::parse(*text, nullptr, false);
    if (!split.is_object())
        return fail(ErrorCode::NotRecognised, file.string(), "the run's record of its samples is damaged");
    return split;
}

} // namespace fedefm
