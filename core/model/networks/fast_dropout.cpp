// SPDX-License-Identifier: GPL-3.0-or-later
// LibTorch draws the values of a mask one after the other in one thread, and keeps the mask for the gradient.
#include "core/model/networks/dropout_kernel_private.h"
#include "core/model/networks/fast_path_private.h"

#include <ATen/Parallel.h>

namespace fedefm {

namespace {

constexpr std::int64_t kGrain = 1 << 14;

torch::Tensor droppedBySeed(const torch::Tensor& values, std::int64_t seed, double rate)
{
    constexpr double kRange = 4294967296.0;
    const torch::Tensor result = torch::empty_like(values);
    const auto* from = values.data_ptr<float>();
    auto* to = result.data_ptr<float>();
    const auto threshold = static_cast<std::uint32_t>(rate * kRange);
    const auto scale = static_cast<float>(1.0 / (1.0 - rate));
    at::parallel_for(0, values.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        dropValues(from + begin, begin, end - begin, static_cast<std::uint64_t>(seed), threshold, scale,
                   to + begin);
    });
    return result;
}

class SeededDropout : public torch::autograd::Function<SeededDropout>
{
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& values,
                                 double rate)
    {
        const auto seed = torch::empty({1}, torch::kLong).random_().item<std::int64_t>();
        context->saved_data["seed"] = seed;
        context->saved_data["rate"] = rate;
        return droppedBySeed(values.contiguous(), seed, rate);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list arrived)
    {
        return {droppedBySeed(arrived[0].contiguous(), context->saved_data["seed"].toInt(),
                              context->saved_data["rate"].toDouble()),
                {}};
    }
};

} // namespace

torch::Tensor tokenDropout(const torch::Tensor& values, double rate)
{
    if (hasFastPath(values) && rate > 0.0 && rate < 1.0)
        return SeededDropout::apply(values, rate);
    return torch::dropout(values, rate, true);
}

} // namespace fedefm
