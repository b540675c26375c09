// SPDX-License-Identifier: GPL-3.0-or-later
// From unpickled values to named tensors.
#include "core/model/checkpoint/pickle_private.h"

namespace fedefm {

namespace {

using Kind = PickleValue::Kind;
using Chosen = std::map<std::string, const PickledTensor*>;

constexpr int kMaxWrappings = 8;
constexpr int kMaxStates = 64; ///< dictionaries that are looked into
constexpr int kMaxModuleDepth = 200;
constexpr std::size_t kMaxVisits = 200'000; // shared modules are visited once per name
constexpr std::size_t kMaxName = 2000;

Chosen tensorsOf(const PickleValue& value, const PickleHeap& heap)
{
    Chosen chosen;
    if (!value.is(Kind::Dictionary))
        return chosen;
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
        if (value.items[i]->is(Kind::Text) && value.items[i]->text.size() <= kMaxName &&
            value.items[i + 1]->is(Kind::Tensor))
            chosen[std::string(value.items[i]->text)] =
                &heap.tensors[static_cast<std::size_t>(value.items[i + 1]->number)];
    return chosen;
}

/// The inner dictionary of tensors: a known wrapping first (a counter beside it may be a tensor), then the
/// dictionary itself, then the only one inside that has tensors.
Chosen findState(const PickleValue& root, const PickleHeap& heap, int depth, int& visits)
{
    // A dictionary may hold itself under each of the names.
    if (depth > kMaxWrappings || ++visits > kMaxStates)
        return {};
    for (const char* name : {"model_state", "model_state_dict", "state_dict", "model"})
        if (const PickleValue* inner = root.find(name); inner && inner->is(Kind::Dictionary))
            if (Chosen chosen = findState(*inner, heap, depth + 1, visits); !chosen.empty())
                return chosen;
    if (Chosen chosen = tensorsOf(root, heap); !chosen.empty() || !root.is(Kind::Dictionary))
        return chosen;
    Chosen only;
    for (std::size_t i = 1; i < root.items.size(); i += 2) {
        Chosen chosen = tensorsOf(*root.items[i], heap);
        if (!chosen.empty() && !only.empty())
            return {};
        if (!chosen.empty())
            only = std::move(chosen);
    }
    return only;
}

class ModuleWalk
{
public:
    explicit ModuleWalk(const PickleHeap& heap) : m_heap(heap) {}

    bool walk(const PickleValue& module, const std::string& prefix, int depth)
    {
        if (depth > kMaxModuleDepth || prefix.size() > kMaxName)
            return false;
        for (std::size_t i = 0; i + 1 < module.items.size(); i += 2) {
            const PickleValue& name = *module.items[i];
            const PickleValue& value = *module.items[i + 1];
            if (++m_visits > kMaxVisits)
                return false;
            if (!name.is(Kind::Text) || name.text.size() > kMaxName)
                continue;
            const std::string full = prefix + std::string(name.text);
            if (value.is(Kind::Tensor))
                chosen[full] = &m_heap.tensors[static_cast<std::size_t>(value.number)];
            else if (value.is(Kind::Object) && !walk(value, full + ".", depth + 1))
                return false;
        }
        return true;
    }

    Chosen chosen;

private:
    const PickleHeap& m_heap;
    std::size_t m_visits = 0;
};

Result<ByteView> bytesOf(const PickledStorage& storage, const StorageLoader& load, const std::string& subject)
{
    auto bytes = load(storage);
    if (!bytes)
        return bytes;
    const std::string which = "storage " + storage.key;
    std::size_t promised = 0;
    if (__builtin_mul_overflow(static_cast<std::size_t>(storage.count), storage.info.elementSize,
                               &promised) ||
        promised > bytes->size || bytes->size - promised >= storage.info.elementSize)
        return fail(ErrorCode::ModelBroken, subject,
                    which + " has " + std::to_string(bytes->size) + " bytes instead of " +
                        std::to_string(storage.count) + " elements");
    if (storage.viewCount < 0)
        return bytes;
    std::int64_t end = 0;
    if (__builtin_add_overflow(storage.viewOffset, storage.viewCount, &end) || end > storage.count)
        return fail(ErrorCode::ModelBroken, subject, "a view outside of " + which);
    return bytes->part(static_cast<std::size_t>(storage.viewOffset) * storage.info.elementSize,
                       static_cast<std::size_t>(storage.viewCount) * storage.info.elementSize);
}

Result<TensorFile> materialise(const Chosen& chosen, const PickleHeap& heap, const StorageLoader& load,
                               ByteBudget& budget, const std::string& subject)
{
    TensorFile file;
    for (const auto& [name, tensor] : chosen) {
        const PickledStorage& storage = heap.storages[tensor->storage];
        if (!tensor->type)
            return fail(ErrorCode::ModelBroken, subject,
                        "tensor " + name.substr(0, 100) + " has an element type that is not supported (" +
                            storage.typeName + ")");
        const auto bytes = bytesOf(storage, load, subject);
        if (!bytes)
            return tl::unexpected(bytes.error());
        auto values = viewTensor(*tensor->type, tensor->view, *bytes, budget, subject);
        if (!values)
            return fail(values.error().code, subject,
                        "tensor " + name.substr(0, 100) + ": " + values.error().detail);
        file.tensors.emplace(name, std::move(*values));
    }
    return file;
}

} // namespace

Result<TensorFile> collectState(const PickleValue& root, const PickleHeap& heap, const StorageLoader& load,
                                ByteBudget& budget, const std::string& subject)
{
    int visits = 0;
    const Chosen chosen = findState(root, heap, 0, visits);
    if (chosen.empty())
        return fail(ErrorCode::ModelBroken, subject, "no dictionary of tensors is in it");
    return materialise(chosen, heap, load, budget, subject);
}

Result<TensorFile> collectScript(const PickleValue& root, const PickleHeap& heap, const StorageLoader& load,
                                 ByteBudget& budget, const std::string& subject)
{
    ModuleWalk walk(heap);
    if (!root.is(Kind::Object) || !walk.walk(root, "", 0))
        return fail(ErrorCode::ModelBroken, subject, "no module of tensors is in it, or one too deep");
    return materialise(walk.chosen, heap, load, budget, subject);
}

} // namespace fedefm
