// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/audit_log.h"

#include "core/base/atomic_file.h"
#include "core/base/clock.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm {

using nlohmann::ordered_json;

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kLongestText = 128;
constexpr std::array<const char*, 4> kKindNames{"weights", "visitor", "metrics", "control"};

tl::unexpected<Error> writeError(const fs::path& file, int number)
{
    const bool isFull = number == ENOSPC || number == EDQUOT;
    const bool isLocked = number == EWOULDBLOCK;
    return fail(isFull ? ErrorCode::DiskFull : ErrorCode::WriteFailed, file.string(),
                isLocked ? "another session writes to it" : std::strerror(number));
}

bool isObjectId(const std::string& text)
{
    return !text.empty() && text.size() <= kLongestText && std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 && (std::isalnum(byte) != 0 || std::strchr("._:/-", c));
    });
}

bool isDigest(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool isTime(const std::string& text)
{
    constexpr const char* kForm = "0000-00-00T00:00:00Z";
    return text.size() == std::strlen(kForm) &&
           std::equal(text.begin(), text.end(), kForm,
                      [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
}

/// What is wrong with an entry; null: nothing.
const char* faultOf(const AuditEntry& entry)
{
    if (!isTime(entry.utc))
        return "the time is not of the form 2026-01-31T12:00:00Z";
    if (!isObjectId(entry.object))
        return "the object's name has other characters than letters, digits and ._:/-, or is too long";
    if (!isDigest(entry.sha256))
        return "the SHA-256 is not 64 lower-case hexadecimal digits";
    if (!isReceiverName(entry.receiver))
        return "the receiver's name is empty, too long or has control characters";
    return nullptr;
}

/// Throws when the receiver is not UTF-8.
std::string lineOf(const AuditEntry& entry)
{
    const ordered_json line{{"v", kVersion},
                            {"utc", entry.utc},
                            {"round", entry.round},
                            {"object", entry.object},
                            {"kind", auditKindName(entry.kind)},
                            {"bytes", entry.bytes},
                            {"sha256", entry.sha256},
                            {"receiver", entry.receiver}};
    return line.dump() + "\n";
}

bool readEntry(std::string_view line, AuditEntry& entry)
{
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || json.value("v", nlohmann::json()) != kVersion)
        return false;
    const auto text = [&json](const char* key, std::string& value) {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_string())
            return false;
        value = found->get<std::string>();
        return true;
    };
    const auto number = [&json](const char* key, std::uint64_t& value) {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_number_unsigned())
            return false;
        value = found->get<std::uint64_t>();
        return true;
    };
    std::string kind;
    if (!text("utc", entry.utc) || !number("round", entry.round) || !text("object", entry.object) ||
        !text("kind", kind) || !number("bytes", entry.bytes) || !text("sha256", entry.sha256) ||
        !text("receiver", entry.receiver))
        return false;
    const auto found = std::find(kKindNames.begin(), kKindNames.end(), kind);
    if (found == kKindNames.end())
        return false;
    entry.kind = static_cast<AuditKind>(found - kKindNames.begin());
    return faultOf(entry) == nullptr;
}

/// 0, or the number of the error; `written` bytes are in the file.
int writeAll(int descriptor, std::string_view bytes, std::size_t& written)
{
    for (written = 0; written < bytes.size();) {
        const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno != EINTR)
            return errno;
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return 0;
}

/// A new name is safe only when its folder is on the disk too.
void syncFolder(const fs::path& file)
{
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

bool isReceiverName(const std::string& text)
{
    return !text.empty() && text.size() <= kLongestText && std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

const char* auditKindName(AuditKind kind)
{
    return kKindNames[static_cast<std::size_t>(kind)];
}

AuditLog::AuditLog(fs::path file, int descriptor, bool isLineOpen)
    : m_file(std::move(file)), m_descriptor(descriptor), m_isLineOpen(isLineOpen)
{
}

AuditLog::AuditLog(AuditLog&& other) noexcept
    : m_file(std::move(other.m_file)), m_descriptor(other.m_descriptor), m_isLineOpen(other.m_isLineOpen)
{
    other.m_descriptor = -1;
}

AuditLog::~AuditLog()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<AuditLog> AuditLog::open(const fs::path& file)
{
    // Not blocking: a named pipe of that name would stop the session for ever.
    const int descriptor = ::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (descriptor < 0)
        return writeError(file, errno);
    AuditLog log(file, descriptor, false);
    struct stat state
    {
    };
    if (::fstat(descriptor, &state) != 0)
        return writeError(file, errno);
    if (!S_ISREG(state.st_mode))
        return fail(ErrorCode::WriteFailed, file.string(), "not a file");
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return writeError(file, errno);
    // After the lock: the writer before may just have added a line.
    if (::fstat(descriptor, &state) != 0)
        return writeError(file, errno);
    char last = '\n';
    if (state.st_size > 0 && ::pread(descriptor, &last, 1, state.st_size - 1) != 1)
        return writeError(file, errno);
    log.m_isLineOpen = last != '\n';
    syncFolder(file);
    return log;
}

Status AuditLog::append(const AuditEntry& entry)
{
    AuditEntry complete = entry;
    if (complete.utc.empty())
        complete.utc = isoTimeUtc();
    if (const char* fault = faultOf(complete))
        return fail(ErrorCode::InvalidArgument, m_file.string(), fault);
    std::string bytes = m_isLineOpen ? "\n" : "";
    try {
        bytes += lineOf(complete);
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::InvalidArgument, m_file.string(), "the receiver's name is not UTF-8");
    }
    std::size_t written = 0;
    const int number = writeAll(m_descriptor, bytes, written);
    if (number != 0) {
        m_isLineOpen = written > 0 || m_isLineOpen;
        return writeError(m_file, number);
    }
    m_isLineOpen = false;
    if (::fdatasync(m_descriptor) != 0)
        return writeError(m_file, errno);
    return {};
}

Result<AuditRecord> readAuditLog(const fs::path& file)
{
    constexpr std::size_t kLimit = std::size_t{1} << 30;
    const auto bytes = readFile(file, kLimit);
    if (!bytes)
        return tl::unexpected(bytes.error());
    AuditRecord record;
    std::string_view rest = *bytes;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        AuditEntry entry;
        if (readEntry(rest.substr(0, end), entry))
            record.entries.push_back(std::move(entry));
        else
            record.brokenLines.push_back(number);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (record.entries.empty() && record.brokenLines.size() > 1)
        return fail(ErrorCode::NotRecognised, file.string(), "no line is an entry of an audit log");
    return record;
}

} // namespace fedefm
