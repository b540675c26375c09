// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace fedefm {

/// Random access to the bytes of a file for header readers, without loading it. Reading beyond the end gives
/// 0 and sets failed(), so that a header reader checks once instead of after every byte.
class FileBytes
{
public:
    /// Errors: FileNotFound, FileUnreadable (also for folders and devices).
    static Result<FileBytes> open(const std::filesystem::path& path);

    FileBytes(FileBytes&& other) noexcept;
    FileBytes& operator=(FileBytes&&) = delete;
    ~FileBytes();

    std::uint64_t size() const { return m_size; }
    bool failed() const { return m_failed; }
    bool holds(std::uint64_t offset, std::uint64_t count) const
    {
        return offset <= m_size && count <= m_size - offset;
    }

    std::uint8_t byte(std::uint64_t offset);
    std::uint64_t littleEndian(std::uint64_t offset, int bytes);
    std::uint64_t bigEndian(std::uint64_t offset, int bytes);
    std::string text(std::uint64_t offset, std::size_t count); ///< shorter at the end of the file

private:
    FileBytes(int descriptor, std::uint64_t size) : m_descriptor(descriptor), m_size(size) {}

    int m_descriptor;
    std::uint64_t m_size;
    bool m_failed = false;
    std::array<std::uint8_t, 1024> m_block{};
    std::uint64_t m_blockStart = 0;
    std::size_t m_blockLength = 0;
};

} // namespace fedefm
