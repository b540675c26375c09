// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace fedefm::dicom {

using Bytes = std::vector<std::uint8_t>;

/// Random access to bytes, from any thread. Files are read by position and not mapped: a file that shrinks
/// under us must give an error, not a signal.
class ByteSource
{
public:
    virtual ~ByteSource() = default;
    virtual std::uint64_t size() const = 0;
    /// Fills `out` with `count` bytes from `offset`; false when they are not all there.
    virtual bool read(std::uint64_t offset, void* out, std::size_t count) const = 0;
};

using ByteSourcePtr = std::shared_ptr<const ByteSource>;

/// Errors: FileNotFound, FileUnreadable (also for folders, pipes and devices).
Result<ByteSourcePtr> openFileSource(const std::filesystem::path& file);
ByteSourcePtr memorySource(Bytes bytes);

/// Small reads at growing offsets, through a window, so that walking a header costs few system calls. Not for
/// threads.
class ByteWindow
{
public:
    explicit ByteWindow(const ByteSource& source) : m_source(source) {}

    /// Pointer to `count` (at most 64) bytes at `offset`, or null when they are not there. Valid until the
    /// next call.
    const std::uint8_t* at(std::uint64_t offset, std::size_t count);
    const ByteSource& source() const { return m_source; }

private:
    const ByteSource& m_source;
    std::array<std::uint8_t, 4096> m_buffer{};
    std::uint64_t m_start = 0;
    std::size_t m_filled = 0;
};

inline std::uint16_t u16(const std::uint8_t* p, bool bigEndian)
{
    return static_cast<std::uint16_t>(bigEndian ? (p[0] << 8 | p[1]) : (p[1] << 8 | p[0]));
}

inline std::uint32_t u32(const std::uint8_t* p, bool bigEndian)
{
    const std::uint32_t first = u16(p, bigEndian);
    const std::uint32_t second = u16(p + 2, bigEndian);
    return bigEndian ? (first << 16 | second) : (second << 16 | first);
}

inline std::uint64_t u64(const std::uint8_t* p, bool bigEndian)
{
    const std::uint64_t first = u32(p, bigEndian);
    const std::uint64_t second = u32(p + 4, bigEndian);
    return bigEndian ? (first << 32 | second) : (second << 32 | first);
}

} // namespace fedefm::dicom
