// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace fedefm {

namespace {

using Named = std::pair<const std::string, StoredTensor>;

/// Wide elements first, then by name: without gaps, every tensor still lies on a multiple of its element
/// size.
std::vector<const Named*> dataOrder(const TensorFile& file)
{
    std::vector<const Named*> order;
    for (const Named& named : file.tensors)
        order.push_back(&named);
    std::stable_sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
        return bytesPerElement(a->second.type) > bytesPerElement(b->second.type);
    });
    return order;
}

std::string headerText(const TensorFile& file, const std::vector<const Named*>& order)
{
    nlohmann::json header = nlohmann::json::object(); // keeps names sorted
    if (!file.metadata.empty())
        header["__metadata__"] = file.metadata;
    std::size_t position = 0;
    for (const Named* named : order) {
        const std::size_t end = position + named->second.byteCount();
        header[named->first] = {{"dtype", dtypeName(named->second.type)},
                                {"shape", named->second.shape},
                                {"data_offsets", {position, end}}};
        position = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

std::array<char, 8> littleEndian(std::uint64_t value)
{
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
}

int writeAll(std::FILE* stream, const std::string& header, const std::vector<const Named*>& order)
{
    const auto put = [stream](const void* bytes, std::size_t count) {
        return count == 0 || std::fwrite(bytes, 1, count, stream) == count;
    };
    errno = 0;
    bool isFine = put(littleEndian(header.size()).data(), 8) && put(header.data(), header.size());
    for (const Named* named : order)
        isFine = isFine && put(named->second.data, named->second.byteCount());
    return isFine && std::fflush(stream) == 0 ? 0 : errno == 0 ? EIO : errno;
}

} // namespace

Status writeSafetensors(const std::filesystem::path& target, const TensorFile& tensors, Overwrite overwrite)
{
    if (tensors.tensors.count("__metadata__") > 0)
        return fail(ErrorCode::InvalidArgument, target.string(), "a tensor cannot be named __metadata__");
    const std::vector<const Named*> order = dataOrder(tensors);
    std::string header;
    try {
        header = headerText(tensors, order);
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::InvalidArgument, target.string(), "a name or metadata text is not UTF-8");
    }
    auto file = AtomicFile::create(target, overwrite);
    if (!file)
        return tl::unexpected(file.error());
    std::FILE* stream = std::fopen(file->temporaryPath().c_str(), "wb");
    int number = stream ? writeAll(stream, header, order) : errno;
    if (stream && std::fclose(stream) != 0 && number == 0)
        number = errno;
    if (number != 0)
        return fail(number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull : ErrorCode::WriteFailed,
                    target.string(), std::strerror(number));
    return file->commit();
}

} // namespace fedefm
