// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/session.h"
#include "core/model/checkpoint/tensor_file.h"
#include "tests/core/training/drawn_dataset.h"

#include <QString>
#include <QTemporaryDir>
#include <cmath>
#include <cstring>
#include <numeric>

namespace fedefm::test {

namespace fs = std::filesystem;

inline Result<DatasetPtr> sliceOf(const nlohmann::json& description, bool hasFlags)
{
    const int from = description.value("from", 0);
    const int to = description.value("to", 8);
    std::vector<std::size_t> indices(static_cast<std::size_t>(to - from));
    std::iota(indices.begin(), indices.end(), static_cast<std::size_t>(from));
    auto all = std::make_shared<DrawnDataset>(to, 16);
    all->hasFlags = hasFlags;
    return subset(std::move(all), std::move(indices));
}

/// {"form": "drawn", "from", "to"}: those pictures of one endless drawn set; with a class, or with flags.
inline Result<DatasetPtr> openSlice(const nlohmann::json& description)
{
    return sliceOf(description, false);
}

inline Result<DatasetPtr> openSliceWithFlags(const nlohmann::json& description)
{
    return sliceOf(description, true);
}

inline nlohmann::json slice(int from, int to)
{
    return {{"form", "drawn"}, {"from", from}, {"to", to}};
}

inline nlohmann::json tinyVit()
{
    return {{"network", "timm_vit"},
            {"hyper_parameters",
             {{"img_size", 16},
              {"patch_size", 4},
              {"in_chans", 1},
              {"num_classes", 2},
              {"embed_dim", 16},
              {"depth", 1},
              {"num_heads", 2}}}};
}

/// Silos with eight pictures each, a tiny ViT that tells upright from level lines, three rounds.
inline SessionPlan smallPlan(int silos, nlohmann::json strategy, const std::string& topology = "ring")
{
    TrainConfig training = smallConfig();
    SessionPlan plan;
    training.name = "small";
    training.task = "classification";
    training.selectBy = "accuracy";
    training.model = tinyVit();
    training.data = nlohmann::json();
    training.schedule.kind = "constant";
    training.schedule.warmUpSteps = 0;
    plan.training = training;
    plan.strategy = std::move(strategy);
    // One step each, at the neighbours, which is quick and has all parts.
    if (plan.strategy["name"] == "fedefm" && !plan.strategy.contains("strict"))
        for (const char* key : {"local_steps", "overseas_steps", "hops", "home_steps"})
            if (!plan.strategy.contains(key))
                plan.strategy[key] = 1;
    plan.topology = {{"name", topology}};
    nlohmann::json list = nlohmann::json::array();
    for (int silo = 0; silo < silos; ++silo)
        list.push_back({{"name", "site " + std::to_string(silo)}, {"train", slice(8 * silo, 8 * silo + 8)}});
    plan.data = {{"silos", list}, {"test", slice(200, 212)}, {"public", slice(300, 308)}};
    plan.rounds = 3;
    return plan;
}

inline Result<SessionResult> runSession(const SessionPlan& plan, const fs::path& runs,
                                        std::function<Fault(const FaultPoint&)> fault = {})
{
    SessionHooks hooks;
    hooks.openData = openSlice;
    hooks.fault = std::move(fault);
    return federate(plan, hooks, runs);
}

inline QString messageOf(const Result<SessionResult>& result)
{
    return result ? QString() : QString::fromStdString(describe(result.error()));
}

/// Weights of a silo in a finished session.
inline TensorFile siloState(const SessionResult& result, int silo)
{
    char name[64];
    std::snprintf(name, sizeof name, "states/round_%06d/silo_%03d.safetensors", result.roundsDone, silo);
    const auto file = readTensorFile(result.runFolder / name);
    TensorFile weights;
    if (file)
        for (const auto& [key, tensor] : file->tensors)
            if (key.rfind("network/", 0) == 0)
                weights.tensors.emplace(key.substr(8), tensor);
    return weights;
}

inline TensorFile mergedOf(const SessionResult& result)
{
    const auto file = readTensorFile(result.mergedWeights);
    return file ? *file : TensorFile();
}

/// Largest difference of any value; infinity where the names differ.
inline double difference(const TensorFile& a, const TensorFile& b)
{
    if (a.tensors.empty() || a.tensors.size() != b.tensors.size())
        return INFINITY;
    double largest = 0.0;
    for (const auto& [name, tensor] : a.tensors) {
        const auto other = b.tensors.find(name);
        if (other == b.tensors.end() || other->second.shape != tensor.shape)
            return INFINITY;
        if (tensor.type != DType::F32)
            continue;
        for (std::size_t at = 0; at < tensor.elementCount(); ++at) {
            float first = 0.0F, second = 0.0F;
            std::memcpy(&first, tensor.data + at * sizeof first, sizeof first);
            std::memcpy(&second, other->second.data + at * sizeof second, sizeof second);
            const double gap = std::abs(static_cast<double>(first) - static_cast<double>(second));
            if (!(gap <= largest))
                largest = std::isnan(gap) ? INFINITY : gap;
        }
    }
    return largest;
}

/// Every byte, names and shapes.
inline bool isSame(const TensorFile& a, const TensorFile& b)
{
    if (a.tensors.empty() || a.tensors.size() != b.tensors.size())
        return false;
    for (const auto& [name, tensor] : a.tensors) {
        const auto other = b.tensors.find(name);
        if (other == b.tensors.end() || other->second.byteCount() != tensor.byteCount() ||
            std::memcmp(other->second.data, tensor.data, tensor.byteCount()) != 0)
            return false;
    }
    return true;
}

class RunsFolder
{
public:
    fs::path operator/(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

private:
    QTemporaryDir m_folder;
};

} // namespace fedefm::test
