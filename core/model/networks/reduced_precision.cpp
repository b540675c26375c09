// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/reduced_precision_private.h"

#include <fstream>
#include <string>

namespace fedefm {

namespace {

torch::jit::Value* insertCast(torch::jit::Graph& graph, torch::jit::Value* value, torch::ScalarType type)
{
    return graph.insert(c10::aten::to, {value, static_cast<std::int64_t>(type)});
}

void castWeights(torch::jit::Block* block)
{
    for (torch::jit::Node* node : block->nodes()) {
        for (torch::jit::Block* inner : node->blocks())
            castWeights(inner);
        if (node->kind() != c10::prim::Constant || !node->hasAttribute(c10::attr::value) ||
            node->kindOf(c10::attr::value) != torch::jit::AttributeKind::t)
            continue;
        torch::Tensor weight = node->t(c10::attr::value);
        if (!weight.is_floating_point())
            continue;
        weight = weight.to(torch::kBFloat16);
        if (weight.dim() == 4) // oneDNN is fastest where weights lie as the pictures do
            weight = weight.contiguous(torch::MemoryFormat::ChannelsLast);
        node->t_(c10::attr::value, weight);
        node->output()->inferTypeFrom(weight);
    }
}

bool isConvolutionOrNorm(const torch::nn::Module& module)
{
    return module.as<torch::nn::Conv2d>() != nullptr || module.as<torch::nn::ConvTranspose2d>() != nullptr ||
           module.as<torch::nn::BatchNorm2d>() != nullptr;
}

} // namespace

bool hasBfloat16(torch::Device device)
{
    if (device.is_cuda())
        return true;
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);)
        if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0)
            return line.find("avx512_bf16") != std::string::npos ||
                   line.find("amx_bf16") != std::string::npos || line.find(" bf16") != std::string::npos;
    return false;
}

Result<bool> usesBfloat16(const std::string& precision, torch::Device device)
{
    if (precision == "bfloat16" && !hasBfloat16(device))
        return fail(ErrorCode::InvalidArgument, "precision",
                    "this processor does not compute in bfloat16; auto takes float32 then");
    return precision == "bfloat16" || (precision == "auto" && hasBfloat16(device));
}

bool isConvolutional(const torch::nn::Module& network)
{
    for (const auto& module : network.modules())
        if (!module->parameters(/*recurse=*/false).empty() && !isConvolutionOrNorm(*module))
            return false;
    return true;
}

Precision inferencePrecision(const torch::nn::Module& network)
{
    return hasBfloat16(torch::kCPU) && isConvolutional(network) ? Precision::Bfloat16 : Precision::Float32;
}

void computeInBfloat16(torch::jit::Module& frozen)
{
    torch::jit::Graph& graph = *frozen.get_method("forward").graph();
    castWeights(graph.block());
    torch::jit::Value* input = graph.inputs().at(1); // the first is the module
    {
        const torch::jit::WithInsertPoint atStart(*graph.nodes().begin());
        torch::jit::Value* reduced = insertCast(graph, input, torch::kBFloat16);
        input->replaceAllUsesAfterNodeWith(reduced->node(), reduced);
    }
    const torch::jit::WithInsertPoint atEnd(graph.return_node());
    graph.return_node()->replaceInput(0, insertCast(graph, graph.outputs().at(0), torch::kFloat));
}

} // namespace fedefm
