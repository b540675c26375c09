// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_study.h"
#include "dicom_test_support.h"
#include "test_data.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <fstream>

using namespace fedefm;
using namespace fedefm::test;

namespace fs = std::filesystem;

namespace {

bool writeOne(const fs::path& file, const char* patient, const char* date, std::uint64_t seed)
{
    fs::create_directories(file.parent_path());
    XaDescription description;
    description.identity.patientId = patient;
    description.identity.patientName = "Doe^Jane";
    description.identity.studyDate = date;
    description.uidSeed = seed;
    return bool(writeXa(file, PatternSequence(8, 8, 2), description, false));
}

StudyScan scan(const fs::path& path)
{
    auto result = scanStudies(path, CancelToken(), {}, {});
    return result ? std::move(*result) : StudyScan{};
}

/// A DICOMDIR (implicit little endian) whose records name `ids`; the offsets form a circle.
void writeDicomDir(const fs::path& file, const std::vector<std::string>& ids)
{
    std::string bytes(128, '\0');
    const auto number = [](std::uint32_t v, int size) {
        std::string text;
        for (int i = 0; i < size; ++i)
            text += static_cast<char>(v >> (8 * i));
        return text;
    };
    const auto element = [&](std::uint32_t group, std::uint32_t tag, std::string value) {
        if (value.size() % 2 != 0)
            value += ' ';
        return number(group, 2) + number(tag, 2) + number(static_cast<std::uint32_t>(value.size()), 4) +
               value;
    };
    const auto explicitUi = [&](std::uint32_t tag, std::string value) {
        if (value.size() % 2 != 0)
            value += '\0';
        return number(2, 2) + number(tag, 2) + "UI" + number(static_cast<std::uint32_t>(value.size()), 2) +
               value;
    };
    bytes += "DICM" + explicitUi(2, "1.2.840.10008.1.3.10") + explicitUi(3, "1.2.3") +
             explicitUi(16, "1.2.840.10008.1.2");
    std::string items;
    for (const std::string& id : ids) {
        const std::string record =
            element(4, 0x1400, number(400, 4)) + element(4, 0x1410, number(0xFFFF, 2)) +
            element(4, 0x1420, number(400, 4)) + element(4, 0x1430, "IMAGE") + element(4, 0x1500, id);
        items += number(0xE000FFFE, 4) + number(static_cast<std::uint32_t>(record.size()), 4) + record;
    }
    bytes += element(4, 0x1130, "TEST") + element(4, 0x1200, number(400, 4)) +
             element(4, 0x1202, number(400, 4)) + element(4, 0x1212, number(0, 2)) +
             element(4, 0x1220, items);
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

} // namespace

class TestDicomStudy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sortsAFolder()
    {
        QTemporaryDir folder;
        QVERIFY(writeOne(in(folder, "z/1.dcm"), "A", "20200101", 1));
        QVERIFY(writeOne(in(folder, "a/2"), "B", "20190101", 2));
        QVERIFY(writeOne(in(folder, "a/3"), "A", "20180101", 3));
        std::ofstream(in(folder, "notes.txt")) << "not an image";
        std::ofstream(in(folder, "empty.dcm"));

        int told = 0;
        int done = 0;
        const auto result = scanStudies(
            in(folder, ""), CancelToken(), [&done](int now, int total) { done = now * 100 + total; },
            [&told](const StudyEntry&) { ++told; });
        QVERIFY(result);
        QCOMPARE(result->filesSeen, 5);
        QCOMPARE(told, 3);
        QCOMPARE(done, 505);
        QVERIFY(result->problems.empty());
        QCOMPARE(static_cast<int>(result->entries.size()), 3);
        QCOMPARE(result->entries[0].identity.studyDate, std::string("2018-01-01"));
        QCOMPARE(result->entries[1].identity.studyDate, std::string("2020-01-01"));
        QCOMPARE(result->entries[2].identity.patientId, std::string("B"));
        QCOMPARE(result->entries[0].kind, std::string("image"));
        QCOMPARE(result->entries[0].frameCount, 2);
        QCOMPARE(result->entries[0].rows, 8);
        QCOMPARE(result->entries[0].identity.patientName, std::string("Doe, Jane"));
    }

    void stopsWhenCancelled()
    {
        QTemporaryDir folder;
        for (int i = 0; i < 5; ++i)
            QVERIFY(writeOne(in(folder, ("f" + std::to_string(i)).c_str()), "A", "",
                             static_cast<unsigned>(i) + 1));
        const CancelToken cancel;
        const auto result =
            scanStudies(in(folder, ""), cancel, {}, [&cancel](const StudyEntry&) { cancel.cancel(); });
        QVERIFY(result);
        QCOMPARE(static_cast<int>(result->entries.size()), 1);
    }

