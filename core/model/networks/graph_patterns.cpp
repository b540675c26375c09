// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/graph_patterns_private.h"

#include <torch/csrc/jit/runtime/custom_operator.h>

#include <mutex>

namespace fedefm {

namespace {

namespace jit = torch::jit;

/// The values of a list that the graph keeps as a constant or puts together of constants.
std::vector<c10::IValue> constantsOf(const jit::Value* list)
{
    if (const auto constant = jit::toIValue(list)) {
        if (!constant->isList())
            return {};
        const auto items = constant->toListRef();
        return std::vector<c10::IValue>(items.begin(), items.end()); // braces would make booleans of them
    }
    std::vector<c10::IValue> values;
    if (list->node()->kind() != c10::prim::ListConstruct)
        return values;
    for (const jit::Value* item : list->node()->inputs()) {
        auto value = jit::toIValue(item);
        if (!value)
            return {};
        values.push_back(std::move(*value));
    }
    return values;
}

bool changesInPlace(const jit::Node* node)
{
    const std::string name = node->kind().toUnqualString();
    return name.back() == '_' || !node->blocks().empty();
}

} // namespace

std::vector<std::int64_t> integersOf(const jit::Value* value)
{
    std::vector<std::int64_t> integers;
    for (const c10::IValue& item : constantsOf(value)) {
        if (!item.isInt())
            return {};
        integers.push_back(item.toInt());
    }
    return integers;
}

std::vector<double> numbersOf(const jit::Value* value)
{
    std::vector<double> numbers;
    for (const c10::IValue& item : constantsOf(value)) {
        if (!item.isDouble())
            return {};
        numbers.push_back(item.toDouble());
    }
    return numbers;
}

bool staysSame(const jit::Node* first, const jit::Node* last)
{
    for (const jit::Node* node = first->next(); node != last; node = node->next())
        if (changesInPlace(node))
            return false;
    return true;
}

jit::Node* readerOf(const jit::Value* value)
{
    if (value->uses().size() != 1)
        return nullptr;
    jit::Node* user = value->uses()[0].user;
    return user->owningBlock() == value->node()->owningBlock() ? user : nullptr;
}

jit::Node* sumOf(const jit::Value* value)
{
    jit::Node* sum = readerOf(value);
    if (sum == nullptr || sum->kind() != c10::aten::add || sum->inputs().size() != 3)
        return nullptr;
    const auto factor = jit::toIValue(sum->input(2));
    return factor && factor->isInt() && factor->toInt() == 1 ? sum : nullptr;
}

jit::Value* otherSummand(jit::Node* sum, const jit::Value* value)
{
    return sum->input(sum->input(0) == value ? 1 : 0);
}

jit::Node* rectifierOf(const jit::Value* value)
{
    jit::Node* rectifier = readerOf(value);
    const bool rectifies = rectifier != nullptr &&
                           (rectifier->kind() == c10::aten::relu || rectifier->kind() == c10::aten::relu_);
    return rectifies ? rectifier : nullptr;
}

void registerOperator(const std::string& schema, void (*run)(jit::Stack&))
{
    static std::mutex mutex;
    const std::lock_guard<std::mutex> lock(mutex);
    const auto name = c10::Symbol::fromQualString(schema.substr(0, schema.find('(')));
    if (jit::getAllOperatorsFor(name).empty())
        jit::registerOperator(jit::Operator(schema, run, c10::AliasAnalysisKind::FROM_SCHEMA));
}

} // namespace fedefm
