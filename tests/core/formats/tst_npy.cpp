// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/npy.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

namespace fs = std::filesystem;
using namespace fedefm;

class TestNpy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void writesHeaderAndValues()
    {
        const fs::path target = path("a.npy");
        auto writer = NpyWriter::create(target, "<u2", {2, 1, 3}, Overwrite::No);
        QVERIFY(writer);
        const std::uint16_t first[3]{1, 2, 65535};
        const std::uint16_t second[3]{256, 0, 7};
        QVERIFY(writer->append(first, sizeof first));
        QVERIFY(writer->append(second, sizeof second));
        QVERIFY(!fs::exists(target));
        QVERIFY(writer->finish());

        const std::string bytes = *readFile(target, 4096);
        QCOMPARE(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
        const std::size_t headerLength =
            static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
        QCOMPARE((10 + headerLength) % 64, std::size_t(0));
        QCOMPARE(bytes.size(), 10 + headerLength + 12);
        const std::string header = bytes.substr(10, headerLength);
        QVERIFY(header.find("'descr': '<u2'") != std::string::npos);
        QVERIFY(header.find("'fortran_order': False") != std::string::npos);
        QVERIFY(header.find("'shape': (2, 1, 3, )") != std::string::npos);
        QCOMPARE(header.back(), '\n');
        QCOMPARE(std::memcmp(bytes.data() + 10 + headerLength, first, 6), 0);
        QCOMPARE(std::memcmp(bytes.data() + 10 + headerLength + 6, second, 6), 0);
    }

    void tooFewValuesLeaveNoFile()
    {
        const fs::path target = path("short.npy");
        {
            auto writer = NpyWriter::create(target, "|u1", {4}, Overwrite::No);
            QVERIFY(writer);
            QVERIFY(writer->append("abc", 3));
            const auto finished = writer->finish();
            QVERIFY(!finished);
            QVERIFY(finished.error().code == ErrorCode::Internal);
        }
        QVERIFY(fs::is_empty(target.parent_path()));
    }

    void tooManyValuesAreRefused()
    {
        auto writer = NpyWriter::create(path("long.npy"), "|u1", {2}, Overwrite::No);
        QVERIFY(writer);
        QVERIFY(!writer->append("abc", 3));
        QVERIFY(writer->append("ab", 2));
        QVERIFY(writer->finish());
    }

    void refusesWhatItCannotWrite()
    {
        QVERIFY(NpyWriter::create(path("t.npy"), "<f4", {1}, Overwrite::No).error().code ==
                ErrorCode::InvalidArgument);
        const std::size_t huge = std::size_t(1) << 40;
        QVERIFY(NpyWriter::create(path("h.npy"), "<u2", {huge, huge}, Overwrite::No).error().code ==
                ErrorCode::TooLarge);
        QVERIFY(writeFile(path("old.npy"), "old", Overwrite::No));
        QVERIFY(NpyWriter::create(path("old.npy"), "|u1", {1}, Overwrite::No).error().code ==
                ErrorCode::FileExists);
        QCOMPARE(*readFile(path("old.npy"), 10), std::string("old"));
    }

    void typeCodes()
    {
        QCOMPARE(npyType(PixelType::U8), "|u1");
        QCOMPARE(npyType(PixelType::U16), "<u2");
        QCOMPARE(npyType(PixelType::I16), "<i2");
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(TestNpy)
#include "tst_npy.moc"
