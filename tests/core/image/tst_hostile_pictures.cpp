// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/image/picture_sequence.h"

#include "tests/test_data.h"

#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fedefm;
using fedefm::test::realData;
namespace fs = std::filesystem;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false; // sanitizers reserve terabytes of address space
#else
constexpr bool kLimitsMemory = true;
#endif

struct Outcome
{
    bool exited = false;   ///< no signal, so no crash and no time-out
    bool hasError = false; ///< the file was refused at the open or at a frame
    long peakKib = 0;
};

bool hasErrorWhenRead(const fs::path& file)
{
    const auto sequence = openPicture(file);
    if (!sequence)
        return true;
    for (int i = 0; i < (*sequence)->info().frameCount; ++i)
        if (!(*sequence)->read(i))
            return true;
    return false;
}

/// Reads the file in a child that has 5 s and 2 GiB.
Outcome readInChild(const fs::path& file)
{
    const pid_t child = fork();
    if (child == 0) {
        if (kLimitsMemory) {
            const rlimit memory{2UL << 30, 2UL << 30};
            setrlimit(RLIMIT_AS, &memory);
        }
        const rlimit noCore{0, 0};
        setrlimit(RLIMIT_CORE, &noCore);
        std::signal(SIGABRT, SIG_DFL);
        std::signal(SIGSEGV, SIG_DFL);
        std::signal(SIGALRM, SIG_DFL);
        alarm(5);
        _exit(hasErrorWhenRead(file) ? 7 : 0);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    return {WIFEXITED(status), WIFEXITED(status) && WEXITSTATUS(status) == 7, usage.ru_maxrss};
}

std::string number(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 255);
    return text;
}

std::string entry(int tag, int type, std::uint32_t count, std::uint32_t value)
{
    return number(static_cast<std::uint32_t>(tag), 2) + number(static_cast<std::uint32_t>(type), 2) +
           number(count, 4) + number(value, 4);
}

/// A 4×4 grey TIFF whose directory starts at 24, with one more entry if given.
std::string tiff(std::uint32_t width, std::uint32_t rowsPerStrip, std::uint32_t next, std::uint32_t strip = 8)
{
    const std::string entries = entry(256, 4, 1, width) + entry(257, 4, 1, 4) + entry(258, 3, 1, 8) +
                                entry(259, 3, 1, 1) + entry(262, 3, 1, 1) + entry(273, 4, 1, strip) +
                                entry(277, 3, 1, 1) + entry(278, 4, 1, rowsPerStrip) + entry(279, 4, 1, 16);
    return std::string("II*\0", 4) + number(24, 4) + "0123456789abcdef" + number(9, 2) + entries +
           number(next, 4);
}

} // namespace

class TestHostilePictures : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    fs::path write(const std::string& bytes) const
    {
        const fs::path file = fs::path(m_folder.path().toStdString()) / "hostile.bin";
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes; // no sync: there are hundreds
        return file;
    }

    ErrorCode errorOf(const std::string& bytes) const
    {
        const auto sequence = openPicture(write(bytes));
        if (!sequence)
            return sequence.error().code;
        const auto frame = (*sequence)->read(0);
        return frame ? ErrorCode::Internal : frame.error().code;
    }

    std::string samplePng() const
    {
        std::vector<std::uint8_t> pixels(24 * 17 * 3);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(i * i);
        const fs::path file = fs::path(m_folder.path().toStdString()) / "sample.png";
        static_cast<void>(writePng(file, pixels.data(), 24, 17, 3, true));
        return *readFile(file, 1 << 20);
    }

