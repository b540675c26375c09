// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/pickle_private.h"

namespace fedefm {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxDimensions = 32;
constexpr std::size_t kMaxKey = 100;

PickleValue* make(PickleHeap& heap, Kind kind)
{
    heap.values.emplace_back();
    heap.values.back().kind = kind;
    return &heap.values.back();
}

bool toNumbers(const PickleValue& value, std::vector<std::int64_t>& numbers)
{
    if (!value.is(Kind::Sequence) || value.items.size() > kMaxDimensions)
        return false;
    for (const PickleValue* item : value.items) {
        if (!item->is(Kind::Integer))
            return false;
        numbers.push_back(item->number);
    }
    return true;
}

PickleValue* makeTensor(const std::vector<PickleValue*>& arguments, bool hasType, PickleHeap& heap,
                        std::string& problem)
{
    problem = "a tensor with malformed arguments";
    if (arguments.size() < (hasType ? 7 : 4) || !arguments[0]->is(Kind::Storage) ||
        !arguments[1]->is(Kind::Integer))
        return nullptr;
    PickledTensor tensor;
    tensor.storage = static_cast<std::size_t>(arguments[0]->number);
    tensor.view.offset = arguments[1]->number;
    if (!toNumbers(*arguments[2], tensor.view.shape) || !toNumbers(*arguments[3], tensor.view.strides) ||
        tensor.view.shape.size() != tensor.view.strides.size())
        return nullptr;
    tensor.type = heap.storages[tensor.storage].info.type;
    if (hasType) {
        if (!arguments[6]->is(Kind::Global) || arguments[6]->global.kind != GlobalKind::ElementType)
            return nullptr;
        tensor.type = arguments[6]->global.type;
    }
    problem.clear();
    PickleValue* value = make(heap, Kind::Tensor);
    value->number = static_cast<std::int64_t>(heap.tensors.size());
    heap.tensors.push_back(std::move(tensor));
    return value;
}

/// OrderedDict(), or of a list of pairs as protocol 0 and Python 2 wrote it.
PickleValue* makeDictionary(const std::vector<PickleValue*>& arguments, PickleHeap& heap,
                            std::string& problem)
{
    PickleValue* value = make(heap, Kind::Dictionary);
    if (arguments.empty())
        return value;
    bool isFine = arguments.size() == 1 && arguments[0]->is(Kind::Sequence);
    for (std::size_t i = 0; isFine && i < arguments[0]->items.size(); ++i) {
        const PickleValue& pair = *arguments[0]->items[i];
        isFine = pair.is(Kind::Sequence) && pair.items.size() == 2;
        if (isFine)
            value->items.insert(value->items.end(), pair.items.begin(), pair.items.end());
    }
    heap.operations += value->items.size(); // the same list may be given often
    if (isFine)
        return value;
    problem = "a dictionary with malformed arguments";
    return nullptr;
}

PickleValue* fromType(const std::vector<PickleValue*>& arguments, PickleHeap& heap, std::string& problem)
{
    if (arguments.size() >= 3 && arguments[0]->is(Kind::Global) && arguments[1]->is(Kind::Global) &&
        arguments[1]->global.kind == GlobalKind::TensorType && arguments[2]->is(Kind::Sequence)) {
        const GlobalKind kind = arguments[0]->global.kind;
        if (kind == GlobalKind::RebuildTensor || kind == GlobalKind::RebuildTensorV3)
            return makeTensor(arguments[2]->items, kind == GlobalKind::RebuildTensorV3, heap, problem);
    }
    problem = "a tensor of an unknown kind";
    return nullptr;
}

PickleValue* firstArgument(const std::vector<PickleValue*>& arguments, Kind kind, std::string& problem)
{
    if (!arguments.empty() && arguments[0]->is(kind))
        return arguments[0];
    problem = "malformed arguments";
    return nullptr;
}

} // namespace

PickleValue* applyGlobal(const PickleValue& callable, const PickleValue& arguments, PickleHeap& heap,
                         std::string& problem)
{
    if (!callable.is(Kind::Global) || !arguments.is(Kind::Sequence)) {
        problem = "a call of something that is no global";
        return nullptr;
    }
    const std::vector<PickleValue*>& items = arguments.items;
    switch (callable.global.kind) {
    case GlobalKind::OrderedDict:
        return makeDictionary(items, heap, problem);
    case GlobalKind::RebuildTensor:
        return makeTensor(items, false, heap, problem);
    case GlobalKind::RebuildTensorV3:
        return makeTensor(items, true, heap, problem);
    case GlobalKind::RebuildParameter:
        return firstArgument(items, Kind::Tensor, problem);
    case GlobalKind::RebuildFromType:
        return fromType(items, heap, problem);
    case GlobalKind::Size:
        return items.empty() ? make(heap, Kind::Sequence) : firstArgument(items, Kind::Sequence, problem);
    case GlobalKind::Namespace:
        return make(heap, Kind::Object);
    case GlobalKind::Inert:
        return make(heap, Kind::Inert);
    case GlobalKind::Storage:
    case GlobalKind::ElementType:
    case GlobalKind::TensorType:
        break;
    }
    problem = "a call of " + std::string(callable.text);
    return nullptr;
}

PickleValue* namedStorage(const PickleValue& id, PickleHeap& heap, std::string& problem)
{
    problem = "a malformed persistent id";
    const std::vector<PickleValue*>& items = id.items;
    if (!id.is(Kind::Sequence) || items.size() < 5 || !items[0]->is(Kind::Text) ||
        items[0]->text != "storage" || !items[1]->is(Kind::Global) ||
        items[1]->global.kind != GlobalKind::Storage || !items[4]->is(Kind::Integer) || items[4]->number < 0)
        return nullptr;
    PickledStorage storage;
    if (items[2]->is(Kind::Text) && items[2]->text.size() <= kMaxKey)
        storage.key = items[2]->text;
    else if (items[2]->is(Kind::Integer))
        storage.key = std::to_string(items[2]->number);
    else
        return nullptr;
    storage.info = items[1]->global;
    storage.typeName = items[1]->text;
    storage.count = items[4]->number;
    if (items.size() > 5 && !items[5]->is(Kind::None)) {
        const std::vector<PickleValue*>& view = items[5]->items;
        if (!items[5]->is(Kind::Sequence) || view.size() != 3 || !view[1]->is(Kind::Integer) ||
            !view[2]->is(Kind::Integer) || view[1]->number < 0 || view[2]->number < 0)
            return nullptr;
        storage.viewOffset = view[1]->number;
        storage.viewCount = view[2]->number;
    }
    problem.clear();
    PickleValue* value = make(heap, Kind::Storage);
    value->number = static_cast<std::int64_t>(heap.storages.size());
    heap.storages.push_back(std::move(storage));
    return value;
}

} // namespace fedefm
