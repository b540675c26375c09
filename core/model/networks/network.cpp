// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_private.h"

namespace fedefm {

std::pair<torch::Tensor, torch::Tensor> Network::forwardWithFeatures(torch::Tensor input)
{
    const torch::Tensor logits = forward(std::move(input));
    return {logits, logits};
}

std::map<std::string, torch::Tensor> Network::runReference(const std::map<std::string, torch::Tensor>& io)
{
    const auto input = io.find("input");
    if (input == io.end())
        return {};
    return {{"output", forward(input->second)}};
}

bool Network::ignoresEntry(const std::string& name) const
{
    // Numbers that CLIP's archives carry as tensors.
    return name == "input_resolution" || name == "context_length" || name == "vocab_size";
}

std::map<std::string, torch::Tensor> stateOf(const torch::nn::Module& network)
{
    std::map<std::string, torch::Tensor> state;
    for (const auto& item : network.named_parameters())
        state.emplace(item.key(), item.value());
    for (const auto& item : network.named_buffers())
        state.emplace(item.key(), item.value());
    return state;
}

TensorFile toTensorFile(const torch::nn::Module& network)
{
    TensorFile file;
    file.form = "safetensors";
    for (const auto& [name, tensor] : stateOf(network))
        file.tensors.emplace(name, toStored(tensor));
    return file;
}

} // namespace fedefm
