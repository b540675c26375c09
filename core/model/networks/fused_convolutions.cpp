// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/fused_convolutions_private.h"

#include "core/model/networks/graph_patterns_private.h"

#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_linear_transpose.h>

namespace fedefm {

namespace {

namespace jit = torch::jit;

/// Values that a result's row of the kernel reads: beyond, the weights of a product leave the first cache,
/// and LibTorch's convolutions are as fast.
constexpr std::int64_t kLargestDirectDepth = 576;
/// With fewer, a direct convolution loads and stores sums more than it computes.
constexpr std::int64_t kLeastDirectDepth = 8;

constexpr const char* kConvolution = "fedefm::convolution";
constexpr const char* kOperands = "(Tensor[] inputs, Tensor weight, Tensor bias, Tensor? residual, "
                                  "int in_channels, int kernel, int stride, bool rectify) -> Tensor";

void runConvolution(jit::Stack& stack)
{
    FusedConvolution shape;
    shape.rectify = jit::pop(stack).toBool();
    shape.stride = jit::pop(stack).toInt();
    shape.kernel = jit::pop(stack).toInt();
    shape.inputs = jit::pop(stack).toInt();
    const auto residual = jit::pop(stack).toOptional<torch::Tensor>();
    const torch::Tensor bias = jit::pop(stack).toTensor();
    const torch::Tensor weight = jit::pop(stack).toTensor();
    const std::vector<torch::Tensor> inputs = jit::pop(stack).toTensorVector();
    shape.outputs = bias.numel();
    jit::push(stack, fusedConvolution(shape, inputs, weight, bias, residual.value_or(torch::Tensor())));
}

/// What the node is as a fused convolution, if our loops are faster.
std::optional<FusedConvolution> shapeOf(const jit::Node* node)
{
    if (node->kind() != c10::aten::_convolution || node->inputs().size() < 9)
        return std::nullopt;
    const auto weight = jit::toIValue(node->input(1));
    const auto bias = jit::toIValue(node->input(2));
    const auto transposed = jit::toIValue(node->input(6));
    const auto groups = jit::toIValue(node->input(8));
    if (!weight || !weight->isTensor() || !bias || !transposed || transposed->toBool() || !groups ||
        groups->toInt() != 1)
        return std::nullopt;
    const torch::Tensor& values = weight->toTensor();
    const auto stride = integersOf(node->input(3));
    if (!values.is_cpu() || values.scalar_type() != torch::kFloat || values.dim() != 4 ||
        values.size(2) != values.size(3) || values.size(2) % 2 == 0 || stride.size() != 2 ||
        stride[0] != stride[1] || stride[0] > 2)
        return std::nullopt;
    FusedConvolution shape;
    shape.inputs = values.size(1);
    shape.outputs = values.size(0);
    shape.kernel = values.size(2);
    shape.stride = stride[0];
    const std::int64_t margin = shape.kernel / 2;
    if (integersOf(node->input(4)) != std::vector<std::int64_t>{margin, margin} ||
        integersOf(node->input(5)) != std::vector<std::int64_t>{1, 1})
        return std::nullopt;
    const std::int64_t depth = shape.kernel * shape.inputs;
    if (!shape.usesWinograd() && (depth < kLeastDirectDepth || depth > kLargestDirectDepth))
        return std::nullopt;
    return shape;
}

/// A convolution with the nodes that are computed along with it; it moves to the last of them.
struct Pattern
{
    FusedConvolution shape;
    jit::Node* convolution = nullptr;
    jit::Node* last = nullptr;
    jit::Node* join = nullptr;
    jit::Node* sum = nullptr;
    jit::Value* residual = nullptr;
};

void addSum(Pattern& pattern)
{
    const jit::Value* result = pattern.last->output();
    jit::Node* sum = sumOf(result);
    if (sum == nullptr || !staysSame(pattern.convolution, sum))
        return;
    pattern.sum = sum;
    pattern.residual = otherSummand(sum, result);
    pattern.last = sum;
}

void addRectifier(Pattern& pattern)
{
    jit::Node* rectifier = rectifierOf(pattern.last->output());
    if (rectifier == nullptr || !staysSame(pattern.convolution, rectifier))
        return;
    pattern.shape.rectify = true;
    pattern.last = rectifier;
}

/// What the convolution's input is joined from, if that is all the joined tensor is for.
void addJoin(Pattern& pattern)
{
    jit::Node* cat = pattern.convolution->input(0)->node();
    if (cat->kind() != c10::aten::cat || cat->output()->uses().size() != 1 ||
        cat->input(0)->node()->kind() != c10::prim::ListConstruct ||
        cat->owningBlock() != pattern.convolution->owningBlock())
        return;
    const auto dimension = jit::toIValue(cat->input(1));
    if (dimension && dimension->isInt() && dimension->toInt() == 1 && staysSame(cat, pattern.last))
        pattern.join = cat;
}

void destroyIfUnused(jit::Node* node)
{
    if (!node->hasUses())
        node->destroy();
}

void replace(jit::Graph& graph, Pattern pattern)
{
    addSum(pattern);
    addRectifier(pattern);
    addJoin(pattern);
    jit::Node* convolution = pattern.convolution;
    const jit::WithInsertPoint here(pattern.last);
    jit::Node* weightNode = convolution->input(1)->node();
    const torch::Tensor weight = jit::toIValue(convolution->input(1))->toTensor();
    const auto givenBias = jit::toIValue(convolution->input(2));
    const torch::Tensor bias =
        givenBias->isTensor() ? givenBias->toTensor().detach() : torch::zeros({weight.size(0)});
    jit::Value* inputs =
        pattern.join != nullptr
            ? pattern.join->input(0)
            : graph.insertNode(graph.createList(c10::TensorType::get(), {convolution->input(0)}))->output();
    jit::Value* residual =
        pattern.residual != nullptr ? pattern.residual : graph.insertConstant(c10::IValue());
    jit::Node* fused = graph.insertNode(graph.create(
        c10::Symbol::fromQualString(kConvolution),
        {inputs, graph.insertConstant(packedWeight(pattern.shape, weight)), graph.insertConstant(bias),
         residual, graph.insertConstant(pattern.shape.inputs), graph.insertConstant(pattern.shape.kernel),
         graph.insertConstant(pattern.shape.stride), graph.insertConstant(pattern.shape.rectify)}));
    fused->output()->setType(pattern.last->output()->type());
    pattern.last->output()->replaceAllUsesWith(fused->output());
    if (pattern.last != convolution && pattern.last != pattern.sum)
        pattern.last->destroy();
    if (pattern.sum != nullptr)
        pattern.sum->destroy();
    convolution->destroy();
    if (pattern.join != nullptr)
        pattern.join->destroy();
    // Here and not later, so that plain and packed weights of all convolutions never exist at once.
    destroyIfUnused(weightNode);
}

} // namespace

bool fuseConvolutions(torch::jit::Module& frozen)
{
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    std::vector<Pattern> found;
    for (jit::Node* node : graph->nodes())
        if (const auto shape = shapeOf(node)) {
            Pattern pattern;
            pattern.shape = *shape;
            pattern.convolution = pattern.last = node;
            found.push_back(pattern);
        }
    if (found.empty())
        return false;
    registerOperator(std::string(kConvolution) + kOperands, runConvolution);
    for (const Pattern& pattern : found)
        replace(*graph, pattern);
    jit::EliminateDeadCode(graph);
    jit::FrozenLinearTranspose(graph);
    return true;
}

} // namespace fedefm
