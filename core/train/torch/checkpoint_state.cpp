// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/checkpoint_state_private.h"

#include <ATen/CPUGeneratorImpl.h>

namespace fedefm {

namespace {

constexpr const char* kStateKey = "fedefm.training_state";
constexpr int kVersion = 1;
constexpr const char* kNetwork = "network/";
constexpr const char* kOptimizer = "optimizer/";
constexpr const char* kAverage = "average/";
constexpr const char* kRandomCpu = "random/cpu";
constexpr const char* kRandomDevice = "random/device";

std::map<std::string, torch::Tensor> withPrefix(const TensorFile& file, const std::string& prefix)
{
    std::map<std::string, torch::Tensor> tensors;
    for (auto it = file.tensors.lower_bound(prefix);
         it != file.tensors.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it)
        tensors.emplace(it->first.substr(prefix.size()), toTensor(it->second));
    return tensors;
}

void addAll(TensorFile& file, const std::string& prefix, const std::map<std::string, torch::Tensor>& tensors)
{
    for (const auto& [name, tensor] : tensors)
        file.tensors.emplace(prefix + name, storedView(tensor));
}

Result<LoopState> stateIn(const TensorFile& file, const std::string& subject)
{
    const auto found = file.metadata.find(kStateKey);
    if (found == file.metadata.end())
        return fail(ErrorCode::ModelBroken, subject, "no checkpoint of a training");
    const nlohmann::json json = nlohmann::json::parse(found->second, nullptr, false);
    auto state = LoopState::fromJson(json);
    if (!state)
        state.error().subject = subject;
    return state;
}

Status loadNetwork(Network& network, const TensorFile& file, const std::string& subject)
{
    const std::map<std::string, torch::Tensor> stored = withPrefix(file, kNetwork);
    std::map<std::string, torch::Tensor> present = stateOf(network);
    if (stored.size() != present.size())
        return fail(ErrorCode::ModelBroken, subject, "another network than the configuration's");
    const torch::NoGradGuard noGrad;
    for (auto& [name, tensor] : present) {
        const auto found = stored.find(name);
        if (found == stored.end() || found->second.sizes() != tensor.sizes())
            return fail(ErrorCode::ModelBroken, subject, name + " is missing or of another shape");
        tensor.copy_(found->second);
    }
    return {};
}

} // namespace

torch::Tensor randomState(const torch::Device& device)
{
    at::Generator generator = at::globalContext().defaultGenerator(device);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return generator.get_state();
}

void setRandomState(const torch::Device& device, const torch::Tensor& state)
{
    at::Generator generator = at::globalContext().defaultGenerator(device);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(state);
}

nlohmann::json LoopState::toJson() const
{
    return {{"version", kVersion},
            {"step", step},
            {"epoch", epoch},
            {"batch", batch},
            {"loss_sum", lossSum},
            {"validated_epoch", validatedEpoch},
            {"best_epoch", bestEpoch},
            {"best_value", bestValue},
            {"best_metrics", bestMetrics},
            {"epochs_without_gain", epochsWithoutGain},
            {"threads", threads}};
}

Result<LoopState> LoopState::fromJson(const nlohmann::json& json)
{
    try {
        if (json.at("version").get<int>() != kVersion)
            return fail(ErrorCode::ModelBroken, {}, "a checkpoint of another version of the program");
        LoopState state;
        state.step = json.at("step").get<std::int64_t>();
        state.epoch = json.at("epoch").get<int>();
        state.batch = json.at("batch").get<int>();
        state.lossSum = json.at("loss_sum").get<double>();
        state.validatedEpoch = json.value("validated_epoch", -1);
        state.bestEpoch = json.at("best_epoch").get<int>();
        state.bestValue = json.at("best_value").get<double>();
        state.bestMetrics = json.at("best_metrics");
        state.epochsWithoutGain = json.at("epochs_without_gain").get<int>();
        state.threads = json.at("threads").get<int>();
        return state;
    } catch (const nlohmann::json::exception& exception) {
        return fail(ErrorCode::ModelBroken, {}, exception.what());
    }
}

Status saveCheckpoint(const std::filesystem::path& file, const TrainedParts& parts, const LoopState& state)
{
    TensorFile content;
    addAll(content, kNetwork, stateOf(parts.network));
    addAll(content, kOptimizer, parts.optimizer.state());
    if (parts.average)
        addAll(content, kAverage, parts.average->state());
    content.tensors.emplace(kRandomCpu, toStored(randomState(torch::kCPU)));
    if (parts.device.is_cuda())
        content.tensors.emplace(kRandomDevice, toStored(randomState(parts.device)));
    content.metadata[kStateKey] =
        state.toJson().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return writeSafetensors(file, content, Overwrite::Yes);
}

Result<LoopState> readCheckpointState(const std::filesystem::path& file)
{
    const auto content = readTensorFile(file);
    if (!content)
        return tl::unexpected(content.error());
    return stateIn(*content, file.string());
}

Result<LoopState> loadCheckpoint(const std::filesystem::path& file, const TrainedParts& parts)
{
    const auto content = readTensorFile(file);
    if (!content)
        return tl::unexpected(content.error());
    auto state = stateIn(*content, file.string());
    if (!state)
        return state;
    if (auto loaded = loadNetwork(parts.network, *content, file.string()); !loaded)
        return tl::unexpected(loaded.error());
    if (!parts.optimizer.load(withPrefix(*content, kOptimizer)))
        return fail(ErrorCode::ModelBroken, file.string(), "moments of another network or optimiser");
    if (parts.average && !parts.average->load(withPrefix(*content, kAverage)))
        return fail(ErrorCode::ModelBroken, file.string(), "no moving average of this network");
    const auto random = content->tensors.find(kRandomCpu);
    if (random == content->tensors.end())
        return fail(ErrorCode::ModelBroken, file.string(), "no state of the random numbers");
    setRandomState(torch::kCPU, toTensor(random->second));
    const auto deviceRandom = content->tensors.find(kRandomDevice);
    if (parts.device.is_cuda() && deviceRandom != content->tensors.end())
        setRandomState(parts.device, toTensor(deviceRandom->second));
    return state;
}

} // namespace fedefm
