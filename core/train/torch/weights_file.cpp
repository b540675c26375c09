// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/weights_file_private.h"

#include "core/base/version.h"
#include "core/train/torch/evaluator_private.h"

#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kMostNames = 5;

std::string listOf(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t at = 0; at < std::min(names.size(), kMostNames); ++at)
        text += (at ? ", " : "") + names[at];
    if (names.size() > kMostNames)
        text += " and " + std::to_string(names.size() - kMostNames) + " more";
    return text;
}

fs::path weightsNamed(const std::string& init)
{
    std::error_code ignored;
    const fs::path given(init);
    if (!fs::is_directory(given, ignored))
        return given;
    // A session's best model was chosen on its test set, the merged one was not.
    for (const char* name : {"merged.safetensors", "best.safetensors"})
        if (fs::path file = given / "weights" / name; fs::exists(file, ignored))
            return file;
    return given / "weights" / "last.safetensors";
}

/// Names of classes come from folders, whose names may be no UTF-8.
std::string cardText(const nlohmann::json& card)
{
    return card.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string sentenceOf(const WeightsCard& card)
{
    std::string text = "trained by FedEFM Studio " + std::string(kVersion) + ": " +
                       std::to_string(card.steps) + " steps with " + std::to_string(card.config.batchSize) +
                       " of " + std::to_string(card.trainingSamples) + " pictures each, seed " +
                       std::to_string(card.config.seed) + ", configuration " + configHash(card.config);
    for (const auto& [name, value] : flattenMetrics(card.metrics))
        if (name == card.config.selectBy) {
            char number[32];
            std::snprintf(number, sizeof number, "%.4f", value);
            text += "; validation " + name + " " + number;
        }
    return text;
}

} // namespace

std::string configHash(const TrainConfig& config)
{
    // FNV-1a: a name for equal configurations, no protection against forgery.
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char letter : toJson(config).dump()) {
        hash ^= static_cast<unsigned char>(letter);
        hash *= 1099511628211ULL;
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

nlohmann::json WeightsCard::toJson() const
{
    const auto input = parseInputSettings(config.input.is_null() ? nlohmann::json::object() : config.input);
    const std::string network = config.model.value("network", "");
    return {{"id", config.name},
            {"name", config.name},
            {"network", network},
            {"architecture", network},
            {"hyper_parameters", config.model.value("hyper_parameters", nlohmann::json::object())},
            {"task", config.task},
            {"input", input ? fedefm::toJson(*input) : config.input},
            {"multiple", input ? input->multiple : 32},
            {"classes", classes},
            {"parameters", parameters},
            {"version", kVersion},
            {"training", sentenceOf(*this)},
            {"training_record",
             {{"seed", config.seed},
              {"epoch", epoch},
              {"steps", steps},
              {"pictures", trainingSamples},
              {"metrics", metrics},
              {"config_hash", configHash(config)}}}};
}

Status saveWeights(const fs::path& file, const Network& network, const nlohmann::json& card)
{
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (failed)
        return fail(ErrorCode::WriteFailed, file.string(), failed.message());
    TensorFile content;
    for (const auto& [name, tensor] : stateOf(network))
        content.tensors.emplace(name, storedView(tensor));
    content.metadata = {{"format", "pt"}, {kCardKey, cardText(card)}};
    return writeSafetensors(file, content, Overwrite::Yes);
}

Status addToCard(const fs::path& file, const std::string& key, const nlohmann::json& value)
{
    auto content = readTensorFile(file);
    if (!content)
        return tl::unexpected(content.error());
    nlohmann::json card = nlohmann::json::parse(content->metadata[kCardKey], nullptr, false);
    if (!card.is_object())
        return fail(ErrorCode::ModelBroken, file.string(), "no model card");
    card[key] = value;
    content->metadata[kCardKey] = cardText(card);
    return writeSafetensors(file, *content, Overwrite::Yes);
}

Result<std::vector<std::string>> initialise(Network& network, const TrainConfig& config)
{
    std::vector<std::string> notes;
    if (config.init.empty())
        return notes;
    const fs::path file = weightsNamed(config.init);
    const auto content = readTensorFile(file);
    if (!content && content.error().code == ErrorCode::FileNotFound && !file.has_parent_path())
        return fail(ErrorCode::ModelNotFound, config.init, "nor is there such a file or run");
    if (!content)
        return tl::unexpected(content.error());
    LoadRules rules;
    rules.isBeginning = true;
    rules.allowMissing = config.initPartial;
    rules.allowUnexpected = config.initPartial;
    rules.allowReshaped = config.initPartial;
    rules.dropPrefix = config.initDropPrefix;
    auto report = loadState(network, *content, file.string(), rules);
    if (!report)
        return tl::unexpected(report.error());
    if (report->loaded == 0)
        return fail(ErrorCode::ModelBroken, file.string(), "no name of this file is one of the network's");
    notes.push_back(std::to_string(report->loaded) + " tensors from " + file.filename().string());
    if (!report->missing.empty())
        notes.push_back("not in the file, stay as they begin: " + listOf(report->missing));
    if (!report->unexpected.empty())
        notes.push_back("not in the network, left out: " + listOf(report->unexpected));
    if (!report->reshaped.empty())
        notes.push_back("of another shape, stay as they begin: " + listOf(report->reshaped));
    if (!report->resized.empty())
        notes.push_back("resized: " + listOf(report->resized));
    return notes;
}

Status loadWeights(Network& network, const fs::path& file)
{
    const auto content = readTensorFile(file);
    if (!content)
        return tl::unexpected(content.error());
    const auto report = loadState(network, *content, file.string());
    if (!report)
        return tl::unexpected(report.error());
    return {};
}

} // namespace fedefm
