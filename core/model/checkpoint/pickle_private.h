// SPDX-License-Identifier: GPL-3.0-or-later
// Pickles of torch.save as inert values. Nothing is ever called: the few globals of a closed list have a
// fixed meaning here, every other one ends the reading.
#pragma once

#include "core/model/checkpoint/checkpoint_private.h"

#include <deque>
#include <functional>

namespace fedefm {

/// What a global of the closed list means.
enum class GlobalKind : std::uint8_t {
    OrderedDict,
    RebuildTensor,    ///< torch._utils._rebuild_tensor, _v2: storage, offset, size, stride …
    RebuildTensorV3,  ///< … with the element type as seventh argument
    RebuildParameter, ///< the tensor is its first argument
    RebuildFromType,  ///< torch._tensor._rebuild_from_type_v2: function, type, arguments, state
    Storage,
    ElementType, ///< torch.float32
    TensorType,  ///< torch.Tensor and Parameter, as argument only
    Size,        ///< gives its argument
    Namespace,   ///< attributes; so are the classes of a TorchScript archive
    Inert,       ///< a harmless value that nobody reads: device, numpy scalar, set
};

struct GlobalInfo
{
    GlobalKind kind = GlobalKind::Inert;
    std::optional<DType> type;   ///< of a storage or element type that tensors here may have
    std::size_t elementSize = 1; ///< of a storage
    bool isUntyped = false;
};

/// Nothing for a global outside of the closed list.
std::optional<GlobalInfo> findGlobal(std::string_view module, std::string_view name, bool isScript);

struct PickledStorage
{
    std::string key;
    GlobalInfo info;
    std::string typeName;
    std::int64_t count = 0;      ///< elements, bytes where untyped
    std::int64_t viewOffset = 0; ///< elements; old files keep views of storages
    std::int64_t viewCount = -1;
};

struct PickledTensor
{
    std::size_t storage = 0; ///< index into PickleHeap::storages
    std::optional<DType> type;
    StridedView view;
};

struct PickleValue
{
    enum class Kind : std::uint8_t {
        None,
        Integer,
        Text,
        Sequence,
        Dictionary,
        Object,
        Global,
        Storage,
        Tensor,
        Inert
    };
    Kind kind = Kind::None;
    GlobalInfo global;
    std::int64_t number = 0;         ///< integer, truth value; index of a storage or tensor
    std::string_view text;           ///< text, bytes, "module.name" of a global, digits of a huge integer
    std::vector<PickleValue*> items; ///< of dictionaries and objects: name, value, name, value …

    bool is(Kind other) const { return kind == other; }
    /// Of a dictionary or object; the last one of that name, or nullptr.
    const PickleValue* find(std::string_view name) const;
};

/// Owns all values of a file: no cycle leaks, no chain is destroyed recursively.
struct PickleHeap
{
    std::deque<PickleValue> values;
    std::deque<std::string> texts;
    std::vector<PickledStorage> storages;
    std::vector<PickledTensor> tensors;
    std::size_t operations = 0;
};

/// Reads one pickle at `position`, which is then behind its STOP. `bytes` must outlive the heap's values.
/// `isScript`: classes named __torch__.* are attribute dictionaries, as TorchScript archives need.
/// Errors: ModelBroken (detail: what, and at which byte), TooLarge.
Result<const PickleValue*> unpickle(std::string_view bytes, std::size_t& position, PickleHeap& heap,
                                    bool isScript, const std::string& subject);

/// Evaluates what REDUCE and NEWOBJ ask for. Returns nullptr and sets `problem` where it is refused.
PickleValue* applyGlobal(const PickleValue& callable, const PickleValue& arguments, PickleHeap& heap,
                         std::string& problem);
/// The storage that a persistent id names.
PickleValue* namedStorage(const PickleValue& id, PickleHeap& heap, std::string& problem);

/// Bytes of a storage, without the view of old files.
using StorageLoader = std::function<Result<ByteView>(const PickledStorage&)>;

/// The tensors of the state dictionary in `root`, wrappings opened.
Result<TensorFile> collectState(const PickleValue& root, const PickleHeap& heap, const StorageLoader& load,
                                ByteBudget& budget, const std::string& subject);
/// Parameters and buffers of a TorchScript module, names joined by dots.
Result<TensorFile> collectScript(const PickleValue& root, const PickleHeap& heap, const StorageLoader& load,
                                 ByteBudget& budget, const std::string& subject);

/// torch.save before version 1.6: pickles, then raw storages.
Result<TensorFile> readLegacyPth(const ByteView& bytes, const std::string& subject);

} // namespace fedefm
