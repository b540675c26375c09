// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_tags.h"
#include "dicom_bytes.h"
#include "test_data.h"

#include <QCoreApplication>
#include <QProcess>
#include <QtTest>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/resource.h>
#include <sys/time.h>

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr int kSecondsPerFile = 5;
constexpr rlim_t kAddressSpace = 1536ULL << 20; // libraries take room that is never touched
constexpr long kMaxResidentKb = 1L << 20;
constexpr int kMaxFramesRead = 200;
constexpr int kVariants = 12;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true; // reserves terabytes of addresses
#else
constexpr bool kHasSanitizer = false;
#endif

enum ChildExit { kImage = 0, kCleanError = 1, kTooMuchMemory = 3, kBadError = 4 };

/// Peak resident memory of this process.
long peakKb()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0)
            return std::atol(line.c_str() + 6);
    return 0;
}

bool isExplained(const Error& error, const std::filesystem::path& file)
{
    return error.code != ErrorCode::Internal && error.subject == file.string() && !error.detail.empty();
}

/// Ends the process after so much processor time; wall time would depend on what else the machine does.
void startTimer(int seconds)
{
    const itimerval timer{{0, 0}, {seconds, 0}};
    setitimer(ITIMER_PROF, &timer, nullptr);
}

/// Opens, reads and lists one file under a timer that ends the process.
ChildExit tryFile(const std::filesystem::path& file, int maxFrames)
{
    startTimer(kSecondsPerFile);
    ChildExit result = kImage;
    const auto note = [&](const Error& error) {
        std::printf("%s\n", describe(error).c_str());
        result = isExplained(error, file) ? std::max(result, kCleanError) : kBadError;
    };
    const auto sequence = openDicom(file);
    if (!sequence) {
        note(sequence.error());
    } else {
        const int frames = (*sequence)->info().frameCount;
        for (int i = 0; i < std::min(frames, maxFrames); ++i)
            if (const auto frame = (*sequence)->read(i); !frame)
                note(frame.error());
        if (frames > maxFrames)
            if (const auto last = (*sequence)->read(frames - 1); !last)
                note(last.error());
    }
    if (const auto tags = readTags(file); !tags)
        note(tags.error());
    startTimer(0);
    return !kHasSanitizer && peakKb() > kMaxResidentKb ? kTooMuchMemory : result;
}

std::string damaged(std::string bytes, int variant, std::mt19937& random)
{
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1));
    };
    if (variant % 3 == 0) {
        bytes.resize(below(variant % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 3000)));
        return bytes;
    }
    // Mostly in the header, where lengths and tags are.
    const std::size_t range = variant % 3 == 1 ? std::min<std::size_t>(bytes.size(), 3000) : bytes.size();
    for (std::size_t flips = 1 + below(8); flips > 0; --flips)
        bytes[below(range)] = static_cast<char>(variant % 2 == 0 ? 0xFF : random());
    return bytes;
}

/// Damaged versions of a good file, all in one process; the line printed last names the one that ended it.
int runVariants(const std::filesystem::path& good, const std::filesystem::path& scratch)
{
    std::ifstream source(good, std::ios::binary);
    std::stringstream content;
    content << source.rdbuf();
    std::mt19937 random(static_cast<unsigned>(content.str().size()));
    for (int variant = 0; variant < kVariants; ++variant) {
        std::ofstream(scratch, std::ios::binary | std::ios::trunc) << damaged(content.str(), variant, random);
        std::printf("variant %d\n", variant);
        std::fflush(stdout);
        const ChildExit result = tryFile(scratch, 2);
        if (result != kImage && result != kCleanError)
            return result;
    }
    return kImage;
}

int runChild(int argc, char** argv)
{
    if (!kHasSanitizer) {
        const rlimit limit{kAddressSpace, kAddressSpace};
        setrlimit(RLIMIT_AS, &limit);
    }
    if (argc == 4)
        return runVariants(argv[2], argv[3]);
    return tryFile(argv[2], kMaxFramesRead);
}

} // namespace

class TestDicomHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void collected_data();
    void collected();
    void damagedCopies_data();
    void damagedCopies();
    void built_data();
    void built();

private:
    void addFiles(const std::filesystem::path& folder);
    QString run(const QStringList& arguments, int& exitCode);

    ScratchFiles m_files;
};

/// Empty on a normal exit, else what ended the child.
QString TestDicomHostile::run(const QStringList& arguments, int& exitCode)
{
    QProcess child;
    child.setProcessChannelMode(QProcess::MergedChannels);
    child.start(QCoreApplication::applicationFilePath(), QStringList{"--child"} + arguments);
    if (!child.waitForFinished(90000))
        return "no end";
    exitCode = child.exitCode();
    const QString output = QString::fromUtf8(child.readAll());
    if (child.exitStatus() != QProcess::NormalExit)
        return "signal; " + output.right(500);
    return exitCode == kImage || exitCode == kCleanError
               ? QString()
               : QString("exit %1; ").arg(exitCode) + output.right(500);
}

