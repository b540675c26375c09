// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QTemporaryDir>
#include <QTest>
#include <sqlite3.h>

namespace fedefm::test {

namespace fs = std::filesystem;

/// A fresh folder of runs, and short ways to make and look at them.
class RunFixture
{
public:
    std::unique_ptr<RunWriter> make(const std::string& name = "test")
    {
        RunWriter::Start start;
        start.name = name;
        start.seed = 18446744073709551615ULL;
        start.epochsPlanned = 5;
        start.architecture = "unet";
        start.threads = 2;
        start.config = {{"epochs", 5}};
        start.split = {{"train", {"a", "b"}}};
        auto run = RunWriter::create(root(), start);
        if (!run)
            qFatal("%s", describe(run.error()).c_str());
        return std::move(*run);
    }
    static RunSummary summaryOf(const fs::path& folder)
    {
        const auto reader = RunReader::open(folder);
        if (!reader)
            qFatal("%s", describe(reader.error()).c_str());
        return *(*reader)->summary();
    }
    static void execute(const fs::path& folder, const char* sql, int expected = SQLITE_OK)
    {
        sqlite3* handle = nullptr;
        sqlite3_open((folder / "run.sqlite").c_str(), &handle);
        const int code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
        sqlite3_close(handle);
        QCOMPARE(code, expected);
    }
    fs::path root() const { return fs::path(m_folder.path().toStdString()) / "runs"; }

private:
    QTemporaryDir m_folder;
};

inline std::vector<double> values(const RunReader::Curve& curve)
{
    std::vector<double> list;
    for (const MetricPoint& point : curve.points)
        list.push_back(point.value);
    return list;
}

} // namespace fedefm::test
