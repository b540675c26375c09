// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/optimizer_private.h"
#include "core/train/torch/update_kernels.h"

#include <ATen/Parallel.h>
#include <cmath>

namespace fedefm {

namespace {

constexpr std::int64_t kChunk =
    1 << 15; ///< elements; also the unit of summing, so that sums do not depend on threads
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

/// Both tensors hold their elements in the same order without gaps, so that plain loops may run over them.
bool sameOrder(const torch::Tensor& first, const torch::Tensor& second)
{
    if (!first.is_non_overlapping_and_dense() || !second.is_non_overlapping_and_dense())
        return false;
    for (std::int64_t d = 0; d < first.dim(); ++d)
        if (first.size(d) > 1 && first.stride(d) != second.stride(d))
            return false;
    return true;
}

torch::Tensor inOrderOf(const torch::Tensor& tensor, const torch::Tensor& model)
{
    if (sameOrder(tensor, model) && tensor.scalar_type() == model.scalar_type())
        return tensor;
    return torch::empty_like(model).copy_(tensor);
}

double sumOfSquares(const torch::Tensor& tensor)
{
    if (!tensor.device().is_cpu() || tensor.scalar_type() != torch::kFloat ||
        !tensor.is_non_overlapping_and_dense())
        return tensor.to(torch::kFloat).square().sum().item<double>();
    const float* values = tensor.data_ptr<float>();
    const std::int64_t count = tensor.numel();
    std::vector<double> sums(static_cast<std::size_t>((count + kChunk - 1) / kChunk));
    at::parallel_for(0, static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t chunk = begin; chunk < end; ++chunk)
            sums[static_cast<std::size_t>(chunk)] =
                squaredSum(values + chunk * kChunk, std::min(kChunk, count - chunk * kChunk));
    });
    double total = 0.0;
    for (const double sum : sums)
        total += sum;
    return total;
}

} // namespace

Optimizer::Optimizer(std::vector<std::pair<std::string, torch::Tensor>> parameters,
                     const OptimizerSettings& settings)
    : m_settings(settings), m_isAdam(settings.kind == "adamw")
{
    const torch::NoGradGuard noGrad;
    for (auto& [name, value] : parameters) {
        if (!value.requires_grad())
            continue;
        Slot slot{name, value, torch::zeros_like(value), {}};
        if (m_isAdam)
            slot.square = torch::zeros_like(value);
        m_slots.push_back(std::move(slot));
    }
    m_steps = torch::zeros({static_cast<std::int64_t>(m_slots.size())}, torch::kLong);
}

double Optimizer::gradientNorm() const
{
    double total = 0.0;
    torch::Tensor onDevice; // one read-back for all, for each waits for the accelerator
    for (const Slot& slot : m_slots) {
        const torch::Tensor& gradient = slot.value.grad();
        if (!gradient.defined())
            continue;
        if (gradient.device().is_cpu()) {
            total += sumOfSquares(gradient);
            continue;
        }
        const torch::Tensor sum = gradient.to(torch::kFloat).square().sum();
        onDevice = onDevice.defined() ? onDevice + sum : sum;
    }
    if (onDevice.defined())
        total += onDevice.item<double>();
    return std::sqrt(total);
}

double Optimizer::step(double learningRate)
{
    const torch::NoGradGuard noGrad;
    const double norm = gradientNorm();
    if (!std::isfinite(norm))
        return norm;
    const double scale =
        m_settings.clipNorm > 0.0 && norm > m_settings.clipNorm ? m_settings.clipNorm / (norm + 1e-6) : 1.0;
    auto* steps = m_steps.data_ptr<std::int64_t>();
    for (std::size_t at = 0; at < m_slots.size(); ++at) {
        Slot& slot = m_slots[at];
        if (!slot.value.grad().defined())
            continue;
        const std::int64_t done = ++steps[at];
        const bool plain = slot.value.device().is_cpu() && slot.value.scalar_type() == torch::kFloat &&
                           sameOrder(slot.value, slot.momentum);
        if (plain)
            updateOnCpu(slot, inOrderOf(slot.value.grad(), slot.value), learningRate, scale, done);
        else
            updateByTensors(slot, slot.value.grad(), learningRate, scale, done);
    }
    return norm;
}

void Optimizer::updateOnCpu(Slot& slot, const torch::Tensor& gradient, double learningRate, double scale,
                            std::int64_t stepsDone)
{
    auto* value = slot.value.data_ptr<float>();
    auto* momentum = slot.momentum.data_ptr<float>();
    const auto* slope = gradient.data_ptr<float>();
    if (m_isAdam) {
        const AdamFactors factors =
            adamFactors(learningRate, m_settings.weightDecay, kBeta1, kBeta2, kEpsilon, scale, stepsDone);
        auto* square = slot.square.data_ptr<float>();
        at::parallel_for(0, slot.value.numel(), kChunk, [&](std::int64_t begin, std::int64_t end) {
            adamUpdate(value + begin, slope + begin, momentum + begin, square + begin, end - begin, factors);
        });
        return;
    }
    const SgdFactors factors{static_cast<float>(learningRate), static_cast<float>(m_settings.weightDecay),
                             static_cast<float>(m_settings.momentum), static_cast<float>(scale),
                             stepsDone == 1};
    at::parallel_for(0, slot.value.numel(), kChunk, [&](std::int64_t begin, std::int64_t end) {
        sgdUpdate(value + begin, slope + begin, momentum + begin, end - begin, factors);
    });
}

void Optimizer::updateByTensors(Slot& slot, const torch::Tensor& gradient, double learningRate, double scale,
                                std::int64_t stepsDone)
{
    torch::Tensor slope = gradient.to(slot.value.scalar_type()) * scale;
    if (!m_isAdam) {
        slope.add_(slot.value, m_settings.weightDecay);
        if (stepsDone == 1)
            slot.momentum.copy_(slope);
        else
            slot.momentum.mul_(m_settings.momentum).add_(slope);
        slot.value.add_(slot.momentum, -learningRate);
        return;
    }
    slot.value.mul_(1.0 - learningRate * m_settings.weightDecay);
    slot.momentum.mul_(kBeta1).add_(slope, 1.0 - kBeta1);
    slot.square.mul_(kBeta2).addcmul_(slope, slope, 1.0 - kBeta2);
    const double bias1 = 1.0 - std::pow(kBeta1, static_cast<double>(stepsDone));
    const double bias2 = 1.0 - std::pow(kBeta2, static_cast<double>(stepsDone));
    const torch::Tensor divisor = slot.square.sqrt().div_(std::sqrt(bias2)).add_(kEpsilon);
    slot.value.addcdiv_(slot.momentum, divisor, -learningRate / bias1);
}

void Optimizer::zeroGrad()
{
    for (Slot& slot : m_slots)
        slot.value.mutable_grad().reset();
}

std::map<std::string, torch::Tensor> Optimizer::state() const
{
    std::map<std::string, torch::Tensor> result{{"steps", m_steps}};
    for (const Slot& slot : m_slots) {
        result["momentum." + slot.name] = slot.momentum;
        if (slot.square.defined())
            result["square." + slot.name] = slot.square;
    }
    return result;
}

} // namespace fedefm
