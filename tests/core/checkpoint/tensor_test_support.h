// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/tensor_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <fstream>

namespace fedefm::test {

inline StoredTensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values)
{
    return StoredTensor::copyOf(DType::F32, std::move(shape), values.data());
}

inline void writeBytes(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<long>(bytes.size()));
}

inline std::string readBytes(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Empty where both hold the same names, types, shapes and bytes; else the first difference.
inline std::string difference(const TensorFile& actual, const TensorFile& expected)
{
    for (const auto& [name, tensor] : actual.tensors)
        if (expected.tensors.count(name) == 0)
            return name + " was not expected";
    for (const auto& [name, tensor] : expected.tensors) {
        const auto found = actual.tensors.find(name);
        if (found == actual.tensors.end())
            return name + " is missing";
        if (found->second.type != tensor.type || found->second.shape != tensor.shape)
            return name + " is " + dtypeName(found->second.type) + " " + found->second.shapeText();
        if (tensor.byteCount() > 0 && std::memcmp(found->second.data, tensor.data, tensor.byteCount()) != 0)
            return name + " has other values";
    }
    return {};
}

} // namespace fedefm::test
