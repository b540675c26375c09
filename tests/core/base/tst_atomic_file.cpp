// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace fedefm;
namespace fs = std::filesystem;

class TestAtomicFile : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    /// Files in the folder whatever their name, so that forgotten temporary files show.
    static int filesBeside(const fs::path& file)
    {
        return static_cast<int>(
            std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()));
    }

private Q_SLOTS:
    void init()
    {
        for (const auto& entry : fs::directory_iterator(path("")))
            fs::remove_all(entry.path());
    }

    void writesTheWholeContent()
    {
        std::string bytes(3'000'000, 'x');
        bytes[1'234'567] = '\0';
        QVERIFY(writeFile(path("a.bin"), bytes, Overwrite::No));
        QCOMPARE(*readFile(path("a.bin"), bytes.size()), bytes);
        QCOMPARE(filesBeside(path("a.bin")), 1);
    }

    void emptyFile()
    {
        QVERIFY(writeFile(path("empty"), "", Overwrite::No));
        QCOMPARE(*readFile(path("empty"), 0), std::string());
    }

    void existingFileNeedsPermission()
    {
        QVERIFY(writeFile(path("a"), "old", Overwrite::No));
        const Status refused = writeFile(path("a"), "new", Overwrite::No);
        QCOMPARE(refused.error().code, ErrorCode::FileExists);
        QCOMPARE(*readFile(path("a"), 10), std::string("old"));
        QVERIFY(writeFile(path("a"), "new", Overwrite::Yes));
        QCOMPARE(*readFile(path("a"), 10), std::string("new"));
    }

    void withoutCommitNothingChanges()
    {
        QVERIFY(writeFile(path("a.txt"), "old", Overwrite::No));
        {
            auto file = AtomicFile::create(path("a.txt"), Overwrite::Yes);
            QVERIFY(file.has_value());
            QCOMPARE(file->temporaryPath().extension(), fs::path(".txt"));
            QCOMPARE(filesBeside(path("a.txt")), 2);
        }
        QCOMPARE(filesBeside(path("a.txt")), 1);
        QCOMPARE(*readFile(path("a.txt"), 10), std::string("old"));
    }

    void failedWriteKeepsTheOldFile()
    {
        QVERIFY(writeFile(path("a"), "old", Overwrite::No));
        // A file size limit makes write() fail as a full disk does.
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{1000, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const Status status = writeFile(path("a"), std::string(5000, 'n'), Overwrite::Yes);
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);

        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::WriteFailed);
        QCOMPARE(status.error().subject, path("a").string());
        QCOMPARE(*readFile(path("a"), 10), std::string("old"));
        QCOMPARE(filesBeside(path("a")), 1);
    }

    void missingFolderIsAnError()
    {
        const Status status = writeFile(path("no/such/file"), "x", Overwrite::No);
        QCOMPARE(status.error().code, ErrorCode::WriteFailed);
    }

    void folderAsTargetIsAnErrorAndStays()
    {
        fs::create_directory(path("folder"));
        QCOMPARE(writeFile(path("folder"), "x", Overwrite::Yes).error().code, ErrorCode::WriteFailed);
        QVERIFY(fs::is_directory(path("folder")));
        QCOMPARE(filesBeside(path("folder")), 1);
    }

    void longestNameCanBeWritten()
    {
        const fs::path longest = path(std::string(255, 'n').c_str());
        QVERIFY(writeFile(longest, "x", Overwrite::No));
        QCOMPARE(*readFile(longest, 1), std::string("x"));
    }

    void permissionsOfAnOlderFileStay()
    {
        QVERIFY(writeFile(path("private"), "old", Overwrite::No));
        QCOMPARE(::chmod(path("private").c_str(), 0600), 0);
        QVERIFY(writeFile(path("private"), "new", Overwrite::Yes));
        QCOMPARE(static_cast<int>(fs::status(path("private")).permissions()), 0600);
    }

    void newFilesFollowTheUmask_data()
    {
        QTest::addColumn<int>("mask");
        QTest::addColumn<int>("mode");
        QTest::newRow("private") << 077 << 0600;
        QTest::newRow("group") << 002 << 0664;
        QTest::newRow("usual") << 022 << 0644;
    }
    void newFilesFollowTheUmask()
    {
        QFETCH(int, mask);
        const mode_t before = ::umask(static_cast<mode_t>(mask));
        const bool written = writeFile(path("new"), "x", Overwrite::No).has_value();
        ::umask(before);
        QVERIFY(written);
        QTEST(static_cast<int>(fs::status(path("new")).permissions()), "mode");
    }

    void linksStayAndTheirTargetIsWritten()
    {
        fs::create_directory(path("elsewhere"));
        QVERIFY(writeFile(path("elsewhere/real.txt"), "old", Overwrite::No));
        fs::create_symlink("elsewhere/real.txt", path("first.txt"));
        fs::create_symlink("first.txt", path("second.txt"));
        QCOMPARE(writeFile(path("second.txt"), "new", Overwrite::No).error().code, ErrorCode::FileExists);
        QVERIFY(writeFile(path("second.txt"), "new", Overwrite::Yes));
        QVERIFY(fs::is_symlink(path("second.txt")));
        QVERIFY(fs::is_symlink(path("first.txt")));
        QCOMPARE(*readFile(path("elsewhere/real.txt"), 10), std::string("new"));
        QCOMPARE(filesBeside(path("elsewhere/real.txt")), 1);

        fs::create_symlink("elsewhere/later.txt", path("dangling.txt"));
        QVERIFY(writeFile(path("dangling.txt"), "x", Overwrite::No));
        QCOMPARE(*readFile(path("elsewhere/later.txt"), 10), std::string("x"));

        fs::create_symlink("circle", path("circle"));
        QCOMPARE(writeFile(path("circle"), "x", Overwrite::Yes).error().code, ErrorCode::WriteFailed);
        QVERIFY(fs::is_symlink(path("circle")));
    }

    void movedFileCommitsOnce()
    {
        auto file = AtomicFile::create(path("m"), Overwrite::No);
        AtomicFile moved = std::move(*file);
        QVERIFY(moved.commit());
        QVERIFY(fs::exists(path("m")));
    }

    void readErrors()
    {
        QCOMPARE(readFile(path("none"), 10).error().code, ErrorCode::FileNotFound);
        QCOMPARE(readFile(path(""), 10).error().code, ErrorCode::FileUnreadable);
        QVERIFY(writeFile(path("a"), "12345", Overwrite::No));
        QCOMPARE(readFile(path("a"), 4).error().code, ErrorCode::TooLarge);
        QCOMPARE(*readFile(path("a"), 5), std::string("12345"));
    }
};

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
