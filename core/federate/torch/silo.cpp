// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/silo_private.h"

namespace fedefm {

namespace {

constexpr const char* kNetwork = "network/";
constexpr const char* kOptimizer = "optimizer/";
constexpr const char* kMemory = "memory/";
constexpr const char* kRandom = "random/cpu";
constexpr const char* kCounters = "fedefm.silo";

torch::ScalarType scalarTypeOf(DType type)
{
    switch (type) {
    case DType::F64:
        return torch::kDouble;
    case DType::F16:
        return torch::kHalf;
    case DType::BF16:
        return torch::kBFloat16;
    case DType::I64:
        return torch::kLong;
    case DType::I32:
        return torch::kInt;
    case DType::I16:
        return torch::kShort;
    case DType::I8:
        return torch::kChar;
    case DType::U8:
        return torch::kByte;
    case DType::Bool:
        return torch::kBool;
    default:
        return torch::kFloat;
    }
}

void addAll(TensorFile& file, const std::string& prefix, const TensorMap& tensors)
{
    for (const auto& [name, tensor] : tensors)
        file.tensors.emplace(prefix + name, storedView(tensor));
}

/// Views of the entries below a prefix.
TensorMap below(const TensorFile& file, const std::string& prefix)
{
    TensorMap tensors;
    for (auto it = file.tensors.lower_bound(prefix);
         it != file.tensors.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it)
        tensors.emplace(it->first.substr(prefix.size()), viewOf(it->second));
    return tensors;
}

bool copyAll(const TensorMap& target, const TensorMap& from)
{
    const torch::NoGradGuard noGrad;
    if (target.size() != from.size())
        return false;
    for (const auto& [name, tensor] : target) {
        const auto found = from.find(name);
        if (found == from.end() || found->second.sizes() != tensor.sizes())
            return false;
        torch::Tensor(tensor).copy_(found->second);
    }
    return true;
}

nlohmann::json countersOf(const TensorFile& siloState)
{
    const auto counters = siloState.metadata.find(kCounters);
    return counters == siloState.metadata.end() ? nlohmann::json()
                                                : nlohmann::json::parse(counters->second, nullptr, false);
}

bool isShared(const torch::Tensor& tensor)
{
    return tensor.scalar_type() == torch::kFloat;
}

} // namespace

torch::Tensor viewOf(const StoredTensor& stored)
{
    if (stored.elementCount() == 0)
        return torch::empty(stored.shape, scalarTypeOf(stored.type));
    // LibTorch has no tensors over const memory; nothing writes to what was received or read.
    auto* data = const_cast<std::byte*>(stored.data);
    return torch::from_blob(
        data, stored.shape, [owner = stored.owner](void*) {}, scalarTypeOf(stored.type));
}

TensorFile siloFile(const Silo& silo)
{
    TensorFile file;
    addAll(file, kNetwork, stateOf(*silo.network));
    addAll(file, kOptimizer, silo.optimizer->state());
    addAll(file, kMemory, silo.memory);
    file.tensors.emplace(kRandom, toStored(silo.random));
    file.metadata[kCounters] = nlohmann::json{
        {"steps", silo.steps},
        {"drawn", silo.drawn},
        {"releases", silo.releases},
        {"privacy", silo.privacy}}.dump();
    return file;
}

Status loadSilo(Silo& silo, const TensorFile& file, const std::string& subject)
{
    if (!copyAll(stateOf(*silo.network), below(file, kNetwork)))
        return fail(ErrorCode::ModelBroken, subject, "the weights of another network");
    const TensorMap moments = below(file, kOptimizer);
    if (moments.empty())
        resetMoments(*silo.optimizer);
    else if (!silo.optimizer->load(moments))
        return fail(ErrorCode::ModelBroken, subject, "moments of another network or optimiser");
    silo.memory.clear();
    for (const auto& [name, tensor] : below(file, kMemory))
        silo.memory.emplace(name, tensor.clone());
    const auto random = file.tensors.find(kRandom);
    if (random != file.tensors.end())
        silo.random = toTensor(random->second);
    silo.steps = silo.drawn = silo.releases = 0;
    silo.privacy = nullptr;
    const auto counters = file.metadata.find(kCounters);
    if (counters == file.metadata.end())
        return {};
    const auto json = nlohmann::json::parse(counters->second, nullptr, false);
    if (!json.is_object())
        return fail(ErrorCode::ModelBroken, subject, "its counters cannot be read");
    silo.steps = json.value("steps", std::int64_t{0});
    silo.drawn = json.value("drawn", std::int64_t{0});
    silo.releases = json.value("releases", std::int64_t{0});
    silo.privacy = json.value("privacy", nlohmann::json());
    return {};
}

nlohmann::json privacyOf(const TensorFile& siloState)
{
    const nlohmann::json json = countersOf(siloState);
    return json.is_object() ? json.value("privacy", nlohmann::json()) : nlohmann::json();
}

void keepSpentPrivacy(const TensorFile& from, TensorFile& to)
{
    const nlohmann::json newer = countersOf(from);
    nlohmann::json older = countersOf(to);
    if (!newer.is_object() || !older.is_object() || newer["privacy"].is_null())
        return;
    older["privacy"] = newer["privacy"];
    for (const char* key : {"drawn", "releases"})
        older[key] = newer.value(key, std::int64_t{0});
    to.metadata[kCounters] = older.dump();
    // The seed of the noise may have been drawn since.
    const std::string seed = std::string(kMemory) + kNoiseSeed;
    if (const auto found = from.tensors.find(seed); found != from.tensors.end())
        to.tensors[seed] = found->second;
}

void resetMoments(Optimizer& optimizer)
{
    const torch::NoGradGuard noGrad;
    for (const auto& [name, tensor] : optimizer.state())
        torch::Tensor(tensor).zero_();
}

ModelSchema floatSchema(const Network& network)
{
    ModelSchema schema;
    for (const auto& [name, tensor] : stateOf(network))
        if (isShared(tensor))
            schema.push_back({name, tensor.sizes().vec()});
    return schema;
}

ModelSchema sharedSchema(const Network& network, BatchNormPolicy policy)
{
    const ModelSchema all = floatSchema(network);
    const std::vector<TensorRole> roles = tensorRoles(all);
    ModelSchema shared;
    for (std::size_t at = 0; at < all.size(); ++at)
        if (isMerged(roles[at], policy))
            shared.push_back(all[at]);
    return shared;
}

TensorFile sharedFile(const Network& network, const ModelSchema& schema)
{
    const TensorMap state = stateOf(network);
    TensorFile file;
    for (const TensorShape& entry : schema)
        file.tensors.emplace(entry.name, storedView(state.at(entry.name)));
    return file;
}

TensorFile fileOf(const TensorMap& tensors)
{
    TensorFile file;
    addAll(file, "", tensors);
    return file;
}

void loadShared(Network& network, const TensorFile& file)
{
    const torch::NoGradGuard noGrad;
    TensorMap state = stateOf(network);
    for (const auto& [name, tensor] : file.tensors)
        state.at(name).copy_(viewOf(tensor));
}

void copyState(Network& target, const Network& from)
{
    const torch::NoGradGuard noGrad;
    TensorMap state = stateOf(target);
    for (const auto& [name, tensor] : stateOf(from))
        state.at(name).copy_(tensor);
}

TensorMap cloneShared(const Network& network, const ModelSchema& schema)
{
    const TensorMap state = stateOf(network);
    TensorMap copies;
    for (const TensorShape& entry : schema)
        copies.emplace(entry.name, state.at(entry.name).detach().clone());
    return copies;
}

} // namespace fedefm