private Q_SLOTS:
    void realHostileFiles_data()
    {
        QTest::addColumn<QString>("file");
        const auto folder = realData("hostile/images");
        if (!fs::exists(folder))
            QSKIP("real test data are not here (set FEDEFM_TEST_DATA)");
        for (const auto& entry : fs::directory_iterator(folder))
            QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().string());
    }
    void realHostileFiles()
    {
        QFETCH(QString, file);
        const Outcome outcome = readInChild(file.toStdString());
        QVERIFY(outcome.exited);
        QVERIFY(outcome.hasError);
        QVERIFY2(!kLimitsMemory || outcome.peakKib < 1L << 20, qPrintable(QString::number(outcome.peakKib)));
        const auto sequence = openPicture(file.toStdString());
        qInfo() << (sequence ? describe((*sequence)->read(0) ? Error{} : (*sequence)->read(0).error())
                             : describe(sequence.error()))
                       .c_str();
    }

    void bombsAreRefusedByTheirHeader()
    {
        std::string png = samplePng();
        png.replace(16, 8, std::string("\0\0\xFF\xFF\0\0\xFF\xFF", 8));
        QCOMPARE(errorOf(png), ErrorCode::TooLarge);
        QCOMPARE(errorOf("P5 60000 60000 255\n"), ErrorCode::SizeMismatch);
        QCOMPARE(errorOf(tiff(0x7FFFFFFF, 4, 0)), ErrorCode::TooLarge);
        std::string bmp = "BM" + number(0, 8) + number(54, 4) + number(40, 4) + number(70000, 4) +
                          number(70000, 4) + number(1, 2) + number(24, 2) + number(0, 24);
        QVERIFY(errorOf(bmp) == ErrorCode::SizeMismatch || errorOf(bmp) == ErrorCode::TooLarge);
    }

    void soundTiffOpens()
    {
        const auto sequence = openPicture(write(tiff(4, 4, 0)));
        QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
        QCOMPARE((*(*sequence)->read(0))->valueAt(1, 1), int('5'));
        QVERIFY(openPicture(write(tiff(4, 0xFFFFFFFF, 0))).has_value());
    }

    void brokenTiffs()
    {
        QCOMPARE(errorOf(tiff(4, 4, 24)), ErrorCode::PictureUnreadable); // the directory follows itself
        QCOMPARE(errorOf(tiff(4, 4, 5000)), ErrorCode::SizeMismatch);    // next directory outside
        QCOMPARE(errorOf(tiff(4, 4, 0, 5000)), ErrorCode::SizeMismatch); // pixels outside
        QCOMPARE(errorOf(tiff(4, 0x40000000, 0)), ErrorCode::TooLarge);  // a strip of 4 GiB
        QCOMPARE(errorOf(tiff(40, 4, 0)), ErrorCode::SizeMismatch);      // 16 bytes for 160 pixels
        QCOMPARE(errorOf(tiff(4, 0, 0)), ErrorCode::TooLarge);
        QCOMPARE(errorOf(tiff(0, 4, 0)), ErrorCode::PictureUnreadable);
        QCOMPARE(errorOf(tiff(4, 4, 0).substr(0, 60)), ErrorCode::SizeMismatch);
    }

    void truncatedPngsAreErrors()
    {
        const std::string whole = samplePng();
        QVERIFY(openPicture(write(whole)).has_value());
        for (std::size_t length = 8; length < whole.size(); length += 7)
            QVERIFY2(errorOf(whole.substr(0, length)) != ErrorCode::Internal,
                     qPrintable(QString::number(length)));
    }

    void changedBytesNeverCrash()
    {
        std::mt19937 random(2024);
        const std::vector<std::string> seeds{samplePng(), tiff(4, 4, 0), "P5 4 4 255\n0123456789abcdef",
                                             "P2 2 2 9\n1 2 3 4\n"};
        for (int round = 0; round < 600; ++round) {
            std::string bytes = seeds[static_cast<std::size_t>(round) % seeds.size()];
            const int changes = 1 + static_cast<int>(random() % 4);
            for (int i = 0; i < changes; ++i)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            const auto sequence = openPicture(write(bytes));
            if (!sequence)
                continue;
            const auto frame = (*sequence)->read(0);
            if (frame)
                QCOMPARE((*frame)->width(), (*sequence)->info().width);
        }
    }
};

QTEST_APPLESS_MAIN(TestHostilePictures)
#include "tst_hostile_pictures.moc"
