// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/direct_convolution_private.h"
#include "core/model/networks/fused_convolutions_private.h"
#include "core/model/networks/winograd_private.h"

#include <ATen/Parallel.h>

#include <functional>

namespace fedefm {

namespace {

/// With fewer channels Winograd's transforms cost more than they save.
constexpr std::int64_t kLeastWinogradInputs = 16;
constexpr std::int64_t kLeastWinogradOutputs = 9;

void checkInputs(const FusedConvolution& shape, const std::vector<torch::Tensor>& inputs,
                 const torch::Tensor& weight, const torch::Tensor& bias)
{
    std::int64_t channels = 0;
    for (const torch::Tensor& input : inputs) {
        const torch::Tensor& first = inputs.front();
        TORCH_CHECK(input.dim() == 4 && input.scalar_type() == torch::kFloat && input.is_cpu() &&
                        input.size(0) == first.size(0) && input.size(2) == first.size(2) &&
                        input.size(3) == first.size(3),
                    "pictures of one size are needed");
        channels += input.size(1);
    }
    const std::int64_t packed = shape.usesWinograd()
                                    ? packedWinogradSize(shape.inputs, shape.outputs)
                                    : packedDirectSize(shape.inputs, shape.outputs, shape.kernel);
    TORCH_CHECK(channels == shape.inputs && bias.numel() == shape.outputs && weight.numel() == packed,
                "the weights are for another number of channels");
}

torch::Tensor dense(const torch::Tensor& map)
{
    return map.contiguous(torch::MemoryFormat::ChannelsLast);
}

ConvolutionWork workOf(const FusedConvolution& shape, const torch::Tensor& input)
{
    ConvolutionWork work;
    work.inputs = shape.inputs;
    work.outputs = shape.outputs;
    work.pictures = input.size(0);
    work.heightPx = input.size(2);
    work.widthPx = input.size(3);
    work.rectify = shape.rectify;
    return work;
}

void onAllThreads(const std::function<void()>& part)
{
    at::parallel_for(0, at::get_num_threads(), 1, [&part](std::int64_t begin, std::int64_t end) {
        for (std::int64_t thread = begin; thread < end; ++thread)
            part();
    });
}

/// `inputs` are dense.
void runWinograd(const ConvolutionWork& common, const std::vector<torch::Tensor>& inputs)
{
    WinogradWork work{common, {}};
    for (const torch::Tensor& input : inputs)
        work.sources.push_back({input.data_ptr<float>(), input.size(1)});
    const WinogradTasks tasks(work, at::get_num_threads());
    TaskQueue queue = tasks.queue(at::get_num_threads());
    onAllThreads([&tasks, &queue] { tasks.run(queue); });
}

/// `inputs` are dense.
void runDirectly(const ConvolutionWork& common, const FusedConvolution& shape,
                 const std::vector<torch::Tensor>& inputs)
{
    const torch::Tensor input = inputs.size() == 1 ? inputs[0] : dense(torch::cat(inputs, 1));
    const DirectWork work{common, shape.kernel, shape.stride, input.data_ptr<float>()};
    TaskQueue queue(work.pictures * work.resultHeightPx(), at::get_num_threads());
    onAllThreads([&work, &queue] { convolveRows(work, queue); });
}

} // namespace

bool FusedConvolution::usesWinograd() const
{
    return kernel == 3 && stride == 1 && inputs >= kLeastWinogradInputs && outputs >= kLeastWinogradOutputs;
}

torch::Tensor packedWeight(const FusedConvolution& shape, const torch::Tensor& weight)
{
    const torch::Tensor plain = weight.detach().to(torch::kFloat).contiguous();
    const auto* values = plain.data_ptr<float>();
    if (shape.usesWinograd()) {
        torch::Tensor packed = torch::empty({packedWinogradSize(shape.inputs, shape.outputs)});
        packWinogradWeights(values, shape.inputs, shape.outputs, packed.data_ptr<float>());
        return packed;
    }
    torch::Tensor packed = torch::empty({packedDirectSize(shape.inputs, shape.outputs, shape.kernel)});
    packDirectWeights(values, shape.inputs, shape.outputs, shape.kernel, packed.data_ptr<float>());
    return packed;
}

torch::Tensor fusedConvolution(const FusedConvolution& shape, const std::vector<torch::Tensor>& inputs,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& residual)
{
    TORCH_CHECK(!inputs.empty() && inputs.front().dim() == 4, "pictures are needed");
    checkInputs(shape, inputs, weight, bias);
    const torch::Tensor& first = inputs.front();
    const auto side = [&shape](std::int64_t px) { return (px - 1) / shape.stride + 1; };
    const torch::Tensor result =
        torch::empty({first.size(0), shape.outputs, side(first.size(2)), side(first.size(3))},
                     first.options(), torch::MemoryFormat::ChannelsLast);
    TORCH_CHECK(!residual.defined() || (residual.is_cpu() && residual.scalar_type() == torch::kFloat),
                "what is added must be of the same type");
    if (residual.defined() && residual.sizes() != result.sizes()) {
        FusedConvolution alone = shape;
        alone.rectify = false;
        const torch::Tensor sum = fusedConvolution(alone, inputs, weight, bias) + residual;
        return shape.rectify ? sum.relu() : sum;
    }
    const torch::Tensor denseBias = bias.contiguous();
    const torch::Tensor added = residual.defined() ? dense(residual) : torch::Tensor();
    std::vector<torch::Tensor> denseInputs;
    for (const torch::Tensor& input : inputs)
        denseInputs.push_back(dense(input));
    ConvolutionWork work = workOf(shape, first);
    work.weights = weight.data_ptr<float>();
    work.bias = denseBias.data_ptr<float>();
    work.residual = added.defined() ? added.data_ptr<float>() : nullptr;
    work.result = result.data_ptr<float>();
    if (shape.usesWinograd())
        runWinograd(work, denseInputs);
    else
        runDirectly(work, shape, denseInputs);
    return result;
}

} // namespace fedefm
