// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/pickle_private.h"

#include <algorithm>
#include <array>

namespace fedefm {

namespace {

struct Named
{
    std::string_view module;
    std::string_view name;
    GlobalKind kind;
};

constexpr Named kGlobals[] = {
    {"collections", "OrderedDict", GlobalKind::OrderedDict},
    {"torch._utils", "_rebuild_tensor", GlobalKind::RebuildTensor},
    {"torch._utils", "_rebuild_tensor_v2", GlobalKind::RebuildTensor},
    {"torch._utils", "_rebuild_tensor_v3", GlobalKind::RebuildTensorV3},
    {"torch._utils", "_rebuild_parameter", GlobalKind::RebuildParameter},
    {"torch._utils", "_rebuild_parameter_with_state", GlobalKind::RebuildParameter},
    {"torch._tensor", "_rebuild_from_type_v2", GlobalKind::RebuildFromType},
    {"torch", "Tensor", GlobalKind::TensorType},
    {"torch.nn.parameter", "Parameter", GlobalKind::TensorType},
    {"torch.nn.parameter", "Buffer", GlobalKind::TensorType},
    {"torch", "Size", GlobalKind::Size},
    {"argparse", "Namespace", GlobalKind::Namespace},
    {"torch", "device", GlobalKind::Inert},
    {"torch.serialization", "_get_layout", GlobalKind::Inert},
    {"numpy", "dtype", GlobalKind::Inert},
    {"numpy", "ndarray", GlobalKind::Inert},
    {"numpy.core.multiarray", "scalar", GlobalKind::Inert},
    {"numpy._core.multiarray", "scalar", GlobalKind::Inert},
    {"numpy.core.multiarray", "_reconstruct", GlobalKind::Inert},
    {"numpy._core.multiarray", "_reconstruct", GlobalKind::Inert},
    {"_codecs", "encode", GlobalKind::Inert},
    {"collections", "defaultdict", GlobalKind::Inert},
    {"collections", "Counter", GlobalKind::Inert},
    {"collections", "deque", GlobalKind::Inert},
};

constexpr std::string_view kInertBuiltins[] = {"set",  "frozenset", "bytearray", "complex", "slice",
                                               "list", "dict",      "int",       "float",   "range"};

struct StorageName
{
    std::string_view name;
    std::optional<DType> type;
    std::size_t elementSize;
};

constexpr StorageName kStorages[] = {
    {"DoubleStorage", DType::F64, 8},
    {"FloatStorage", DType::F32, 4},
    {"HalfStorage", DType::F16, 2},
    {"BFloat16Storage", DType::BF16, 2},
    {"LongStorage", DType::I64, 8},
    {"IntStorage", DType::I32, 4},
    {"ShortStorage", DType::I16, 2},
    {"CharStorage", DType::I8, 1},
    {"ByteStorage", DType::U8, 1},
    {"BoolStorage", DType::Bool, 1},
    {"ComplexFloatStorage", std::nullopt, 8},
    {"ComplexDoubleStorage", std::nullopt, 16},
    {"QInt8Storage", std::nullopt, 1},
    {"QUInt8Storage", std::nullopt, 1},
    {"QInt32Storage", std::nullopt, 4},
};

struct ElementName
{
    std::string_view name;
    std::optional<DType> type;
};

constexpr ElementName kElements[] = {
    {"float64", DType::F64},   {"double", DType::F64},      {"float32", DType::F32},
    {"float", DType::F32},     {"float16", DType::F16},     {"half", DType::F16},
    {"bfloat16", DType::BF16}, {"int64", DType::I64},       {"long", DType::I64},
    {"int32", DType::I32},     {"int", DType::I32},         {"int16", DType::I16},
    {"short", DType::I16},     {"int8", DType::I8},         {"uint8", DType::U8},
    {"bool", DType::Bool},     {"complex64", std::nullopt}, {"complex128", std::nullopt},
    {"uint16", std::nullopt},  {"uint32", std::nullopt},    {"uint64", std::nullopt},
};

std::optional<GlobalInfo> findTorchType(std::string_view module, std::string_view name)
{
    const bool isStorageModule = module == "torch" || module == "torch.storage" || module == "torch.cuda";
    if (isStorageModule && (name == "UntypedStorage" || name == "_UntypedStorage"))
        return GlobalInfo{GlobalKind::Storage, std::nullopt, 1, true};
    for (const StorageName& known : kStorages)
        if ((module == "torch" || module == "torch.cuda") && name == known.name)
            return GlobalInfo{GlobalKind::Storage, known.type, known.elementSize, false};
    for (const ElementName& known : kElements)
        if (module == "torch" && name == known.name)
            return GlobalInfo{GlobalKind::ElementType, known.type, 1, false};
    return std::nullopt;
}

bool isScriptHelper(std::string_view module, std::string_view name)
{
    constexpr std::string_view kHelpers[] = {"build_intlist",  "build_tensorlist",     "build_doublelist",
                                             "build_boollist", "build_tensor_from_id", "restore_type_tag"};
    return module == "torch.jit._pickle" &&
           std::find(std::begin(kHelpers), std::end(kHelpers), name) != std::end(kHelpers);
}

} // namespace

std::optional<GlobalInfo> findGlobal(std::string_view module, std::string_view name, bool isScript)
{
    for (const Named& known : kGlobals)
        if (module == known.module && name == known.name)
            return GlobalInfo{known.kind, std::nullopt, 1, false};
    if (module == "builtins" || module == "__builtin__")
        for (const std::string_view inert : kInertBuiltins)
            if (name == inert)
                return GlobalInfo{};
    if (isScript && (module == "__torch__" || module.substr(0, 10) == "__torch__."))
        return GlobalInfo{GlobalKind::Namespace, std::nullopt, 1, false};
    if (isScript && isScriptHelper(module, name))
        return GlobalInfo{};
    return findTorchType(module, name);
}

} // namespace fedefm
