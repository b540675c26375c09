// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/fused_upsampling_private.h"

#include "core/base/vector_clones.h"
#include "core/model/networks/graph_patterns_private.h"

#include <ATen/Parallel.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

namespace fedefm {

namespace {

namespace jit = torch::jit;

constexpr const char* kUpsampling = "fedefm::upsample_add_relu";

void runUpsampling(jit::Stack& stack)
{
    const torch::Tensor fine = jit::pop(stack).toTensor();
    const torch::Tensor coarse = jit::pop(stack).toTensor();
    jit::push(stack, upsampleAddRelu(coarse, fine));
}

struct UpsamplingPattern
{
    jit::Node* upsampling = nullptr;
    jit::Node* sum = nullptr;
    jit::Node* rectifier = nullptr;
};

std::optional<UpsamplingPattern> upsamplingAt(jit::Node* node)
{
    if (node->kind() != c10::aten::upsample_nearest2d || node->inputs().size() != 3 ||
        numbersOf(node->input(2)) != std::vector<double>{2.0, 2.0})
        return std::nullopt;
    UpsamplingPattern pattern;
    pattern.upsampling = node;
    pattern.sum = sumOf(node->output());
    pattern.rectifier = pattern.sum != nullptr ? rectifierOf(pattern.sum->output()) : nullptr;
    if (pattern.rectifier == nullptr || !staysSame(node, pattern.rectifier))
        return std::nullopt;
    return pattern;
}

void replaceUpsampling(jit::Graph& graph, const UpsamplingPattern& pattern)
{
    const jit::WithInsertPoint here(pattern.rectifier);
    jit::Value* fine = otherSummand(pattern.sum, pattern.upsampling->output());
    jit::Node* fused = graph.insertNode(
        graph.create(c10::Symbol::fromQualString(kUpsampling), {pattern.upsampling->input(0), fine}));
    fused->output()->setType(pattern.rectifier->output()->type());
    pattern.rectifier->output()->replaceAllUsesWith(fused->output());
    pattern.rectifier->destroy();
    pattern.sum->destroy();
    pattern.upsampling->destroy();
}

FEDEFM_VECTOR_CLONES
void upsampleRow(const float* coarse, const float* fine, std::int64_t pixels, std::int64_t channels,
                 float* result)
{
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        const float* from = coarse + pixel / 2 * channels;
        const float* other = fine + pixel * channels;
        float* to = result + pixel * channels;
        for (std::int64_t i = 0; i < channels; ++i) {
            const float sum = from[i] + other[i];
            to[i] = sum < 0.0F ? 0.0F : sum; // NaN stays
        }
    }
}

} // namespace

torch::Tensor upsampleAddRelu(const torch::Tensor& coarse, const torch::Tensor& fine)
{
    const auto isMap = [](const torch::Tensor& map) {
        return map.dim() == 4 && map.is_cpu() && map.scalar_type() == torch::kFloat;
    };
    TORCH_CHECK(isMap(coarse) && isMap(fine), "two float32 maps are needed");
    const std::int64_t channels = coarse.size(1);
    const std::int64_t width = 2 * coarse.size(3);
    const std::vector<std::int64_t> shape{coarse.size(0), channels, 2 * coarse.size(2), width};
    if (fine.sizes() != shape) // expanded as in a sum of tensors
        return torch::upsample_nearest2d(coarse, c10::nullopt, std::vector<double>{2.0, 2.0})
            .add(fine)
            .relu_();
    const torch::Tensor denseCoarse = coarse.contiguous(torch::MemoryFormat::ChannelsLast);
    const torch::Tensor denseFine = fine.contiguous(torch::MemoryFormat::ChannelsLast);
    const torch::Tensor result = torch::empty(shape, fine.options(), torch::MemoryFormat::ChannelsLast);
    const auto* from = denseCoarse.data_ptr<float>();
    const auto* other = denseFine.data_ptr<float>();
    auto* to = result.data_ptr<float>();
    // Rows of all pictures one after the other: those of the coarse map are half as many.
    at::parallel_for(0, shape[0] * shape[2], 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            upsampleRow(from + row / 2 * (width / 2) * channels, other + row * width * channels, width,
                        channels, to + row * width * channels);
    });
    return result;
}

void fuseUpsampling(torch::jit::Module& frozen)
{
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    std::vector<UpsamplingPattern> found;
    for (jit::Node* node : graph->nodes())
        if (const auto pattern = upsamplingAt(node))
            found.push_back(*pattern);
    if (found.empty())
        return;
    registerOperator(std::string(kUpsampling) + "(Tensor coarse, Tensor fine) -> Tensor", runUpsampling);
    for (const UpsamplingPattern& pattern : found)
        replaceUpsampling(*graph, pattern);
    jit::EliminateDeadCode(graph);
}

} // namespace fedefm
