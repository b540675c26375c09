// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/tensor_spill.h"

#include "core/federate/tensor_schema.h"
#include "core/model/checkpoint/mapped_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kAlignment = 64;

std::size_t padded(std::size_t bytes)
{
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// The same tensors over memory that holds them behind each other.
TensorFile overMemory(const TensorFile& tensors, const std::byte* memory,
                      const std::shared_ptr<const void>& owner)
{
    TensorFile result;
    result.metadata = tensors.metadata;
    std::size_t position = 0;
    for (const auto& [name, tensor] : tensors.tensors) {
        StoredTensor copy = tensor;
        copy.data = memory + position;
        copy.owner = owner;
        position += padded(tensor.byteCount());
        result.tensors.emplace_hint(result.tensors.end(), name, std::move(copy));
    }
    return result;
}

int writeAll(std::FILE* stream, const TensorFile& tensors)
{
    static const char kZeros[kAlignment] = {};
    errno = 0;
    for (const auto& [name, tensor] : tensors.tensors) {
        const std::size_t bytes = tensor.byteCount();
        const std::size_t gap = padded(bytes) - bytes;
        if ((bytes > 0 && std::fwrite(tensor.data, 1, bytes, stream) != bytes) ||
            (gap > 0 && std::fwrite(kZeros, 1, gap, stream) != gap))
            return errno == 0 ? EIO : errno;
    }
    return std::fflush(stream) == 0 ? 0 : errno;
}

} // namespace

Result<TensorFile> copyInMemory(const TensorFile& tensors)
{
    std::size_t total = 0;
    for (const auto& [name, tensor] : tensors.tensors)
        total += padded(tensor.byteCount());
    const auto memory = std::shared_ptr<std::byte>(
        static_cast<std::byte*>(std::aligned_alloc(kAlignment, std::max(total, kAlignment))),
        [](std::byte* p) { std::free(p); });
    if (!memory)
        return fail(ErrorCode::OutOfMemory, std::to_string(total) + " bytes");
    TensorFile result = overMemory(tensors, memory.get(), memory);
    for (const auto& [name, tensor] : tensors.tensors)
        if (const std::size_t bytes = tensor.byteCount())
            std::memcpy(const_cast<std::byte*>(result.tensors.at(name).data), tensor.data, bytes);
    return result;
}

Result<TensorFile> spillTensors(const TensorFile& tensors, const fs::path& file)
{
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    std::FILE* stream = std::fopen(file.c_str(), "wb");
    int number = stream ? writeAll(stream, tensors) : errno;
    if (stream && std::fclose(stream) != 0 && number == 0)
        number = errno;
    if (number != 0) {
        fs::remove(file, failed);
        return fail(number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull : ErrorCode::WriteFailed,
                    file.string(), std::strerror(number));
    }
    const auto mapped = mapFile(file);
    if (!mapped)
        return tl::unexpected(mapped.error());
    return overMemory(tensors, mapped->data, mapped->owner);
}

} // namespace fedefm
