// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/winograd_graph_private.h"
#include "core/model/networks/winograd_private.h"

#include <ATen/Parallel.h>

namespace fedefm {

torch::Tensor packedForWinograd(const torch::Tensor& weight)
{
    const torch::Tensor dense = weight.detach().to(torch::kFloat).contiguous();
    torch::Tensor packed = torch::empty({packedWinogradSize(dense.size(1), dense.size(0))});
    packWinogradWeights(dense.data_ptr<float>(), dense.size(1), dense.size(0), packed.data_ptr<float>());
    return packed;
}

torch::Tensor winogradConvolution(const std::vector<torch::Tensor>& inputs, const torch::Tensor& weight,
                                  const torch::Tensor& bias, bool rectify)
{
    WinogradWork work;
    std::vector<torch::Tensor> dense;
    for (const torch::Tensor& input : inputs) {
        const torch::Tensor& first = inputs.front();
        TORCH_CHECK(input.dim() == 4 && input.scalar_type() == torch::kFloat && input.is_cpu() &&
                        input.size(0) == first.size(0) && input.size(2) == first.size(2) &&
                        input.size(3) == first.size(3),
                    "pictures of one size are needed");
        dense.push_back(input.contiguous(torch::MemoryFormat::ChannelsLast));
        work.sources.push_back({dense.back().data_ptr<float>(), input.size(1)});
        work.inputs += input.size(1);
    }
    work.outputs = bias.numel();
    TORCH_CHECK(!dense.empty() && weight.numel() == packedWinogradSize(work.inputs, work.outputs),
                "the weights are for another number of channels");
    work.pictures = dense[0].size(0);
    work.heightPx = dense[0].size(2);
    work.widthPx = dense[0].size(3);
    torch::Tensor result = torch::empty({work.pictures, work.outputs, work.heightPx, work.widthPx},
                                        dense[0].options(), torch::MemoryFormat::ChannelsLast);
    const torch::Tensor denseBias = bias.contiguous();
    work.weights = weight.data_ptr<float>();
    work.bias = denseBias.data_ptr<float>();
    work.result = result.data_ptr<float>();
    work.rectify = rectify;
    const WinogradTasks tasks(work, at::get_num_threads());
    at::parallel_for(0, tasks.count(), 1,
                     [&tasks](std::int64_t begin, std::int64_t end) { tasks.run(begin, end); });
    return result;
}

} // namespace fedefm
