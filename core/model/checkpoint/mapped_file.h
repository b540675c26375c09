// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace fedefm {

/// Bytes and who keeps them alive.
struct ByteView
{
    const std::byte* data = nullptr;
    std::size_t size = 0;
    std::shared_ptr<const void> owner;

    std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
    /// The caller has checked that the part lies inside.
    ByteView part(std::size_t offset, std::size_t length) const { return {data + offset, length, owner}; }
};

/// A file mapped for reading. Errors: FileNotFound, FileUnreadable.
Result<ByteView> mapFile(const std::filesystem::path& file);

/// Pages of mapped files count as memory of this process once they were read. This gives them all back; who
/// reads on gets them again from the system's cache.
void releaseMappedPages();

} // namespace fedefm
