// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/byte_source_private.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fedefm::dicom {

namespace {

class FileSource final : public ByteSource
{
public:
    FileSource(int descriptor, std::uint64_t size) : m_descriptor(descriptor), m_size(size) {}
    ~FileSource() override { ::close(m_descriptor); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    std::uint64_t size() const override { return m_size; }

    bool read(std::uint64_t offset, void* out, std::size_t count) const override
    {
        if (offset > m_size || count > m_size - offset)
            return false;
        auto* target = static_cast<std::uint8_t*>(out);
        while (count > 0) {
            const ssize_t got = ::pread(m_descriptor, target, count, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return false;
            target += got;
            offset += static_cast<std::uint64_t>(got);
            count -= static_cast<std::size_t>(got);
        }
        return true;
    }

private:
    int m_descriptor;
    std::uint64_t m_size;
};

class MemorySource final : public ByteSource
{
public:
    explicit MemorySource(Bytes bytes) : m_bytes(std::move(bytes)) {}

    std::uint64_t size() const override { return m_bytes.size(); }

    bool read(std::uint64_t offset, void* out, std::size_t count) const override
    {
        if (offset > m_bytes.size() || count > m_bytes.size() - offset)
            return false;
        if (count > 0)
            std::memcpy(out, m_bytes.data() + offset, count);
        return true;
    }

private:
    Bytes m_bytes;
};

} // namespace

Result<ByteSourcePtr> openFileSource(const std::filesystem::path& file)
{
    // Non-blocking, because opening a named pipe would otherwise wait for a writer.
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const int reason = errno;
        const auto code =
            reason == ENOENT || reason == ENOTDIR ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable;
        return fail(code, file.string(), std::strerror(reason));
    }
    struct stat status
    {
    };
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        return fail(ErrorCode::FileUnreadable, file.string(), "not a regular file");
    }
    return std::make_shared<const FileSource>(descriptor, static_cast<std::uint64_t>(status.st_size));
}

ByteSourcePtr memorySource(Bytes bytes)
{
    return std::make_shared<const MemorySource>(std::move(bytes));
}

const std::uint8_t* ByteWindow::at(std::uint64_t offset, std::size_t count)
{
    if (offset >= m_start && offset + count <= m_start + m_filled)
        return m_buffer.data() + (offset - m_start);
    const std::uint64_t size = m_source.size();
    if (offset > size || count > size - offset)
        return nullptr;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(m_buffer.size(), size - offset));
    m_filled = 0;
    if (!m_source.read(offset, m_buffer.data(), wanted))
        return nullptr;
    m_start = offset;
    m_filled = wanted;
    return m_buffer.data();
}

} // namespace fedefm::dicom
