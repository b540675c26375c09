// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_private.h"

#include <cstring>

namespace fedefm {

namespace {

torch::ScalarType scalarTypeOf(DType type)
{
    switch (type) {
    case DType::F64:
        return torch::kFloat64;
    case DType::F32:
        return torch::kFloat32;
    case DType::F16:
        return torch::kFloat16;
    case DType::BF16:
        return torch::kBFloat16;
    case DType::I64:
        return torch::kInt64;
    case DType::I32:
        return torch::kInt32;
    case DType::I16:
        return torch::kInt16;
    case DType::I8:
        return torch::kInt8;
    case DType::U8:
        return torch::kUInt8;
    case DType::Bool:
        return torch::kBool;
    }
    return torch::kFloat32;
}

DType dtypeOf(torch::ScalarType type)
{
    for (const DType candidate : {DType::F64, DType::F32, DType::F16, DType::BF16, DType::I64, DType::I32,
                                  DType::I16, DType::I8, DType::U8, DType::Bool})
        if (scalarTypeOf(candidate) == type)
            return candidate;
    return DType::F32;
}

} // namespace

std::string shapeText(const torch::Tensor& tensor)
{
    std::string text;
    for (const std::int64_t side : tensor.sizes())
        text += (text.empty() ? "" : "x") + std::to_string(side);
    return text.empty() ? "scalar" : text;
}

torch::Tensor toTensor(const StoredTensor& stored)
{
    const auto options = torch::TensorOptions().dtype(scalarTypeOf(stored.type));
    torch::Tensor tensor = torch::empty(stored.shape, options);
    // Not from_blob: memory-mapped bytes need not be aligned for their type.
    if (stored.byteCount() > 0)
        std::memcpy(tensor.data_ptr(), stored.data, stored.byteCount());
    return tensor;
}

StoredTensor toStored(const torch::Tensor& tensor)
{
    torch::Tensor plain = tensor.detach().to(torch::kCPU);
    const DType type = dtypeOf(plain.scalar_type());
    plain = plain.to(scalarTypeOf(type)).contiguous();
    return StoredTensor::copyOf(type, plain.sizes().vec(), plain.data_ptr());
}

} // namespace fedefm