    void followsADicomDir()
    {
        QTemporaryDir folder;
        QVERIFY(writeOne(in(folder, "disc/IMAGES/im1.dcm"), "A", "20200101", 1));
        QVERIFY(writeOne(in(folder, "disc/Images2/IM2"), "A", "20200101", 2));
        QVERIFY(writeOne(in(folder, "secret.dcm"), "X", "20200101", 3));
        QVERIFY(writeOne(in(folder, "disc/unnamed.dcm"), "X", "20200101", 4));
        fs::create_symlink(in(folder, "secret.dcm"), in(folder, "disc/LINK"));
        const auto file = in(folder, "disc/DICOMDIR");
        writeDicomDir(file,
                      {"IMAGES\\IM1.DCM;1", "IMAGES2\\IM2", "..\\secret.dcm", "/etc/passwd", "LINK", "NONE"});
        const auto result = scanStudies(file, CancelToken(), {}, {});
        QVERIFY2(result, result ? "" : describe(result.error()).c_str());
        QCOMPARE(static_cast<int>(result->entries.size()), 2);
        QCOMPARE(static_cast<int>(result->problems.size()), 4);
        for (const StudyEntry& entry : result->entries)
            QCOMPARE(entry.identity.patientId, std::string("A"));
        QCOMPARE(result->problems.back().code, ErrorCode::FileNotFound);
    }

    void leavesOutLinksToOutside()
    {
        QTemporaryDir folder;
        QVERIFY(writeOne(in(folder, "out/a.dcm"), "A", "", 1));
        QVERIFY(writeOne(in(folder, "in/b.dcm"), "B", "", 2));
        fs::create_symlink(in(folder, "out/a.dcm"), in(folder, "in/link.dcm"));
        fs::create_directory_symlink(in(folder, "out"), in(folder, "in/sub"));
        fs::create_directory_symlink(in(folder, "in"), in(folder, "in/loop"));
        const StudyScan found = scan(in(folder, "in"));
        QCOMPARE(static_cast<int>(found.entries.size()), 1);
        QCOMPARE(found.entries[0].identity.patientId, std::string("B"));
    }

    void takesASingleFile()
    {
        QTemporaryDir folder;
        QVERIFY(writeOne(in(folder, "a.dcm"), "A", "", 1));
        QCOMPARE(static_cast<int>(scan(in(folder, "a.dcm")).entries.size()), 1);
        QCOMPARE(scanStudies(in(folder, "none"), CancelToken(), {}, {}).error().code,
                 ErrorCode::FileNotFound);
    }

    void namesTheKindsOfObjects()
    {
        const auto folder = realData("other/dicom_objects");
        NEEDS_REAL_DATA(folder);
        std::map<std::string, int> kinds;
        for (const StudyEntry& entry : scan(folder).entries)
            ++kinds[entry.kind];
        QCOMPARE(kinds, (std::map<std::string, int>{{"image", 2}, {"PR", 1}, {"SEG", 3}, {"SR", 3}}));
    }

    void survivesHostileFiles()
    {
        const auto folder = realData("hostile");
        NEEDS_REAL_DATA(folder);
        QElapsedTimer timer;
        timer.start();
        const StudyScan found = scan(folder);
        QVERIFY(found.filesSeen > 50);
        QVERIFY(!found.problems.empty());
        QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));
        for (const Error& problem : found.problems)
            QVERIFY(!problem.subject.empty());
    }

    void readsManyFilesQuickly()
    {
        QTemporaryDir folder;
        QVERIFY(writeOne(in(folder, "f.dcm"), "A", "20200101", 1));
        constexpr int kFiles = 2000;
        for (int i = 0; i < kFiles; ++i)
            fs::copy_file(in(folder, "f.dcm"), in(folder, (std::to_string(i) + ".dcm").c_str()));
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(static_cast<int>(scan(in(folder, "")).entries.size()), kFiles + 1);
        const double perSecond = 1000.0 * kFiles / std::max<qint64>(1, timer.elapsed());
        qInfo("%.0f files per second", perSecond);
#ifdef NDEBUG
        // A quarter of what is promised, so that a busy machine does not fail.
        QVERIFY(perSecond > 500);
#endif
    }
};

QTEST_GUILESS_MAIN(TestDicomStudy)
#include "tst_dicom_study.moc"