void TestDicomHostile::addFiles(const std::filesystem::path& folder)
{
    QTest::addColumn<QString>("path");
    int count = 0;
    if (std::filesystem::exists(folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.is_regular_file()) {
                const std::string name = std::filesystem::relative(entry.path(), folder).string();
                QTest::newRow(name.c_str()) << QString::fromStdString(entry.path().string());
                ++count;
            }
    if (count == 0)
        QTest::newRow("absent") << QString();
}

void TestDicomHostile::collected_data()
{
    addFiles(realData("hostile"));
}

void TestDicomHostile::collected()
{
    QFETCH(QString, path);
    if (path.isEmpty())
        QSKIP("real test data are not here (set FEDEFM_TEST_DATA)");
    int exitCode = -1;
    const QString fault = run({path}, exitCode);
    QVERIFY2(fault.isEmpty(), qPrintable(fault));
}

void TestDicomHostile::damagedCopies_data()
{
    addFiles(realData("dicom"));
}

void TestDicomHostile::damagedCopies()
{
    QFETCH(QString, path);
    if (path.isEmpty())
        QSKIP("real test data are not here (set FEDEFM_TEST_DATA)");
    int exitCode = -1;
    const auto scratch = m_files.write({});
    const QString fault = run({path, QString::fromStdString(scratch.string())}, exitCode);
    QVERIFY2(fault.isEmpty(), qPrintable(fault));
}

void TestDicomHostile::built_data()
{
    QTest::addColumn<QByteArray>("file");
    const auto deepRow = [](const char* name, bool isExplicit, int depth) {
        DicomBytes nested(isExplicit);
        for (int i = 0; i < depth; ++i) {
            DicomBytes outer(isExplicit);
            outer.sequence(0x00081140, {nested}, true);
            nested = outer;
        }
        QTest::newRow(name) << nested.file(isExplicit ? kExplicitLittle : kImplicitLittle);
    };
    deepRow("1000 deep", true, 1000);
    deepRow("1000 deep, implicit", false, 1000);
    DicomBytes bomb;
    bomb.append(qCompress(QByteArray(300 << 20, '\0')).mid(6).chopped(4));
    QTest::newRow("deflate bomb") << bomb.file(kDeflated);
    DicomBytes tiny;
    for (int i = 0; i < 3'000'000; ++i)
        tiny.raw(0x00091001, "SH", {});
    QTest::newRow("millions of elements") << tiny.file(kExplicitLittle);
    QByteArray items;
    for (int i = 0; i < 3'000'000; ++i)
        items += QByteArray("\xFE\xFF\x00\xE0\0\0\0\0", 8);
    DicomBytes manyItems;
    manyItems.image(2, 2, 8, 8).raw(0x00081140, "SQ", items);
    QTest::newRow("millions of items") << manyItems.file(kExplicitLittle);
    DicomBytes manyFragments;
    manyFragments.image(2, 2, 8, 8).raw(0x7FE00010, "OB", items, 0xFFFFFFFF);
    QTest::newRow("millions of fragments") << manyFragments.file("1.2.840.10008.1.2.4.50");
    DicomBytes bigHeader;
    bigHeader.image(2, 2, 8, 8);
    for (int i = 0; i < 12; ++i)
        bigHeader.raw(0x60003000U + 0x20000U * static_cast<unsigned>(i), "OW", QByteArray(8 << 20, '\1'));
    QTest::newRow("100 MB of overlays") << bigHeader.file(kExplicitLittle);
    for (const char* syntax : {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
                               "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"}) {
        DicomBytes empty;
        empty.image(16000, 16000, 8, 8).fragments({{}, QByteArray(100, '\0')});
        QTest::newRow(syntax) << empty.file(syntax);
    }
}

void TestDicomHostile::built()
{
    QFETCH(QByteArray, file);
    const auto path = m_files.write(file);
    int exitCode = -1;
    const QString fault = run({QString::fromStdString(path.string())}, exitCode);
    QVERIFY2(fault.isEmpty(), qPrintable(fault));
    QCOMPARE(exitCode, int(kCleanError));
}

int main(int argc, char** argv)
{
    if (argc > 2 && std::string(argv[1]) == "--child")
        return runChild(argc, argv);
    QCoreApplication app(argc, argv);
    TestDicomHostile test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_dicom_hostile.moc"
