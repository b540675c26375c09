// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace fedefm {

/// Names of what a run folder holds.
inline constexpr const char* kRunDatabaseName = "run.sqlite";
inline constexpr int kRunSchemaVersion = 1;

/// One statement; binds from the left, reads from the left. NaN is stored as NULL, as SQLite does.
class RunStatement
{
public:
    RunStatement(sqlite3* database, const std::string& sql);
    ~RunStatement();
    RunStatement(const RunStatement&) = delete;
    RunStatement& operator=(const RunStatement&) = delete;

    RunStatement& bind(std::int64_t value);
    RunStatement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
    RunStatement& bind(double value);
    RunStatement& bind(const std::string& value);

    /// True while a row is there. After false, failed() tells whether it was an error.
    bool next();
    bool failed() const { return m_code != 0; }
    int code() const { return m_code; }
    /// For the next set of values.
    void reset();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;

private:
    sqlite3_stmt* m_statement = nullptr;
    int m_code = 0;
    int m_bound = 0;
};

/// A connection to run.sqlite. Not for several threads at once.
class RunDatabase
{
public:
    enum class Mode { Create, Write, Read };
    /// Errors: FileNotFound, FileUnreadable (damaged, no run, made by a newer version), WriteFailed,
    /// DiskFull.
    static Result<std::unique_ptr<RunDatabase>> open(const std::filesystem::path& folder, Mode mode);
    ~RunDatabase();
    RunDatabase(const RunDatabase&) = delete;
    RunDatabase& operator=(const RunDatabase&) = delete;

    RunStatement statement(const std::string& sql) const { return RunStatement(m_handle, sql); }
    /// Runs statements without values.
    Status execute(const std::string& sql);
    /// Steps a statement that returns no rows.
    Status finish(RunStatement& statement);
    std::int64_t lastRow() const;
    /// What went wrong last, as an error of this file.
    tl::unexpected<Error> error(int code) const;

private:
    RunDatabase(std::filesystem::path file, Mode mode);
    Status connect();
    Status prepare();
    Status checkSchema();

    std::filesystem::path m_file;
    Mode m_mode;
    sqlite3* m_handle = nullptr;
};

/// BEGIN IMMEDIATE; rolled back unless committed.
class RunTransaction
{
public:
    explicit RunTransaction(RunDatabase& database);
    ~RunTransaction();
    RunTransaction(const RunTransaction&) = delete;
    RunTransaction& operator=(const RunTransaction&) = delete;
    const Status& begun() const { return m_begun; }
    Status commit();

private:
    RunDatabase& m_database;
    Status m_begun;
    bool m_isOpen = false;
};

} // namespace fedefm
