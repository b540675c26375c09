// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/checkpoint_private.h"

#ifdef FEDEFM_HAS_ZIP
#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <zip.h>
#endif

namespace fedefm {

#ifdef FEDEFM_HAS_ZIP

namespace {

constexpr std::int64_t kMaxInt32 = 0x7FFFFFFF;

const char* storageName(DType type)
{
    constexpr const char* kNames[] = {"Double", "Float", "Half", "BFloat16", "Long",
                                      "Int",    "Short", "Char", "Byte",     "Bool"};
    return kNames[static_cast<std::size_t>(type)];
}

void appendLittleEndian(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFF);
}

void appendText(std::string& out, const std::string& text)
{
    out += 'X';
    appendLittleEndian(out, text.size(), 4);
    out += text;
}

void appendInteger(std::string& out, std::int64_t value)
{
    if (value <= kMaxInt32) {
        out += 'J';
        appendLittleEndian(out, static_cast<std::uint64_t>(value), 4);
    } else {
        out += "\x8a\x08";
        appendLittleEndian(out, static_cast<std::uint64_t>(value), 8);
    }
}

void appendTuple(std::string& out, const std::vector<std::int64_t>& values)
{
    out += '(';
    for (const std::int64_t value : values)
        appendInteger(out, value);
    out += 't';
}

std::vector<std::int64_t> rowMajorStrides(const std::vector<std::int64_t>& shape)
{
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i > 1; --i)
        strides[i - 2] = strides[i - 1] * std::max<std::int64_t>(shape[i - 1], 1);
    return strides;
}

constexpr const char* kEmptyOrderedDict = "ccollections\nOrderedDict\n)R";

void appendTensor(std::string& out, const StoredTensor& tensor, const std::string& key)
{
    out += "ctorch._utils\n_rebuild_tensor_v2\n((";
    appendText(out, "storage");
    out += std::string("ctorch\n") + storageName(tensor.type) + "Storage\n";
    appendText(out, key);
    appendText(out, "cpu");
    appendInteger(out, static_cast<std::int64_t>(tensor.elementCount()));
    out += "tQ";
    appendInteger(out, 0);
    appendTuple(out, tensor.shape);
    appendTuple(out, rowMajorStrides(tensor.shape));
    out += '\x89';
    out += kEmptyOrderedDict;
    out += "tR";
}

std::string pickleOf(const TensorFile& file)
{
    std::string out = std::string("\x80\x02") + kEmptyOrderedDict + '(';
    std::size_t key = 0;
    for (const auto& [name, tensor] : file.tensors) {
        appendText(out, name);
        appendTensor(out, tensor, std::to_string(key++));
    }
    return out + "u.";
}

/// Entries are stored, not packed, and carry no time: equal tensors give equal bytes.
bool addEntry(zip_t* archive, const std::string& name, const void* bytes, std::size_t count)
{
    zip_source_t* source = zip_source_buffer(archive, bytes, count, 0);
    const zip_int64_t index =
        source ? zip_file_add(archive, ("archive/" + name).c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) {
        if (source)
            zip_source_free(source);
        return false;
    }
    const auto position = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t kFirstDay = 33; // 1 January 1980
    return zip_set_file_compression(archive, position, ZIP_CM_STORE, 0) == 0 &&
           zip_file_set_dostime(archive, position, 0, kFirstDay, 0) == 0;
}

bool addAll(zip_t* archive, const std::string& pickle, const std::string& metadata, const TensorFile& file)
{
    static constexpr char kVersion[] = "3\n";
    bool isFine = addEntry(archive, "data.pkl", pickle.data(), pickle.size());
    std::size_t key = 0;
    for (const auto& [name, tensor] : file.tensors)
        isFine =
            isFine && addEntry(archive, "data/" + std::to_string(key++), tensor.data, tensor.byteCount());
    if (!file.metadata.empty())
        isFine = isFine && addEntry(archive, kMetadataEntry, metadata.data(), metadata.size());
    return isFine && addEntry(archive, "version", kVersion, 2);
}

tl::unexpected<Error> zipFailure(const std::filesystem::path& target, const zip_error_t* error)
{
    const int number = zip_error_system_type(error) == ZIP_ET_SYS ? zip_error_code_system(error) : 0;
    const bool full = number == ENOSPC || number == EDQUOT;
    zip_error_t copy = *error;
    return fail(full ? ErrorCode::DiskFull : ErrorCode::WriteFailed, target.string(),
                zip_error_strerror(&copy));
}

} // namespace

Status writePth(const std::filesystem::path& target, const TensorFile& tensors, Overwrite overwrite)
{
    auto file = AtomicFile::create(target, overwrite);
    if (!file)
        return tl::unexpected(file.error());
    const std::string pickle = pickleOf(tensors);
    const std::string metadata =
        nlohmann::json(tensors.metadata).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    int code = 0;
    zip_t* archive = zip_open(file->temporaryPath().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!archive) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        return zipFailure(target, &error);
    }
    if (!addAll(archive, pickle, metadata, tensors) || zip_close(archive) != 0) {
        const auto failure = zipFailure(target, zip_get_error(archive));
        zip_discard(archive);
        return failure;
    }
    return file->commit();
}

#else

Status writePth(const std::filesystem::path& target, const TensorFile&, Overwrite)
{
    return fail(ErrorCode::InvalidArgument, target.string(),
                "this build writes no zip archives; write safetensors");
}

#endif

} // namespace fedefm
