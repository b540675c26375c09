// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/update_kernels.h"

#include <ATen/Parallel.h>
#include <algorithm>

namespace fedefm {

namespace {

constexpr std::int64_t kChunk = 1 << 15;

bool copyAll(const std::map<std::string, torch::Tensor>& target,
             const std::map<std::string, torch::Tensor>& from)
{
    if (target.size() != from.size())
        return false;
    for (const auto& [name, tensor] : target) {
        const auto found = from.find(name);
        if (found == from.end() || found->second.sizes() != tensor.sizes())
            return false;
    }
    const torch::NoGradGuard noGrad;
    for (const auto& [name, tensor] : target)
        torch::Tensor(tensor).copy_(from.at(name));
    return true;
}

} // namespace

bool Optimizer::load(const std::map<std::string, torch::Tensor>& state)
{
    return copyAll(this->state(), state);
}

WeightAverage::WeightAverage(const torch::nn::Module& network, double decay)
    : m_updates(torch::zeros({1}, torch::kLong)), m_decay(decay)
{
    const torch::NoGradGuard noGrad;
    for (const auto& item : network.named_parameters())
        m_slots.push_back({item.key(), item.value(), item.value().detach().clone()});
}

void WeightAverage::update()
{
    const torch::NoGradGuard noGrad;
    const auto count = static_cast<double>(++*m_updates.data_ptr<std::int64_t>());
    const double part = 1.0 - std::min(m_decay, (1.0 + count) / (10.0 + count));
    for (Slot& slot : m_slots) {
        const bool plain = slot.value.device().is_cpu() && slot.value.scalar_type() == torch::kFloat &&
                           slot.value.is_non_overlapping_and_dense() &&
                           slot.value.strides() == slot.average.strides();
        if (!plain) {
            slot.average.lerp_(slot.value, part);
            continue;
        }
        auto* average = slot.average.data_ptr<float>();
        const auto* value = slot.value.data_ptr<float>();
        at::parallel_for(0, slot.value.numel(), kChunk, [&](std::int64_t begin, std::int64_t end) {
            averageUpdate(average + begin, value + begin, end - begin, static_cast<float>(part));
        });
    }
}

void WeightAverage::swap()
{
    const torch::NoGradGuard noGrad;
    for (Slot& slot : m_slots) {
        const torch::Tensor value = slot.value.variable_data();
        slot.value.set_data(slot.average);
        slot.average = value;
    }
}

std::map<std::string, torch::Tensor> WeightAverage::state() const
{
    std::map<std::string, torch::Tensor> result{{"updates", m_updates}};
    for (const Slot& slot : m_slots)
        result["average." + slot.name] = slot.average;
    return result;
}

bool WeightAverage::load(const std::map<std::string, torch::Tensor>& state)
{
    return copyAll(this->state(), state);
}

void useChannelsLast(torch::nn::Module& network)
{
    const torch::NoGradGuard noGrad;
    for (torch::Tensor& parameter : network.parameters())
        if (parameter.dim() == 4)
            parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
}

} // namespace fedefm
