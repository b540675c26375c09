// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/run_database_private.h"
#include "core/train/run_schema_private.h"

#include <cctype>
#include <cstring>
#include <limits>
#include <sqlite3.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr int kApplicationId = 0x4645464D; // "FEFM"
constexpr int kBusyMs = 10'000;
constexpr std::size_t kProbeBytes = 65536;

/// SQLite reports a quota, and shared memory that finds no room, as faults of the drive like any other:
/// whether there is room must be tried.
bool isDiskFull(int code, const fs::path& folder)
{
    if ((code & 0xFF) == SQLITE_FULL)
        return true;
    if ((code & 0xFF) != SQLITE_IOERR && (code & 0xFF) != SQLITE_CANTOPEN)
        return false;
    const fs::path probe = folder / "room.tmp";
    const auto written = writeFile(probe, std::string(kProbeBytes, 'x'), Overwrite::Yes);
    std::error_code ignored;
    fs::remove(probe, ignored);
    return !written && written.error().code == ErrorCode::DiskFull;
}

bool isFaultOfWriting(int code)
{
    switch (code & 0xFF) {
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return true;
    default:
        return false;
    }
}

/// Percent-escaped for an SQLite URI.
std::string uriPath(const fs::path& path)
{
    static const char* const kDigits = "0123456789ABCDEF";
    std::string text;
    for (const char c : fs::absolute(path).string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::strchr("/._-", c) != nullptr)
            text += c;
        else
            text += std::string("%") + kDigits[byte >> 4] + kDigits[byte & 15];
    }
    return text;
}

} // namespace

RunStatement::RunStatement(sqlite3* database, const std::string& sql)
{
    m_code = sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &m_statement, nullptr);
}

RunStatement::~RunStatement()
{
    sqlite3_finalize(m_statement);
}

RunStatement& RunStatement::bind(std::int64_t value)
{
    if (m_code == SQLITE_OK)
        m_code = sqlite3_bind_int64(m_statement, ++m_bound, value);
    return *this;
}

RunStatement& RunStatement::bind(double value)
{
    if (m_code == SQLITE_OK)
        m_code = sqlite3_bind_double(m_statement, ++m_bound, value);
    return *this;
}

RunStatement& RunStatement::bind(const std::string& value)
{
    if (m_code == SQLITE_OK)
        m_code = sqlite3_bind_text(m_statement, ++m_bound, value.data(), static_cast<int>(value.size()),
                                   SQLITE_TRANSIENT);
    return *this;
}

bool RunStatement::next()
{
    if (m_code != SQLITE_OK)
        return false;
    const int code = sqlite3_step(m_statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        m_code = code;
    return code == SQLITE_ROW;
}

void RunStatement::reset()
{
    if (m_code == SQLITE_OK)
        m_code = sqlite3_reset(m_statement);
    m_bound = 0;
}

std::int64_t RunStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double RunStatement::real(int column) const
{
    if (sqlite3_column_type(m_statement, column) == SQLITE_NULL)
        return std::numeric_limits<double>::quiet_NaN();
    return sqlite3_column_double(m_statement, column);
}

std::string RunStatement::text(int column) const
{
    const auto* bytes = sqlite3_column_text(m_statement, column);
    const int count = sqlite3_column_bytes(m_statement, column);
    return bytes ? std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count))
                 : std::string();
}

RunDatabase::RunDatabase(fs::path file, Mode mode) : m_file(std::move(file)), m_mode(mode) {}

RunDatabase::~RunDatabase()
{
    sqlite3_close_v2(m_handle);
}

tl::unexpected<Error> RunDatabase::error(int code) const
{
    const std::string detail = m_handle ? sqlite3_errmsg(m_handle) : sqlite3_errstr(code);
    if (m_mode != Mode::Read && isDiskFull(code, m_file.parent_path()))
        return fail(ErrorCode::DiskFull, m_file.string(), detail);
    const bool isWriting = m_mode != Mode::Read && isFaultOfWriting(code);
    return fail(isWriting ? ErrorCode::WriteFailed : ErrorCode::FileUnreadable, m_file.string(), detail);
}

