// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/file_bytes_private.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fedefm {

Result<FileBytes> FileBytes::open(const std::filesystem::path& path)
{
    // Non-blocking, or a named pipe would hold the caller for ever.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return fail(errno == ENOENT ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable, path.string(),
                    std::strerror(errno));
    FileBytes bytes(descriptor, 0);
    struct stat status
    {
    };
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ErrorCode::FileUnreadable, path.string(), "not a regular file");
    bytes.m_size = static_cast<std::uint64_t>(status.st_size);
    return bytes;
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size), m_failed(other.m_failed)
{
}

FileBytes::~FileBytes()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::uint8_t FileBytes::byte(std::uint64_t offset)
{
    if (offset < m_blockStart || offset - m_blockStart >= m_blockLength) {
        const ssize_t got = offset < m_size ? ::pread(m_descriptor, m_block.data(), m_block.size(),
                                                      static_cast<off_t>(offset))
                                            : 0;
        m_blockStart = offset;
        m_blockLength = got > 0 ? static_cast<std::size_t>(got) : 0;
        if (m_blockLength == 0) {
            m_failed = true;
            return 0;
        }
    }
    return m_block[static_cast<std::size_t>(offset - m_blockStart)];
}

std::uint64_t FileBytes::littleEndian(std::uint64_t offset, int bytes)
{
    std::uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; --i)
        value = (value << 8) | byte(offset + static_cast<std::uint64_t>(i));
    return value;
}

std::uint64_t FileBytes::bigEndian(std::uint64_t offset, int bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
        value = (value << 8) | byte(offset + static_cast<std::uint64_t>(i));
    return value;
}

std::string FileBytes::text(std::uint64_t offset, std::size_t count)
{
    std::string result;
    for (std::uint64_t i = offset; i < m_size && result.size() < count; ++i)
        result += static_cast<char>(byte(i));
    return result;
}

} // namespace fedefm
