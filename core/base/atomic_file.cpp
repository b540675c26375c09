// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

tl::unexpected<Error> writeError(const fs::path& target, int number)
{
    const bool full = number == ENOSPC || number == EDQUOT;
    return fail(full ? ErrorCode::DiskFull : ErrorCode::WriteFailed, target.string(), std::strerror(number));
}

constexpr int kMaxLinks = 40; // as the kernel follows
constexpr int kMaxAttempts = 100;

/// What a chain of links ends at, whether that exists or not; empty for a circle.
fs::path behindLinks(fs::path path)
{
    std::error_code code;
    for (int i = 0; i < kMaxLinks; ++i) {
        if (!fs::is_symlink(fs::symlink_status(path, code)))
            return path;
        path = path.parent_path() / fs::read_symlink(path, code);
    }
    return {};
}

std::string randomLetters()
{
    static const std::string kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device device;
    std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
    std::string text;
    for (int i = 0; i < 10; ++i)
        text += kLetters[pick(device)];
    return text;
}

} // namespace

AtomicFile::AtomicFile(fs::path target, fs::path temporary)
    : m_target(std::move(target)), m_temporary(std::move(temporary))
{
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target)), m_temporary(std::move(other.m_temporary))
{
    other.m_temporary.clear();
}

AtomicFile::~AtomicFile()
{
    std::error_code ignored;
    if (!m_temporary.empty())
        fs::remove(m_temporary, ignored);
}

Result<AtomicFile> AtomicFile::create(const fs::path& target, Overwrite overwrite)
{
    std::error_code code;
    if (overwrite == Overwrite::No && fs::exists(target, code))
        return fail(ErrorCode::FileExists, target.string());
    const fs::path file = behindLinks(target);
    if (file.empty())
        return writeError(target, ELOOP);
    struct stat old
    {
    };
    const bool isOld = ::stat(file.c_str(), &old) == 0;
    // The extension stays last: video and picture writers choose their format by it. The stem is cut, or the
    // longest names that a file system allows could not be written.
    const std::string stem = file.stem().string().substr(0, 64);
    fs::path temporary;
    int descriptor = -1;
    for (int i = 0; i < kMaxAttempts && descriptor < 0 && (i == 0 || errno == EEXIST); ++i) {
        temporary = file.parent_path() / ("." + stem + "." + randomLetters() + file.extension().string());
        // Not mkstemp: its mode ignores the umask, which cannot be read without changing it for all threads.
        descriptor = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, isOld ? 0600 : 0666);
    }
    if (descriptor < 0)
        return writeError(target, errno);
    if (isOld) // a file that its owner closed to others stays closed
        ::fchmod(descriptor, old.st_mode & 0777);
    ::close(descriptor);
    return AtomicFile(file, temporary);
}

Status AtomicFile::commit()
{
    const int descriptor = ::open(m_temporary.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return writeError(m_target, errno);
    const int syncError = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (syncError != 0)
        return writeError(m_target, syncError);
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0)
        return writeError(m_target, errno);
    m_temporary.clear();
    return {};
}

Status writeFile(const fs::path& target, std::string_view bytes, Overwrite overwrite)
{
    auto file = AtomicFile::create(target, overwrite);
    if (!file)
        return tl::unexpected(file.error());
    const int descriptor = ::open(file->temporaryPath().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (descriptor < 0)
        return writeError(target, errno);
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            const int number = errno;
            ::close(descriptor);
            return writeError(target, number);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(descriptor);
    return file->commit();
}

Result<std::string> readFile(const fs::path& path, std::size_t limit)
{
    std::error_code code;
    if (!fs::exists(path, code))
        return fail(ErrorCode::FileNotFound, path.string());
    const auto size = fs::file_size(path, code);
    if (code)
        return fail(ErrorCode::FileUnreadable, path.string(), code.message());
    if (size > limit)
        return fail(ErrorCode::TooLarge, path.string(),
                    std::to_string(size) + " bytes, limit " + std::to_string(limit));
    std::ifstream stream(path, std::ios::binary);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    if (!stream.read(bytes.data(), static_cast<std::streamsize>(size)))
        return fail(ErrorCode::FileUnreadable, path.string());
    return bytes;
}

} // namespace fedefm
