// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/checkpoint_private.h"

#include <cstring>

namespace fedefm {

std::size_t bytesPerElement(DType type)
{
    switch (type) {
    case DType::F64:
    case DType::I64:
        return 8;
    case DType::F32:
    case DType::I32:
        return 4;
    case DType::F16:
    case DType::BF16:
    case DType::I16:
        return 2;
    case DType::I8:
    case DType::U8:
    case DType::Bool:
        return 1;
    }
    return 1;
}

const char* dtypeName(DType type)
{
    constexpr const char* kNames[] = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"};
    return kNames[static_cast<std::size_t>(type)];
}

std::size_t StoredTensor::elementCount() const
{
    std::size_t count = 1;
    for (const std::int64_t length : shape)
        count *= static_cast<std::size_t>(length);
    return count;
}

std::string StoredTensor::shapeText() const
{
    std::string text;
    for (const std::int64_t length : shape)
        text += (text.empty() ? "" : "x") + std::to_string(length);
    return text.empty() ? "scalar" : text;
}

StoredTensor StoredTensor::copyOf(DType type, std::vector<std::int64_t> shape, const void* bytes)
{
    StoredTensor tensor;
    tensor.type = type;
    tensor.shape = std::move(shape);
    const auto memory = allocateBytes(tensor.byteCount());
    if (!memory)
        throw std::bad_alloc();
    if (tensor.byteCount() > 0)
        std::memcpy(memory.get(), bytes, tensor.byteCount());
    tensor.data = memory.get();
    tensor.owner = memory;
    return tensor;
}

std::optional<std::size_t> checkedByteCount(DType type, const std::vector<std::int64_t>& shape)
{
    // Zero lengths come last, so that a huge shape is found out even where a zero would hide it.
    std::int64_t count = static_cast<std::int64_t>(bytesPerElement(type));
    bool isEmpty = false;
    for (const std::int64_t length : shape) {
        if (length < 0 || (length > 0 && __builtin_mul_overflow(count, length, &count)))
            return std::nullopt;
        isEmpty = isEmpty || length == 0;
    }
    return isEmpty ? 0 : static_cast<std::size_t>(count);
}

Result<StoredTensor> tensorOver(DType type, std::vector<std::int64_t> shape, const ByteView& bytes,
                                const std::string& subject)
{
    const auto needed = checkedByteCount(type, shape);
    if (!needed || *needed != bytes.size)
        return fail(ErrorCode::ModelBroken, subject, "a tensor's shape does not fit its bytes");
    StoredTensor tensor;
    tensor.type = type;
    tensor.shape = std::move(shape);
    tensor.data = bytes.data;
    tensor.owner = bytes.owner;
    if (reinterpret_cast<std::uintptr_t>(bytes.data) % bytesPerElement(type) == 0)
        return tensor;
    const auto memory = allocateBytes(bytes.size);
    if (!memory)
        return fail(ErrorCode::OutOfMemory, subject);
    if (bytes.size > 0)
        std::memcpy(memory.get(), bytes.data, bytes.size);
    tensor.data = memory.get();
    tensor.owner = memory;
    return tensor;
}

} // namespace fedefm