Result<std::unique_ptr<RunDatabase>> RunDatabase::open(const fs::path& folder, Mode mode)
{
    const fs::path file = folder / kRunDatabaseName;
    std::error_code ignored;
    if (mode != Mode::Create && !fs::exists(file, ignored))
        return fail(ErrorCode::FileNotFound, file.string(), "no run store");
    std::unique_ptr<RunDatabase> database(new RunDatabase(file, mode));
    if (auto connected = database->connect(); !connected)
        return tl::unexpected(connected.error());
    if (auto prepared = database->prepare(); !prepared)
        return tl::unexpected(prepared.error());
    return database;
}

Status RunDatabase::connect()
{
    std::string name = "file:" + uriPath(m_file);
    int flags = SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX;
    if (m_mode == Mode::Create)
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    else if (m_mode == Mode::Write)
        flags |= SQLITE_OPEN_READWRITE;
    else
        flags |= SQLITE_OPEN_READONLY;
    // A log cannot be opened where no lock files can be made, as on a read-only drive.
    if (m_mode == Mode::Read && ::access(m_file.parent_path().c_str(), W_OK) != 0 &&
        ::access((m_file.string() + "-shm").c_str(), R_OK) != 0)
        name += "?immutable=1";
    const int code = sqlite3_open_v2(name.c_str(), &m_handle, flags, nullptr);
    if (code != SQLITE_OK)
        return error(code);
    sqlite3_extended_result_codes(m_handle, 1);
    sqlite3_busy_timeout(m_handle, kBusyMs);
    return {};
}

Status RunDatabase::prepare()
{
    if (auto set = execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"); !set)
        return set;
    if (m_mode == Mode::Read)
        return checkSchema();
    // FULL: a value that addMetrics() took survives a loss of power.
    if (auto set = execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"); !set)
        return set;
    if (m_mode == Mode::Write)
        return checkSchema();
    return execute("BEGIN;" + runSchemaSql() + "PRAGMA application_id = " + std::to_string(kApplicationId) +
                   "; PRAGMA user_version = " + std::to_string(kRunSchemaVersion) + "; COMMIT;");
}

Status RunDatabase::checkSchema()
{
    for (const auto& [pragma, isVersion] :
         {std::pair("application_id", false), std::pair("user_version", true)}) {
        RunStatement question(m_handle, std::string("PRAGMA ") + pragma);
        if (!question.next())
            return error(question.code());
        const std::int64_t value = question.integer(0);
        if (!isVersion && value != kApplicationId)
            return fail(ErrorCode::FileUnreadable, m_file.string(), "no run store of this program");
        if (isVersion && (value < 1 || value > kRunSchemaVersion))
            return fail(ErrorCode::FileUnreadable, m_file.string(),
                        "schema " + std::to_string(value) + ", known up to " +
                            std::to_string(kRunSchemaVersion));
    }
    return {};
}

Status RunDatabase::execute(const std::string& sql)
{
    const int code = sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return error(code);
    return {};
}

Status RunDatabase::finish(RunStatement& statement)
{
    while (statement.next()) {
    }
    if (statement.failed())
        return error(statement.code());
    return {};
}

std::int64_t RunDatabase::lastRow() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

RunTransaction::RunTransaction(RunDatabase& database) : m_database(database)
{
    m_begun = m_database.execute("BEGIN IMMEDIATE");
    m_isOpen = m_begun.has_value();
}

RunTransaction::~RunTransaction()
{
    if (m_isOpen)
        m_database.execute("ROLLBACK");
}

Status RunTransaction::commit()
{
    auto committed = m_database.execute("COMMIT");
    if (committed)
        m_isOpen = false;
    return committed;
}

} // namespace fedefm
