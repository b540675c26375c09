// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/federate/privacy/audit_log.h"
#include "core/federate/privacy/sha256.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fedefm;
namespace fs = std::filesystem;

namespace {

AuditEntry entryOf(std::uint64_t round)
{
    AuditEntry entry;
    entry.utc = "2026-01-31T12:00:00Z";
    entry.round = round;
    entry.object = "w/0/" + std::to_string(round);
    entry.kind = AuditKind::Visitor;
    entry.bytes = 19372972;
    entry.sha256 = *sha256Hex("abc", 3);
    entry.receiver = "São Paulo";
    return entry;
}

std::string textOf(const fs::path& file)
{
    return *readFile(file, 1U << 20);
}

std::vector<std::uint64_t> roundsOf(const AuditRecord& record)
{
    std::vector<std::uint64_t> rounds;
    for (const AuditEntry& entry : record.entries)
        rounds.push_back(entry.round);
    return rounds;
}

} // namespace

class TestAuditLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_file = fs::path(m_folder->path().toStdString()) / "audit.jsonl";
    }

    /// FIPS 180-4's examples.
    void hashes()
    {
        QCOMPARE(*sha256Hex("", 0),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(*sha256Hex("abc", 3),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        Sha256 parts;
        for (int i = 0; i < 1000; ++i)
            parts.add(std::string(1000, 'a').data(), 1000);
        QCOMPARE(*parts.finish(),
                 std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
        parts.add("abc", 3); // begins anew
        QCOMPARE(*parts.finish(), *sha256Hex("abc", 3));
    }

    void writesOneLinePerObject()
    {
        auto log = AuditLog::open(m_file);
        QVERIFY(log);
        QVERIFY(log->append(entryOf(3)));
        QCOMPARE(textOf(m_file), std::string("{\"v\":1,\"utc\":\"2026-01-31T12:00:00Z\",\"round\":3,"
                                             "\"object\":\"w/0/3\",\"kind\":\"visitor\","
                                             "\"bytes\":19372972,\"sha256\":\"") +
                                     *sha256Hex("abc", 3) + "\",\"receiver\":\"São Paulo\"}\n");
        struct stat state
        {
        };
        QCOMPARE(::stat(m_file.c_str(), &state), 0);
        QCOMPARE(state.st_mode & 0777U, 0600U);
        AuditEntry now = entryOf(4);
        now.utc.clear();
        QVERIFY(log->append(now));
        const auto record = readAuditLog(m_file);
        QVERIFY(record);
        QCOMPARE(roundsOf(*record), (std::vector<std::uint64_t>{3, 4}));
        QVERIFY(record->brokenLines.empty());
        const AuditEntry& first = record->entries[0];
        QCOMPARE(first.object, entryOf(3).object);
        QCOMPARE(first.kind, AuditKind::Visitor);
        QCOMPARE(first.bytes, entryOf(3).bytes);
        QCOMPARE(first.receiver, entryOf(3).receiver);
        QVERIFY(record->entries[1].utc > first.utc);
    }

    void goesOnWithAnOldLog()
    {
        for (std::uint64_t round = 0; round < 3; ++round)
            QVERIFY(AuditLog::open(m_file)->append(entryOf(round)));
        QCOMPARE(roundsOf(*readAuditLog(m_file)), (std::vector<std::uint64_t>{0, 1, 2}));
    }

    /// A crash can cut the last line anywhere: what stood before is read, what comes after is whole.
    void survivesATornLine()
    {
        {
            auto log = AuditLog::open(m_file);
            QVERIFY(log->append(entryOf(0)));
            QVERIFY(log->append(entryOf(1)));
        }
        const std::string whole = textOf(m_file);
        const std::size_t first = whole.find('\n') + 1;
        for (std::size_t cut = first; cut <= whole.size(); cut += cut + 8 < whole.size() ? 7 : 1) {
            QVERIFY(writeFile(m_file, whole.substr(0, cut), Overwrite::Yes));
            const auto before = readAuditLog(m_file);
            QVERIFY(before);
            QCOMPARE(before->entries[0].round, std::uint64_t(0));
            QVERIFY(AuditLog::open(m_file)->append(entryOf(2)));
            QCOMPARE(textOf(m_file).substr(0, cut), whole.substr(0, cut)); // nothing is taken away
            const auto record = readAuditLog(m_file);
            QVERIFY(record);
            const bool isWhole = cut + 1 >= whole.size(); // only the line's end was missing
            const auto expected =
                isWhole ? std::vector<std::uint64_t>{0, 1, 2} : std::vector<std::uint64_t>{0, 2};
            QCOMPARE(roundsOf(*record), expected);
            const bool isTorn = !isWhole && cut > first;
            QCOMPARE(record->brokenLines, isTorn ? std::vector<std::size_t>{2} : std::vector<std::size_t>{});
        }
    }

    /// What append() has returned for is in the file when the process is killed.
    void survivesKill()
    {
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto log = AuditLog::open(m_file);
            for (std::uint64_t round = 0; log && round < 5; ++round)
                if (!log->append(entryOf(round)))
                    ::_exit(1);
            (void)!::write(ready[1], "x", 1);
            ::pause();
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t(1));
        QVERIFY(!AuditLog::open(m_file)); // one writer at a time
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ready[0]);
        ::close(ready[1]);
        QCOMPARE(readAuditLog(m_file)->entries.size(), std::size_t(5));
        QVERIFY(AuditLog::open(m_file));
    }

    void oneWriterAtATime()
    {
        auto log = AuditLog::open(m_file);
        const auto second = AuditLog::open(m_file);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::WriteFailed);
        AuditLog moved = std::move(*log);
        QVERIFY(!AuditLog::open(m_file));
        QVERIFY(moved.append(entryOf(1)));
    }

    /// A file that cannot grow: the entry is refused, and the next one stands on a line of its own.
    void aFullDiskIsReported()
    {
        auto log = AuditLog::open(m_file);
        QVERIFY(log->append(entryOf(0)));
        struct rlimit old
        {
        };
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        struct rlimit tight = old;
        tight.rlim_cur = textOf(m_file).size() + 20;
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
        const auto refused = log->append(entryOf(1));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!refused);
        QVERIFY(log->append(entryOf(2)));
        const auto record = readAuditLog(m_file);
        QCOMPARE(roundsOf(*record), (std::vector<std::uint64_t>{0, 2}));
        QCOMPARE(record->brokenLines, (std::vector<std::size_t>{2}));
    }

    /// Free text, and with it a patient's name, does not fit into an entry.
    void refusesEntriesOutOfForm()
    {
        auto log = AuditLog::open(m_file);
        const auto refuses = [&log](const std::function<void(AuditEntry&)>& change) {
            AuditEntry entry = entryOf(1);
            change(entry);
            const auto appended = log->append(entry);
            return !appended && appended.error().code == ErrorCode::InvalidArgument;
        };
        for (const char* object : {"", "Doe^John", "Doe, John", "w\n0", "größe", "a b"})
            QVERIFY2(refuses([object](AuditEntry& entry) { entry.object = object; }), object);
        QVERIFY(refuses([](AuditEntry& entry) { entry.object = std::string(129, 'w'); }));
        QVERIFY(refuses([](AuditEntry& entry) { entry.sha256 = "abc"; }));
        QVERIFY(refuses([](AuditEntry& entry) { entry.sha256[5] = 'G'; }));
        QVERIFY(refuses([](AuditEntry& entry) { entry.utc = "yesterday"; }));
        for (const char* receiver : {"", "a\nb", "\xFF\xFE"})
            QVERIFY2(refuses([receiver](AuditEntry& entry) { entry.receiver = receiver; }), receiver);
        QVERIFY(textOf(m_file).empty());
    }

    void readsHostileFiles()
    {
        QCOMPARE(readAuditLog(m_file).error().code, ErrorCode::FileNotFound);
        const std::string good =
            "{\"v\":1,\"utc\":\"2026-01-31T12:00:00Z\",\"round\":3,\"object\":\"w\",\"kind\":\"weights\","
            "\"bytes\":1,\"sha256\":\"" +
            std::string(64, 'a') + "\",\"receiver\":\"b\"}";
        const auto with = [&good](const std::string& from, const std::string& to) {
            std::string line = good;
            return line.replace(line.find(from), from.size(), to);
        };
        const std::vector<std::string> bad{"",
                                           "{",
                                           "[]",
                                           "null",
                                           "{}",
                                           "{\"v\":1}",
                                           std::string(100000, '['),
                                           with("\"v\":1", "\"v\":2"),
                                           with("\"round\":3", "\"round\":-3"),
                                           with("\"round\":3", "\"round\":\"3\""),
                                           with("weights", "images"),
                                           with("aaaa", "AAAA"),
                                           with("\"b\"", "7"),
                                           with("\"w\"", "\"Doe^J\"")};
        std::string text = good + "\n";
        for (const std::string& line : bad)
            text += line + "\n";
        text += good;
        QVERIFY(writeFile(m_file, text, Overwrite::Yes));
        const auto record = readAuditLog(m_file);
        QVERIFY(record);
        QCOMPARE(record->entries.size(), std::size_t(2));
        QCOMPARE(record->brokenLines.size(), bad.size());
        QVERIFY(writeFile(m_file, "no\nlog\n", Overwrite::Yes));
        QCOMPARE(readAuditLog(m_file).error().code, ErrorCode::NotRecognised);
        QVERIFY(writeFile(m_file, "", Overwrite::Yes));
        QVERIFY(readAuditLog(m_file)->entries.empty());
    }

    void refusesWhatIsNoFile()
    {
        QVERIFY(!AuditLog::open(m_folder->path().toStdString()));
        QVERIFY(!AuditLog::open("/dev/full"));
        QVERIFY(!AuditLog::open(m_file / "below" / "audit.jsonl"));
        QCOMPARE(::mkfifo(m_file.c_str(), 0600), 0);
        QVERIFY(!AuditLog::open(m_file));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_file;
};

QTEST_APPLESS_MAIN(TestAuditLog)
#include "tst_audit_log.moc"
