// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/winograd_graph_private.h"

#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_linear_transpose.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

namespace fedefm {

namespace {

namespace jit = torch::jit;

/// With fewer channels the transforms cost more than they save.
const std::int64_t kLeastChannels = std::getenv("KLC")?atoi(std::getenv("KLC")):32;

const char* const kSchema =
    "fedefm::winograd_conv3x3(Tensor[] inputs, Tensor weight, Tensor bias, bool rectify) -> Tensor";

c10::Symbol operatorSymbol()
{
    return c10::Symbol::fromQualString("fedefm::winograd_conv3x3");
}

void runOperator(jit::Stack& stack)
{
    const bool rectify = jit::pop(stack).toBool();
    const torch::Tensor bias = jit::pop(stack).toTensor();
    const torch::Tensor weight = jit::pop(stack).toTensor();
    const std::vector<torch::Tensor> inputs = jit::pop(stack).toTensorVector();
    jit::push(stack, winogradConvolution(inputs, weight, bias, rectify));
}

/// Another copy of this library in the process, such as a module's, may have been first; it is the same.
void registerOperator()
{
    static const bool isDone = [] {
        if (jit::getAllOperatorsFor(operatorSymbol()).empty())
            jit::registerOperator(jit::Operator(kSchema, runOperator, c10::AliasAnalysisKind::FROM_SCHEMA));
        return true;
    }();
    static_cast<void>(isDone);
}

/// The numbers of a constant list, wherever the graph keeps them; empty if they are not constant.
std::vector<std::int64_t> numbersOf(const jit::Value* value)
{
    if (const auto constant = jit::toIValue(value))
        return constant->isIntList() ? constant->toIntVector() : std::vector<std::int64_t>{};
    std::vector<std::int64_t> numbers;
    if (value->node()->kind() != c10::prim::ListConstruct)
        return numbers;
    for (const jit::Value* item : value->node()->inputs()) {
        const auto number = jit::toIValue(item);
        if (!number || !number->isInt())
            return {};
        numbers.push_back(number->toInt());
    }
    return numbers;
}

bool fits(const jit::Node* node)
{
    if (node->kind() != c10::aten::_convolution || node->inputs().size() < 9)
        return false;
    const auto weight = jit::toIValue(node->input(1));
    const auto bias = jit::toIValue(node->input(2));
    const auto transposed = jit::toIValue(node->input(6));
    const auto groups = jit::toIValue(node->input(8));
    if (!weight || !weight->isTensor() || !bias || !transposed || transposed->toBool() || !groups ||
        groups->toInt() != 1)
        return false;
    const torch::Tensor& values = weight->toTensor();
    const std::vector<std::int64_t> ones{1, 1};
    return values.is_cpu() && values.scalar_type() == torch::kFloat && values.dim() == 4 &&
           values.size(2) == 3 && values.size(3) == 3 && values.size(0) >= kLeastChannels &&
           values.size(1) >= kLeastChannels && numbersOf(node->input(3)) == ones &&
           numbersOf(node->input(4)) == ones && numbersOf(node->input(5)) == ones;
}

bool changesInPlace(const jit::Node* node)
{
    const std::string name = node->kind().toUnqualString();
    return name.back() == '_' || !node->blocks().empty();
}

/// The list of what the convolution's input is joined from, if that is all the joined tensor is for.
jit::Value* joinedInputs(const jit::Node* convolution)
{
    jit::Node* cat = convolution->input(0)->node();
    if (cat->kind() != c10::aten::cat || cat->output()->uses().size() != 1 ||
        cat->input(0)->node()->kind() != c10::prim::ListConstruct ||
        cat->owningBlock() != convolution->owningBlock())
        return nullptr;
    const auto dimension = jit::toIValue(cat->input(1));
    if (!dimension || !dimension->isInt() || dimension->toInt() != 1)
        return nullptr;
    // Its parts must be the same where the convolution reads them.
    for (const jit::Node* node = cat->next(); node != convolution; node = node->next())
        if (changesInPlace(node))
            return nullptr;
    return cat->input(0);
}

/// ReLU as the only reader of `value`.
jit::Node* rectifierOf(const jit::Value* value)
{
    if (value->uses().size() != 1)
        return nullptr;
    jit::Node* user = value->uses()[0].user;
    const bool isRelu = user->kind() == c10::aten::relu || user->kind() == c10::aten::relu_;
    return isRelu && user->owningBlock() == value->node()->owningBlock() ? user : nullptr;
}

void destroyIfUnused(jit::Node* node)
{
    if (!node->hasUses())
        node->destroy();
}

void replace(jit::Graph& graph, jit::Node* convolution)
{
    const jit::WithInsertPoint here(convolution);
    jit::Node* weightNode = convolution->input(1)->node();
    const torch::Tensor weight = jit::toIValue(convolution->input(1))->toTensor();
    const auto givenBias = jit::toIValue(convolution->input(2));
    const torch::Tensor bias =
        givenBias->isTensor() ? givenBias->toTensor().detach() : torch::zeros({weight.size(0)});
    jit::Node* joined = nullptr;
    jit::Value* inputs = joinedInputs(convolution);
    if (inputs != nullptr)
        joined = convolution->input(0)->node();
    else
        inputs =
            graph.insertNode(graph.createList(c10::TensorType::get(), {convolution->input(0)}))->output();
    jit::Node* rectifier = rectifierOf(convolution->output());
    jit::Node* fast = graph.insertNode(graph.create(
        operatorSymbol(), {inputs, graph.insertConstant(packedForWinograd(weight)),
                           graph.insertConstant(bias), graph.insertConstant(rectifier != nullptr)}));
    jit::Node* last = rectifier != nullptr ? rectifier : convolution;
    last->output()->replaceAllUsesWith(fast->output());
    if (rectifier != nullptr)
        rectifier->destroy();
    convolution->destroy();
    if (joined != nullptr)
        joined->destroy();
    // Here and not later, so that plain and packed weights of all convolutions never exist at once.
    destroyIfUnused(weightNode);
}

} // namespace

bool computeByWinograd(torch::jit::Module& frozen)
{
    std::shared_ptr<jit::Graph> graph = frozen.get_method("forward").graph();
    std::vector<jit::Node*> found;
    for (jit::Node* node : graph->nodes())
        if (fits(node))
            found.push_back(node);
    if (found.empty())
        return false;
    registerOperator();
    for (jit::Node* node : found)
        replace(*graph, node);
    jit::EliminateDeadCode(graph);
    jit::FrozenLinearTranspose(graph);
    return true;
}

} // namespace fedefm
