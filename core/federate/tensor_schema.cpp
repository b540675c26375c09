// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/tensor_schema.h"

#include <cstring>

namespace fedefm {

namespace {

/// All exponent bits set means NaN or infinity; on bits the loop is vectorised.
bool isFiniteF32(const std::byte* bytes, std::size_t count)
{
    constexpr std::uint32_t kExponent = 0x7F800000U;
    bool isBad = false;
    for (std::size_t at = 0; at < count; ++at) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, bytes + at * sizeof bits, sizeof bits);
        isBad |= (bits & kExponent) == kExponent;
    }
    return !isBad;
}

std::string shapeOf(DType type, const std::vector<std::int64_t>& shape)
{
    StoredTensor tensor;
    tensor.shape = shape;
    return std::string(dtypeName(type)) + " " + tensor.shapeText();
}

} // namespace

void TensorSchema::add(const std::string& name, DType type, std::vector<std::int64_t> shape)
{
    m_entries[name] = {type, std::move(shape)};
}

TensorSchema TensorSchema::of(const TensorFile& tensors)
{
    TensorSchema schema;
    for (const auto& [name, tensor] : tensors.tensors)
        schema.add(name, tensor.type, tensor.shape);
    return schema;
}

std::size_t TensorSchema::byteCount() const
{
    std::size_t bytes = 0;
    for (const auto& [name, entry] : m_entries) {
        StoredTensor tensor;
        tensor.shape = entry.shape;
        tensor.type = entry.type;
        bytes += tensor.byteCount();
    }
    return bytes;
}

Status TensorSchema::check(const TensorFile& tensors, const std::string& subject) const
{
    if (!tensors.metadata.empty())
        return fail(ErrorCode::ReferenceMismatch, subject, "objects carry tensors only, no texts");
    for (const auto& [name, tensor] : tensors.tensors) {
        const auto entry = m_entries.find(name);
        if (entry == m_entries.end())
            return fail(ErrorCode::ReferenceMismatch, subject, "'" + name + "' is no tensor of the model");
        if (entry->second.type != tensor.type || entry->second.shape != tensor.shape)
            return fail(ErrorCode::ReferenceMismatch, subject,
                        "'" + name + "' is " + shapeOf(tensor.type, tensor.shape) + ", the model has " +
                            shapeOf(entry->second.type, entry->second.shape));
    }
    for (const auto& [name, entry] : m_entries)
        if (tensors.tensors.count(name) == 0)
            return fail(ErrorCode::ReferenceMismatch, subject, "'" + name + "' is missing");
    return {};
}

Status checkFinite(const TensorFile& tensors, const std::string& subject)
{
    for (const auto& [name, tensor] : tensors.tensors)
        if (tensor.type == DType::F32 && !isFiniteF32(tensor.data, tensor.elementCount()))
            return fail(ErrorCode::ModelBroken, subject, "'" + name + "' has values that are not finite");
    return {};
}

std::size_t byteCountOf(const TensorFile& tensors)
{
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : tensors.tensors)
        bytes += tensor.byteCount();
    return bytes;
}

} // namespace fedefm
