// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tensor_test_support.h"

#include <zip.h>

namespace fedefm::test {

/// Little endian.
inline std::string bytesOf(std::uint64_t value, int count)
{
    std::string bytes;
    for (int i = 0; i < count; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
}

inline std::string text(const std::string& value)
{
    return "X" + bytesOf(value.size(), 4) + value;
}

inline std::string integer(std::int64_t value)
{
    return "\x8a\x08" + bytesOf(static_cast<std::uint64_t>(value), 8);
}

inline std::string tuple(const std::vector<std::int64_t>& values)
{
    std::string bytes = "(";
    for (const std::int64_t value : values)
        bytes += integer(value);
    return bytes + "t";
}

/// A float tensor over storage "0" as torch.save writes it.
inline std::string tensor(std::int64_t stored, std::int64_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides,
                          const std::string& storageType = "torch\nFloatStorage")
{
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "c" + storageType + "\n" + text("0") +
           text("cpu") + integer(stored) + "tQ" + integer(offset) + tuple(shape) + tuple(strides) + "\x89" +
           "ccollections\nOrderedDict\n)RtR";
}

inline std::string dictionaryWith(const std::string& value)
{
    return "\x80\x02}(" + text("t") + value + "u.";
}

/// A zip archive with the entries, stored or deflated.
inline void writeZip(const std::filesystem::path& path,
                     const std::vector<std::pair<std::string, std::string_view>>& entries,
                     bool deflated = false)
{
    std::filesystem::remove(path);
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
    QVERIFY(archive);
    for (const auto& [name, bytes] : entries) {
        const auto index =
            zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
        QVERIFY(index >= 0);
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                                 deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    QCOMPARE(zip_close(archive), 0);
}

/// A .pth file around a pickle and the bytes of its storage "0".
inline void writeTorchFile(const std::filesystem::path& path, const std::string& pickle,
                           const std::string& storage, bool deflated = false)
{
    writeZip(path, {{"x/data.pkl", pickle}, {"x/data/0", storage}, {"x/version", "3\n"}}, deflated);
}

} // namespace fedefm::test
