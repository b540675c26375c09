// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fedefm {

/// What an object that leaves a silo is.
enum class AuditKind { Weights, Visitor, Metrics, Control };
const char* auditKindName(AuditKind kind); ///< "weights", "visitor", "metrics", "control"

/// One object on its way out. Texts hold no patient data: only identifiers fit in.
struct AuditEntry
{
    std::string utc; ///< "2026-01-31T12:00:00Z"; empty: now
    std::uint64_t round = 0;
    std::string object; ///< letters, digits and ._:/- only, at most 128
    AuditKind kind = AuditKind::Weights;
    std::uint64_t bytes = 0;
    std::string sha256; ///< 64 lower-case hexadecimal digits
    std::string
        receiver; ///< name of a silo as the plan has it, UTF-8 of at most 128 bytes, no control characters
};

/// Whether a silo may be called so, as AuditEntry::receiver.
bool isReceiverName(const std::string& text);

/// A silo's record of all that has left it: one JSON object per line, which is only ever added to.
///   {"v":1,"utc":"…","round":3,"object":"w/0/3","kind":"weights","bytes":19372972,"sha256":"…","receiver":"Dublin"}
/// The entry is written before the object is sent, so the log can name one that did not leave in the end, and
/// never misses one. A line that was cut off by a crash is closed and stays.
class AuditLog
{
public:
    /// Makes the file (readable by its owner only) or goes on with it. Errors: WriteFailed, also while
    /// another process or object writes to it; DiskFull.
    static Result<AuditLog> open(const std::filesystem::path& file);
    AuditLog(AuditLog&& other) noexcept;
    AuditLog& operator=(AuditLog&&) = delete;
    ~AuditLog();

    /// On the disk when it returns. Errors: InvalidArgument for an entry that is out of form; WriteFailed,
    /// DiskFull: the object must not leave then.
    Status append(const AuditEntry& entry);

private:
    AuditLog(std::filesystem::path file, int descriptor, bool isLineOpen);

    std::filesystem::path m_file;
    int m_descriptor = -1;
    bool m_isLineOpen = false;
};

struct AuditRecord
{
    std::vector<AuditEntry> entries;
    /// 1-based numbers of lines that are no entries: cut off by a crash, or changed by somebody.
    std::vector<std::size_t> brokenLines;
};

/// May be called while another process writes; a last line that is not yet whole counts as broken.
/// Errors: those of readFile (limit 1 GiB); NotRecognised when no line is an entry of a known version.
Result<AuditRecord> readAuditLog(const std::filesystem::path& file);

} // namespace fedefm
