// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/tensor_file_model.h"

#include "core/model/checkpoint/mapped_file.h"

#include <atomic>
#include <cstring>

namespace fedefm {

namespace {

/// A merge reads a piece of each of a hundred files in turn: together they must not stay in memory.
void noteRead(std::size_t bytes)
{
    constexpr std::size_t kBetweenReleases = std::size_t{256} << 20;
    static std::atomic<std::size_t> sinceRelease{0};
    if (sinceRelease.fetch_add(bytes) + bytes < kBetweenReleases)
        return;
    sinceRelease = 0;
    releaseMappedPages();
}

} // namespace

TensorFileModel::TensorFileModel(TensorFile tensors)
{
    for (auto& [name, tensor] : tensors.tensors) {
        if (tensor.type != DType::F32)
            continue;
        m_schema.push_back({name, tensor.shape});
        m_tensors.push_back(std::move(tensor));
    }
}

Status TensorFileModel::read(std::size_t tensor, std::size_t offset, std::size_t count, float* values)
{
    const std::size_t size = tensor < m_tensors.size() ? m_tensors[tensor].elementCount() : 0;
    if (offset > size || count > size - offset)
        return fail(ErrorCode::OutOfRange, "tensor " + std::to_string(tensor));
    // Bytes of a file need not be aligned.
    if (count > 0)
        std::memcpy(values, m_tensors[tensor].data + offset * sizeof(float), count * sizeof(float));
    noteRead(count * sizeof(float));
    return {};
}

} // namespace fedefm
