// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/base/atomic_file.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/demo_cine.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

namespace fs = std::filesystem;
using namespace fedefm;
using namespace fedefm::test;

/// info, decode and render on a generated file.
class TestCliFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        XaDescription description;
        description.fps = 12.5;
        description.identity.patientName = "Secret^Name";
        description.imagerSpacingMm = 0.25;
        QVERIFY(writeXa(path("cine.dcm").toStdString(), DemoCine({96, 6, 12.5, 1, 10}), description, false));
    }

    void infoDescribesTheFile()
    {
        const CliRun run = runCli({"info", path("cine.dcm"), "--json"});
        QCOMPARE(run.exitCode, 0);
        const QJsonObject file = run.json()["files"].toArray()[0].toObject();
        QCOMPARE(file["kind"].toString(), "DICOM");
        QCOMPARE(file["modality"].toString(), "XA");
        QCOMPARE(file["rows"].toInt(), 96);
        QCOMPARE(file["frames"].toInt(), 6);
        QCOMPARE(file["bits_stored"].toInt(), 10);
        QCOMPARE(file["photometric"].toString(), "MONOCHROME2");
        QCOMPARE(file["fps"].toDouble(), 12.5);
        QCOMPARE(file["frame_times_ms"].toArray()[5].toDouble(), 400.0);
        QCOMPARE(file["spacing_mm"].toArray()[0].toDouble(), 0.25);
        QCOMPARE(file["spacing_kind"].toString(), "detector");
        QCOMPARE(file["transfer_syntax"].toObject()["uid"].toString(), "1.2.840.10008.1.2.1");
        QVERIFY(file["mask_subtraction"].isNull());
    }

    void identityOnlyOnRequest()
    {
        for (const QStringList& arguments : {QStringList{"--json"}, QStringList{}}) {
            const CliRun run = runCli(QStringList{"info", path("cine.dcm")} + arguments);
            QVERIFY(!run.out.contains("Secret"));
            QVERIFY(!run.err.contains("Secret"));
        }
        QVERIFY(runCli({"info", path("cine.dcm"), "--json", "--identity"}).out.contains("Secret"));
    }

    void infoGoesOnAfterAFailure()
    {
        const CliRun run = runCli({"--json", "info", path("none.dcm"), path("cine.dcm")});
        QCOMPARE(run.exitCode, 1);
        const QJsonArray files = run.json()["files"].toArray();
        QCOMPARE(files.size(), 2);
        QCOMPARE(files[0].toObject()["error"].toObject()["code"].toString(), "FileNotFound");
        QCOMPARE(files[1].toObject()["frames"].toInt(), 6);
        QVERIFY(run.err.contains("none.dcm"));
        QVERIFY(run.err.contains("Check the path"));
    }

    void decodeToNpyIsExact()
    {
        const CliRun run =
            runCli({"decode", path("cine.dcm"), "--out", path("npy"), "--frames", "2:5", "--quiet"});
        QCOMPARE(run.exitCode, 0);
        const std::string bytes = *readFile(path("npy/pixels.npy").toStdString(), 1 << 20);
        QVERIFY(bytes.find("'<u2'") != std::string::npos);
        QVERIFY(bytes.find("(3, 96, 96, )") != std::string::npos);
        const auto sequence = openDicom(path("cine.dcm").toStdString());
        std::string expected;
        for (int index = 2; index < 5; ++index) {
            const FramePtr frame = *(*sequence)->read(index);
            expected.append(reinterpret_cast<const char*>(frame->bytes()), frame->byteCount());
        }
        QVERIFY(bytes.substr(bytes.size() - expected.size()) == expected);
    }

    void decodeToPngIsExact()
    {
        QCOMPARE(runCli({"decode", path("cine.dcm"), "--out", path("png"), "--as", "png", "--frames", "-2:"})
                     .exitCode,
                 0);
        QVERIFY(!QFile::exists(path("png/frame_0003.png")));
        const auto picture = openPicture(path("png/frame_0005.png").toStdString());
        QVERIFY(picture);
        const FramePtr written = *(*picture)->read(0);
        const FramePtr source = *(*openDicom(path("cine.dcm").toStdString()))->read(5);
        QVERIFY(written->type() == PixelType::U16);
        QVERIFY(std::equal(source->bytes(), source->bytes() + source->byteCount(), written->bytes()));
    }

    void framesAreChecked_data()
    {
        QTest::addColumn<QString>("frames");
        for (const char* frames : {"0:7", "6:6", "3:2", "-7:3"})
            QTest::newRow(frames) << frames;
    }

    void framesAreChecked()
    {
        QFETCH(QString, frames);
        const CliRun run =
            runCli({"decode", path("cine.dcm"), "--out", path("range"), "--frames", frames, "--json"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.json()["error"].toObject()["code"].toString(), "OutOfRange");
        QVERIFY(!QFile::exists(path("range/pixels.npy")));
    }

    void nothingIsOverwrittenUnasked()
    {
        const QStringList arguments{"decode", path("cine.dcm"), "--out", path("twice")};
        QCOMPARE(runCli(arguments).exitCode, 0);
        const CliRun again = runCli(arguments);
        QCOMPARE(again.exitCode, 1);
        QVERIFY(again.err.contains("--force"));
        QCOMPARE(runCli(arguments + QStringList{"--force"}).exitCode, 0);
    }

    void renderFollowsWindowAndInvert()
    {
        const FramePtr source = *(*openDicom(path("cine.dcm").toStdString()))->read(1);
        const QStringList base{"render", path("cine.dcm"), "--frame", "1", "--window", "500.5,401"};
        QCOMPARE(runCli(base + QStringList{"--out", path("plain.png")}).exitCode, 0);
        QCOMPARE(runCli(base + QStringList{"--out", path("inverse.png"), "--invert"}).exitCode, 0);
        const FramePtr plain = *(*openPicture(path("plain.png").toStdString()))->read(0);
        const FramePtr inverse = *(*openPicture(path("inverse.png").toStdString()))->read(0);
        QCOMPARE(plain->samples(), 1);
        for (const int x : {10, 40, 48, 70}) {
            // LINEAR (PS3.3 C.11.2.1.2.1) with c = 500.5, w = 401: 300 maps to 0 and 700 to 255.
            const double expected =
                std::clamp((source->valueAt(x, 48) - 500.0) / 400.0 + 0.5, 0.0, 1.0) * 255.0;
            QVERIFY(std::abs(plain->valueAt(x, 48) - expected) <= 1.0);
            QCOMPARE(inverse->valueAt(x, 48), 255 - plain->valueAt(x, 48));
        }
    }

    void subtractingAFrameFromItselfIsFlat()
    {
        const QStringList base{"render", path("cine.dcm"), "--frame", "2", "--window", "32768,1000"};
        QCOMPARE(runCli(base + QStringList{"--subtract", "2", "--out", path("flat.png")}).exitCode, 0);
        const FramePtr flat = *(*openPicture(path("flat.png").toStdString()))->read(0);
        for (const int x : {5, 30, 60, 90})
            QVERIFY(std::abs(flat->valueAt(x, 48) - 128) <= 1);
        QCOMPARE(runCli(base + QStringList{"--subtract", "0", "--out", path("other.png")}).exitCode, 0);
        QVERIFY(*readFile(path("flat.png").toStdString(), 1 << 20) !=
                *readFile(path("other.png").toStdString(), 1 << 20));
        QCOMPARE(runCli(base + QStringList{"--subtract", "6", "--out", path("no.png")}).exitCode, 1);
        QCOMPARE(runCli(base + QStringList{"--subtract", "x", "--out", path("no.png")}).exitCode, 2);
        // The file has no mask module: automatic means a plain picture.
        QCOMPARE(runCli({"render", path("cine.dcm"), "--frame", "0", "--subtract", "auto", "--out",
                         path("auto.png")})
                     .exitCode,
                 0);
    }

    void whatTheReaderNoticedIsSaid()
    {
        const std::vector<std::uint8_t> pixels(48 * 48, 9);
        QVERIFY(QDir(m_folder.path()).mkpath("mixed"));
        const std::string folder = path("mixed").toStdString();
        QVERIFY(writePng(folder + "/a.png", pixels.data(), 48, 48, 1, false));
        QVERIFY(writePng(folder + "/b.png", pixels.data(), 24, 24, 1, false));
        for (const QStringList& arguments :
             {QStringList{"decode", path("mixed"), "--out", path("mixed_npy")},
              QStringList{"render", path("mixed"), "--frame", "0", "--out", path("mixed.png")},
              QStringList{"segment", path("mixed"), "--out", path("mixed_masks")}}) {
            const CliRun run = runCli(arguments + QStringList{"--json"});
            QVERIFY2(run.exitCode == 0, run.err.constData());
            QVERIFY(run.err.contains("picture b.png skipped"));
            QVERIFY(run.json()["warnings"].toArray()[0].toString().contains("b.png"));
        }
    }

    void anUnusableFolderIsNamed()
    {
        QFile file(path("plain_file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        for (const QString& out : {path("plain_file"), path("plain_file/inner"), QString("/proc/none/x"),
                                   path("x") + QString(300, 'n')}) {
            const CliRun run = runCli({"decode", path("cine.dcm"), "--out", out, "--json"});
            QCOMPARE(run.exitCode, 1);
            const QJsonObject error = run.json()["error"].toObject();
            QCOMPARE(error["code"].toString(), "WriteFailed");
            QCOMPARE(error["file"].toString(), out);
        }
    }

    void errorsNameTheInput()
    {
        const std::vector<std::uint8_t> pixels(10 * 10 * 3, 9);
        QVERIFY(writePng(path("colour.png").toStdString(), pixels.data(), 10, 10, 3, false));
        const CliRun render = runCli({"render", path("colour.png"), "--frame", "0", "--subtract", "0",
                                      "--out", path("no.png"), "--json"});
        QCOMPARE(render.exitCode, 1);
        QCOMPARE(render.json()["error"].toObject()["file"].toString(), path("colour.png"));
        const CliRun segment =
            runCli({"segment", path("colour.png"), "--model", "ridge", "--out", path("tiny"), "--json"});
        QCOMPARE(segment.exitCode, 1);
        QCOMPARE(segment.json()["error"].toObject()["file"].toString(), path("colour.png"));
    }

    void wrongUsageIsTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"paint"};
        QTest::newRow("unknown option") << QStringList{"info", "a", "--colour"};
        QTest::newRow("missing file") << QStringList{"info"};
        QTest::newRow("missing out") << QStringList{"decode", "a.dcm"};
        QTest::newRow("unknown format") << QStringList{"decode", "a.dcm", "--out", "o", "--as", "gif"};
        QTest::newRow("bad window") << QStringList{"render", "a",     "--frame",  "0",
                                                   "--out",  "o.png", "--window", "5"};
        QTest::newRow("bad device") << QStringList{"models", "--device", "tpu"};
        const QStringList render{"render", "a", "--frame", "0", "--out", "o.png"};
        for (const char* window : {"nan,100", "100,inf", "100,0.5", "100,-3", "100"})
            QTest::newRow(window) << render + QStringList{"--window", window};
        for (const char* mask : {"x", "-1", "1.5", ""})
            QTest::newRow(mask) << render + QStringList{"--subtract", mask};
        QTest::newRow("no png") << QStringList{"render", "a", "--frame", "0", "--out", "o.jpg"};
        QTest::newRow("negative frame") << QStringList{"render", "a", "--frame", "-1", "--out", "o.png"};
        for (const char* command : {"decode", "segment"}) {
            QTest::newRow(command) << QStringList{command, "a", "--out", ""};
            for (const char* frames : {"a:b", "3", "1:2:3"})
                QTest::addRow("%s %s", command, frames)
                    << QStringList{command, "a", "--out", "o", "--frames", frames};
        }
        QTest::newRow("negative seed") << QStringList{"models", "--seed", "-1"};
        QTest::newRow("no seed") << QStringList{"models", "--seed", "one"};
        QTest::newRow("far device") << QStringList{"models", "--device", "cuda:12345"};
        QTest::newRow("bad threads") << QStringList{"models", "--threads", "0"};
        QTest::newRow("bad bench") << QStringList{"bench", "--only", "nothing"};
    }

    void wrongUsageIsTwo()
    {
        QFETCH(QStringList, arguments);
        const CliRun run = runCli(arguments);
        QCOMPARE(run.exitCode, 2);
        QVERIFY(!run.err.isEmpty() || !run.out.isEmpty());
    }

    void helpAndVersion()
    {
        const CliRun help = runCli({"--help"});
        QCOMPARE(help.exitCode, 0);
        for (const char* command : {"info", "decode", "render", "segment", "models", "bench", "demo"})
            QVERIFY2(help.out.contains(command), command);
        QCOMPARE(runCli({"--version"}).exitCode, 0);
    }

private:
    QString path(const char* name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliFiles)
#include "tst_cli_files.moc"
