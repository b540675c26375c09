// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/fused_shuffles_private.h"

#include "core/model/networks/graph_patterns_private.h"

#include <ATen/Parallel.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

namespace fedefm {

namespace {

namespace jit = torch::jit;

constexpr const char* kShuffle = "fedefm::pixel_shuffle";
constexpr const char* kUnshuffle = "fedefm::pixel_unshuffle";

bool isMap(const torch::Tensor& map)
{
    return map.dim() == 4 && map.is_cpu() && map.scalar_type() == torch::kFloat;
}

torch::Tensor emptyMap(const torch::Tensor& like, std::int64_t channels, std::int64_t height,
                       std::int64_t width)
{
    return torch::empty({like.size(0), channels, height, width}, like.options(),
                        torch::MemoryFormat::ChannelsLast);
}

void runShuffle(jit::Stack& stack)
{
    const std::int64_t factor = jit::pop(stack).toInt();
    jit::push(stack, shuffledPixels(jit::pop(stack).toTensor(), factor));
}

void runUnshuffle(jit::Stack& stack)
{
    const std::int64_t factor = jit::pop(stack).toInt();
    jit::push(stack, unshuffledPixels(jit::pop(stack).toTensor(), factor));
}

const char* operatorFor(const jit::Node* node)
{
    static const auto shuffle = c10::Symbol::fromQualString("aten::pixel_shuffle");
    static const auto unshuffle = c10::Symbol::fromQualString("aten::pixel_unshuffle");
    return node->kind() == shuffle ? kShuffle : node->kind() == unshuffle ? kUnshuffle : nullptr;
}

} // namespace

torch::Tensor shuffledPixels(const torch::Tensor& map, std::int64_t factor)
{
    if (!isMap(map) || factor < 1 || map.size(1) % (factor * factor) != 0)
        return torch::pixel_shuffle(map, factor); // or its error
    const torch::Tensor dense = map.contiguous(torch::MemoryFormat::ChannelsLast);
    const std::int64_t channels = map.size(1) / (factor * factor);
    const std::int64_t width = map.size(3);
    const torch::Tensor result = emptyMap(map, channels, factor * map.size(2), factor * width);
    const auto* from = dense.data_ptr<float>();
    auto* to = result.data_ptr<float>();
    // Rows of all pictures one after the other.
    at::parallel_for(0, result.size(0) * result.size(2), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            for (std::int64_t x = 0; x < width; ++x) {
                const float* block =
                    from + ((row / factor) * width + x) * map.size(1) + row % factor * factor;
                float* pixels = to + (row * width + x) * factor * channels;
                for (std::int64_t column = 0; column < factor; ++column)
                    for (std::int64_t channel = 0; channel < channels; ++channel)
                        pixels[column * channels + channel] = block[channel * factor * factor + column];
            }
    });
    return result;
}

torch::Tensor unshuffledPixels(const torch::Tensor& map, std::int64_t factor)
{
    if (!isMap(map) || factor < 1 || map.size(2) % factor != 0 || map.size(3) % factor != 0)
        return torch::pixel_unshuffle(map, factor);
    const torch::Tensor dense = map.contiguous(torch::MemoryFormat::ChannelsLast);
    const std::int64_t channels = map.size(1);
    const std::int64_t width = map.size(3) / factor;
    const torch::Tensor result = emptyMap(map, channels * factor * factor, map.size(2) / factor, width);
    const auto* from = dense.data_ptr<float>();
    auto* to = result.data_ptr<float>();
    at::parallel_for(0, result.size(0) * result.size(2), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            for (std::int64_t x = 0; x < width; ++x) {
                float* block = to + (row * width + x) * result.size(1);
                for (std::int64_t channel = 0; channel < channels; ++channel)
                    for (std::int64_t line = 0; line < factor; ++line) {
                        const float* pixels =
                            from + ((row * factor + line) * width + x) * factor * channels + channel;
                        for (std::int64_t column = 0; column < factor; ++column)
                            *block++ = pixels[column * channels];
                    }
            }
    });
    return result;
}

void fuseShuffles(torch::jit::Module& frozen)
{
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    std::vector<jit::Node*> found;
    for (jit::Node* node : graph->nodes())
        if (operatorFor(node) != nullptr)
            found.push_back(node);
    if (found.empty())
        return;
    registerOperator(std::string(kShuffle) + "(Tensor map, int factor) -> Tensor", runShuffle);
    registerOperator(std::string(kUnshuffle) + "(Tensor map, int factor) -> Tensor", runUnshuffle);
    for (jit::Node* node : found) {
        const jit::WithInsertPoint here(node);
        jit::Node* fused = graph->insertNode(
            graph->create(c10::Symbol::fromQualString(operatorFor(node)), {node->input(0), node->input(1)}));
        fused->output()->setType(node->output()->type());
        node->output()->replaceAllUsesWith(fused->output());
        node->destroy();
    }
    jit::EliminateDeadCode(graph);
}

} // namespace fedefm
