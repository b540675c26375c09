// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/mirror_average_private.h"

namespace fedefm {

torch::Tensor mirrorAverage(const torch::Tensor& pictures,
                            const std::function<torch::Tensor(const torch::Tensor&)>& logitsOf)
{
    constexpr double kLeast = 1e-12; // a logarithm that every network's certainty stays above
    const std::vector<std::int64_t> mirrors[] = {{}, {3}, {2}, {2, 3}};
    torch::Tensor sum;
    for (const auto& axes : mirrors) {
        const torch::Tensor logits =
            logitsOf(torch::flip(pictures, axes).contiguous(torch::MemoryFormat::ChannelsLast));
        const torch::Tensor probabilities = torch::flip(torch::softmax(logits.to(torch::kFloat), 1), axes);
        sum = sum.defined() ? sum + probabilities : probabilities;
    }
    return (sum / 4.0).clamp_min(kLeast).log();
}

} // namespace fedefm
