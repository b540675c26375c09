// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace fedefm {

enum class Overwrite { No, Yes };

/// A file that appears under its name only when whole: written beside it, synced, renamed by commit().
/// Without commit() nothing is left behind. For libraries that write to a path themselves, hand them
/// temporaryPath().
class AtomicFile
{
public:
    /// A new file gets the permissions that the umask leaves, an existing one keeps its own; a link stays and
    /// the file behind it is written.
    /// Errors: FileExists when `target` exists and overwriting is not allowed; WriteFailed when the folder is
    /// missing.
    static Result<AtomicFile> create(const std::filesystem::path& target, Overwrite overwrite);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    const std::filesystem::path& temporaryPath() const { return m_temporary; }

    /// Flushes to the disk and renames. Errors: DiskFull, WriteFailed; the older file is then unchanged.
    Status commit();

private:
    AtomicFile(std::filesystem::path target, std::filesystem::path temporary);

    std::filesystem::path m_target;
    std::filesystem::path m_temporary;
};

/// Writes `bytes` as the whole content of `target`.
Status writeFile(const std::filesystem::path& target, std::string_view bytes, Overwrite overwrite);

/// Reads a whole file of at most `limit` bytes. Errors: FileNotFound, FileUnreadable, TooLarge.
Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit);

} // namespace fedefm
