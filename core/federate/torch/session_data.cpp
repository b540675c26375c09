// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_data.h"

#include "core/base/strict_object.h"
#include "core/base/utf8.h"
#include "core/federate/partition/partition.h"
#include "core/federate/privacy/audit_log.h"
#include "core/train/torch/training_data.h"

#include <algorithm>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kMostSilos = 400;

/// One data set by the rules of a training's `train` part.
Result<DatasetPtr> openOne(const nlohmann::json& description, const nlohmann::json& data,
                           const DatasetOpener& openData, std::uint64_t seed,
                           std::vector<std::string>& warnings)
{
    nlohmann::json training = {{"train", description}};
    for (const char* key : {"cache_mb", "folder"})
        if (data.contains(key))
            training[key] = data[key];
    auto opened = openTrainingData(training, openData, seed);
    if (!opened)
        return tl::unexpected(opened.error());
    warnings.insert(warnings.end(), opened->warnings.begin(), opened->warnings.end());
    return opened->train;
}

/// The places' names, each once and as the log of what leaves takes it.
std::vector<std::string> namesOf(const std::vector<std::string>& places)
{
    constexpr std::size_t kLongest = 100; // with a number behind it still fits
    std::set<std::string> taken;
    std::vector<std::string> names;
    for (std::size_t at = 0; at < places.size(); ++at) {
        std::string name = places[at];
        if (!isReceiverName(name)) {
            for (char& letter : name)
                letter = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ? ' ' : letter;
            name = name.empty() ? "silo" : cutUtf8(name, kLongest);
        }
        const std::string stem = cutUtf8(name, kLongest);
        for (std::size_t number = at; !taken.insert(name).second; ++number)
            name = stem + " " + std::to_string(number);
        names.push_back(std::move(name));
    }
    return names;
}

Status openListed(const nlohmann::json& data, const DatasetOpener& openData, std::uint64_t seed,
                  SessionData& session)
{
    const nlohmann::json& list = data["silos"];
    if (!list.is_array() || list.empty() || list.size() > kMostSilos)
        return fail(ErrorCode::InvalidArgument, "data.silos", "a list of 1 to 400 silos is expected");
    std::set<std::string> names;
    const std::vector<std::string> places = namesOf(session.links.siloNames());
    for (std::size_t at = 0; at < list.size(); ++at) {
        const std::string where = "data.silos[" + std::to_string(at) + "]";
        StrictObject object(list[at], where);
        SiloData silo;
        silo.name = places[at];
        object.text("name", silo.name);
        const nlohmann::json description = object.value("train");
        if (auto read = object.finish(); !read)
            return read;
        if (!isReceiverName(silo.name))
            return fail(ErrorCode::InvalidArgument, where + ".name",
                        "a name of 1 to 128 bytes without control characters is expected");
        if (!names.insert(silo.name).second)
            return fail(ErrorCode::InvalidArgument, where + ".name", "two silos are called " + silo.name);
        auto train = openOne(description, data, openData, seed, session.warnings);
        if (!train) {
            train.error().subject = where + ": " + train.error().subject;
            return tl::unexpected(train.error());
        }
        silo.train = std::move(*train);
        session.silos.push_back(std::move(silo));
    }
    return {};
}

Status openPool(const nlohmann::json& data, const DatasetOpener& openData, std::uint64_t seed,
                SessionData& session)
{
    nlohmann::json pool = data["pool"];
    if (!pool.is_object())
        return fail(ErrorCode::InvalidArgument, "data.pool", "an object is expected");
    for (const char* key : {"cache_mb", "folder"})
        if (data.contains(key) && !pool.contains(key))
            pool[key] = data[key];
    auto opened = openTrainingData(pool, openData, seed);
    if (!opened)
        return tl::unexpected(opened.error());
    session.warnings = std::move(opened->warnings);
    session.test = opened->test ? opened->test : opened->validation;
    const int siloCount = session.links.siloCount();
    const auto settings = parsePartition(data.value("partition", nlohmann::json::object()));
    if (!settings)
        return tl::unexpected(settings.error());
    std::vector<SampleInfo> samples;
    for (std::size_t at = 0; at < opened->train->size(); ++at)
        samples.push_back(opened->train->sampleInfo(at));
    const Neighbours neighbours = neighboursOf(session.links.wholeOverlay());
    auto partition = makePartition(samples, neighbours, *settings);
    if (!partition)
        return tl::unexpected(partition.error());
    const std::vector<std::string> names = namesOf(session.links.siloNames());
    session.partition["rule"] = toJson(*settings);
    session.partition["report"] = toJson(reportOf(*partition, samples, neighbours), names);
    for (int silo = 0; silo < siloCount; ++silo) {
        const auto at = static_cast<std::size_t>(silo);
        session.silos.push_back({names[at], subset(opened->train, std::move(partition->silos[at]))});
    }
    return {};
}

/// Counts by source and class: who has seen what, without a picture's name.
nlohmann::json contentOf(const Dataset& dataset)
{
    std::map<std::string, int> sources, classes;
    const std::vector<std::string> names = dataset.imageClassNames();
    for (std::size_t at = 0; at < dataset.size(); ++at) {
        const SampleInfo info = dataset.sampleInfo(at);
        ++sources[info.source];
        if (info.imageClass >= 0 && static_cast<std::size_t>(info.imageClass) < names.size())
            ++classes[names[static_cast<std::size_t>(info.imageClass)]];
    }
    return {{"samples", dataset.size()}, {"sources", sources}, {"classes", classes}};
}

Status openShared(const nlohmann::json& data, const DatasetOpener& openData, std::uint64_t seed,
                  SessionData& session)
{
    for (const auto& [key, target] :
         {std::pair{"test", &session.test}, std::pair{"public", &session.common}}) {
        if (!data.contains(key) || data[key].is_null())
            continue;
        auto opened = openOne(data[key], data, openData, seed, session.warnings);
        if (!opened)
            return tl::unexpected(opened.error());
        *target = std::move(*opened);
    }
    return {};
}

/// A pool looks for them as it is split; a list of silos is opened one by one.
void noteLeaksOfList(SessionData& session)
{
    std::vector<DatasetPtr> silos;
    for (const SiloData& silo : session.silos)
        silos.push_back(silo.train);
    const auto whole = concatenate(silos);
    if (!whole)
        return;
    TrainingData parts;
    parts.train = *whole;
    parts.test = session.test;
    noteLeaks(parts);
    session.warnings.insert(session.warnings.end(), parts.warnings.begin(), parts.warnings.end());
}

void recordPartition(SessionData& session)
{
    nlohmann::json silos = nlohmann::json::array();
    for (const SiloData& silo : session.silos) {
        silos.push_back(contentOf(*silo.train));
        silos.back()["name"] = silo.name;
    }
    session.partition["silos"] = std::move(silos);
    if (session.test)
        session.partition["test"] = contentOf(*session.test);
    if (session.common)
        session.partition["public"] = contentOf(*session.common);
}

} // namespace

std::vector<std::int64_t> SessionData::sampleCounts() const
{
    std::vector<std::int64_t> counts;
    for (const SiloData& silo : silos)
        counts.push_back(static_cast<std::int64_t>(silo.train->size()));
    return counts;
}

Result<SessionData> SessionData::pooled() const
{
    std::vector<DatasetPtr> parts;
    for (const SiloData& silo : silos)
        parts.push_back(silo.train);
    SessionData result = *this;
    auto whole = parts.size() == 1 ? Result<DatasetPtr>(parts.front()) : concatenate(parts);
    if (!whole)
        return tl::unexpected(whole.error());
    result.silos = {{"all", std::move(*whole)}};
    return result;
}

Result<SessionData> openSessionData(const nlohmann::json& data, const DatasetOpener& openData,
                                    std::uint64_t seed, const LinksMaker& makeLinks)
{
    StrictObject object(data, "data");
    for (const char* key : {"silos", "pool", "partition", "test", "public", "folder", "cache_mb"})
        object.value(key);
    int siloCount = 5;
    object.integer("silo_count", siloCount, 1, static_cast<int>(kMostSilos));
    if (object.has("silos") == object.has("pool"))
        object.refuse("silos", "either a list of silos or a pool with a partition is expected");
    for (const char* key : {"partition", "silo_count"})
        if (object.has("silos") && object.has(key))
            object.refuse(key, "goes with a pool; a list of silos says itself who has what");
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    const bool isListed = data.contains("silos");
    if (isListed && data["silos"].is_array())
        siloCount = std::max(1, static_cast<int>(data["silos"].size()));
    auto links = makeLinks(siloCount);
    if (!links)
        return tl::unexpected(links.error());
    SessionData session;
    session.links = std::move(*links);
    session.partition = nlohmann::json::object();
    if (auto opened =
            isListed ? openListed(data, openData, seed, session) : openPool(data, openData, seed, session);
        !opened)
        return tl::unexpected(opened.error());
    if (auto opened = openShared(data, openData, seed, session); !opened)
        return tl::unexpected(opened.error());
    for (const SiloData& silo : session.silos)
        if (silo.train->size() == 0)
            return fail(ErrorCode::InvalidArgument, "data", silo.name + " has no pictures");
    if (isListed)
        noteLeaksOfList(session);
    recordPartition(session);
    return session;
}

} // namespace fedefm
