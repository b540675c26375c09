// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_writer.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/demo_cine.h"
#include "fake_sequence.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace fedefm;
using namespace fedefm::test;

/// segment, models, bench and demo.
class TestCliSegment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(writeXa(path("cine.dcm").toStdString(), DemoCine({256, 6, 10.0, 1, 10}), {}, false));
    }

    void writesEveryFormat()
    {
        const CliRun run =
            runCli({"segment", path("cine.dcm"), "--out", path("all"), "--frames", "2:6", "--as", "png",
                    "--as", "npy", "--as", "seg", "--as", "coco", "--as", "json", "--as", "mp4", "--json"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        const QJsonObject answer = run.json();
        QCOMPARE(answer["frames"].toInt(), 4);
        QVERIFY(answer["ms_per_frame"].toObject()["median"].toDouble() > 0.0);
        QVERIFY(answer["ms_per_frame"].toObject()["p95"].toDouble() >=
                answer["ms_per_frame"].toObject()["median"].toDouble());
        QCOMPARE(answer["model"].toObject()["id"], runCli({"models", "--json"}).json()["default"]);
        QCOMPARE(answer["files"].toArray().size(), 4 + 5);
        for (const QJsonValue& file : answer["files"].toArray())
            QVERIFY2(QFile::exists(file.toString()), qPrintable(file.toString()));
        const auto seg = readSeg(path("all/segmentation.dcm").toStdString());
        QVERIFY(seg);
        const auto image = openDicom(path("cine.dcm").toStdString());
        const auto results = segmentationsFor(*seg, (*image)->info());
        QVERIFY(results);
        for (const auto& [frame, result] : *results) {
            const auto picture = openPicture(path("all").toStdString() +
                                             QString::asprintf("/frame_%04d.png", frame).toStdString());
            const FramePtr labels = *(*picture)->read(0);
            const auto expected = result->labelImage();
            QVERIFY(std::equal(expected.begin(), expected.end(), labels->bytes()));
        }
    }

    void aFolderOfPicturesWorks()
    {
        QCOMPARE(
            runCli({"decode", path("cine.dcm"), "--out", path("pictures"), "--as", "png", "--frames", "0:2"})
                .exitCode,
            0);
        const CliRun run =
            runCli({"segment", path("pictures"), "--out", path("from_pictures"), "--as", "npy"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QVERIFY(QFile::exists(path("from_pictures/masks.npy")));
        const CliRun seg =
            runCli({"segment", path("pictures"), "--out", path("no_seg"), "--as", "seg", "--json"});
        QCOMPARE(seg.exitCode, 1);
        QCOMPARE(seg.json()["error"].toObject()["code"].toString(), "InvalidArgument");
    }

    void nothingFoundIsNoFailure()
    {
        // Flat pictures show no wire.
        const test::FakeSequence flat(
            128, 128, 2, [](int, int, int) { return 500; }, PixelType::U16);
        QVERIFY(writeXa(path("flat.dcm").toStdString(), flat, {}, false));
        const CliRun run =
            runCli({"segment", path("flat.dcm"), "--out", path("flat"), "--as", "seg,npy,json", "--json"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.json()["files"].toArray().size(), 2);
        QVERIFY(run.err.contains("nothing was found"));
        QVERIFY(run.json()["warnings"].toArray().last().toString().contains("segmentation.dcm"));
        QVERIFY(!QFile::exists(path("flat/segmentation.dcm")));
        QVERIFY(QFile::exists(path("flat/masks.npy")));
    }

    void filmsWithoutTheirModuleFailBeforeTheWork()
    {
        QVERIFY(qputenv("FEDEFM_MODULE_PATH", path("no_modules").toUtf8()));
        const CliRun run =
            runCli({"segment", path("cine.dcm"), "--out", path("no_film"), "--as", "npy,mp4", "--json"});
        qunsetenv("FEDEFM_MODULE_PATH");
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.json()["error"].toObject()["code"].toString(), "ModuleMissing");
        QVERIFY(!QFile::exists(path("no_film")));
    }

    void existingResultsAreFoundBeforeTheWork()
    {
        QVERIFY(QDir().mkpath(path("old")));
        QFile file(path("old/curves.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
        file.close();
        const CliRun run = runCli({"segment", path("cine.dcm"), "--out", path("old"), "--as", "json"});
        QCOMPARE(run.exitCode, 1);
        QVERIFY(!run.err.contains("segmenting"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("mine"));
    }

    void anUnknownModelIsNamed()
    {
        const CliRun run =
            runCli({"segment", path("cine.dcm"), "--out", path("m"), "--model", "rigde", "--json"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.json()["error"].toObject()["code"].toString(), "ModelNotFound");
        QVERIFY(run.err.contains("ridge"));
    }

    void anUnusableDeviceIsRefusedBeforeTheWork()
    {
        const CliRun run = runCli({"segment", path("cine.dcm"), "--out", path("gpu"), "--device", "cuda"});
        QCOMPARE(run.exitCode, 1);
        QVERIFY2(run.err.contains("--device cuda"), run.err.constData());
        QVERIFY2(run.err.contains("leave --device out"), run.err.constData());
        QVERIFY(!QFile::exists(path("gpu")));
    }

    void threadsAreThoseAskedFor()
    {
        if (!runCli({"models"}).out.contains("wirenet-fast"))
            QSKIP("no network can run");
        const qsizetype one = mostThreads("1");
        const qsizetype three = mostThreads("3");
        QVERIFY2(one > 0 && three > one, qPrintable(QStringLiteral("%1 and %2").arg(one).arg(three)));
    }

    void modelsAreListed()
    {
        const CliRun run = runCli({"models", "--json"});
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.json()["models"].toArray()[0].toObject()["id"].toString(), "ridge");
        // Networks are the default where they can run: one for the cine, one for whole sequences.
        const bool hasNetworks = run.out.contains("wirenet-strong");
        QCOMPARE(run.json()["default"].toString(), hasNetworks ? "wirenet-strong" : "ridge");
        QCOMPARE(run.json()["default_live"].toString(), hasNetworks ? "wirenet-fast" : "ridge");
        QVERIFY(runCli({"models"}).out.contains("ridge"));
    }

    void interruptStopsCleanly_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("interrupt") << SIGINT;
        QTest::newRow("terminate") << SIGTERM;
        QTest::newRow("hang up") << SIGHUP;
    }

    void interruptStopsCleanly()
    {
        QFETCH(int, number);
        QVERIFY(writeXa(path("long.dcm").toStdString(), DemoCine({512, 60, 10.0, 1, 8}), {}, true));
        QProcess process;
        process.start(FEDEFM_PROGRAM, {"segment", path("long.dcm"), "--out", path("long"), "--as", "npy"});
        process.setReadChannel(QProcess::StandardError);
        // The first progress line says that the work is under way.
        QByteArray err;
        while (!err.contains("segmenting") && process.waitForReadyRead(60000))
            err += process.readAllStandardError();
        ::kill(static_cast<pid_t>(process.processId()), number);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        QVERIFY((err + process.readAllStandardError()).contains("cancelled"));
        QVERIFY(QDir(path("long")).entryList(QDir::Files | QDir::Hidden).isEmpty());
    }

    void benchMeasuresOnGeneratedData()
    {
        const CliRun run = runCli({"bench", "--only", "subtract", "--data", path("none"), "--json"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.json()["data"].toString(), "generated");
        const QJsonObject figure = run.json()["figures"].toArray()[0].toObject();
        QVERIFY(figure["value"].toDouble() > 0.0);
        QCOMPARE(figure["target"].toObject()["value"].toDouble(), 1.5);
        QCOMPARE(figure["met"].toBool(), figure["value"].toDouble() < 1.5);
    }

    void aCancelledDemoCanBeRepeated_data()
    {
        QTest::addColumn<QByteArray>("step");
        QTest::newRow("segmentation") << QByteArray("segmenting");
#ifdef FEDEFM_HAS_LEARNING
        QTest::newRow("session") << QByteArray("federated session");
#endif
    }
    void aCancelledDemoCanBeRepeated()
    {
        QFETCH(QByteArray, step);
        QProcess process;
        process.start(FEDEFM_PROGRAM, {"demo", "--out", path("cut")});
        process.setReadChannel(QProcess::StandardError);
        QByteArray err;
        while (!err.contains(step) && process.waitForReadyRead(60000))
            err += process.readAllStandardError();
        QVERIFY2(err.contains(step), err.constData());
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(!QFile::exists(path("cut")));
    }

    void demoWritesItsReport()
    {
        const CliRun run = runCli({"demo", "--out", path("demo"), "--json"});
        QVERIFY2(run.exitCode == 0, run.err.constData());
        const QJsonObject answer = run.json();
        const QByteArray html = reportOf(answer);
        QCOMPARE(html.count("data:image/png;base64,"), 6);
        QVERIFY(html.contains("Research use only"));
        QVERIFY(answer["any_wire"].toObject()["recall"].toDouble() > 0.5);
        QVERIFY(answer["any_wire"].toObject()["precision"].toDouble() > 0.5);
        for (const char* file :
             {"demo.dcm", "segmentation.dcm", "overlay.mp4", "curves.json", "masks/frame_0047.png"})
            QVERIFY2(QFile::exists(path("demo") + "/" + file), file);
        QCOMPARE(runCli({"demo", "--out", path("demo")}).exitCode, 1);
#ifdef FEDEFM_HAS_LEARNING
        checkSession(answer["session"].toObject(), html);
#endif
    }

    void demoGoesOnWithoutTheLearningProgram()
    {
        qputenv("FEDEFM_LEARN_PROGRAM", "/nowhere/fedefm-learn");
        const CliRun first = runCli({"demo", "--out", path("alone"), "--json"});
        qunsetenv("FEDEFM_LEARN_PROGRAM");
        QVERIFY2(first.exitCode == 0, first.err.constData());
        QCOMPARE(first.err.count("no federated session"), 1);
        QVERIFY(first.json()["session"].isNull());
        QVERIFY(reportOf(first.json()).contains("learning program is not installed"));
        QVERIFY(!QFile::exists(path("alone/session")));
    }

    void aFailedSessionFailsTheDemo()
    {
        qputenv("FEDEFM_LEARN_PROGRAM", "/bin/false");
        const CliRun run = runCli({"demo", "--out", path("broken"), "--json"});
        qunsetenv("FEDEFM_LEARN_PROGRAM");
        QCOMPARE(run.exitCode, 1);
        QVERIFY(run.err.contains("federated session"));
        QVERIFY(!QFile::exists(path("broken")));
    }

private:
    /// Threads that a network was seen to have at once.
    qsizetype mostThreads(const char* asked) const
    {
        QProcess process;
        process.start(FEDEFM_PROGRAM, {"segment", path("cine.dcm"), "--out", path("threads"), "--as", "npy",
                                       "--model", "wirenet-fast", "--force", "--threads", asked});
        process.waitForStarted();
        const QDir tasks(QStringLiteral("/proc/%1/task").arg(process.processId()));
        qsizetype most = 0;
        while (process.state() == QProcess::Running && !process.waitForFinished(2))
            most = std::max(most, tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot).size());
        return process.exitCode() == 0 ? most : 0;
    }

    static QByteArray reportOf(const QJsonObject& answer)
    {
        QFile report(answer["report"].toString());
        return report.open(QIODevice::ReadOnly) ? report.readAll() : QByteArray();
    }

    /// Four silos on a ring, which leaves each without a source, and a merged model that beats guessing.
    void checkSession(const QJsonObject& session, const QByteArray& html)
    {
        const QString run = session["run"].toString();
        QVERIFY(run.startsWith(path("demo/session")));
        QVERIFY(QFile::exists(run + "/weights/merged.safetensors"));
        QCOMPARE(session["rounds"].toInt(), 10);
        QVERIFY(session["accuracy"].toDouble() > 0.4);
        QVERIFY(session["bytes"].toDouble() > 0.0);
        QCOMPARE(html.count("<tr><th>silo "), 4);
        QCOMPARE(html.count("<td>none</td>"), 4);
        QCOMPARE(html.count("<circle"), 10);
        QVERIFY(html.contains("ring; cycle time"));
        QVERIFY(html.contains("accuracy is that of a demo"));
        const QByteArray folder = QDir(path("demo")).relativeFilePath(run).toUtf8();
        QVERIFY2(html.contains("href=\"" + folder + "\""), folder.constData());
    }

    QString path(const char* name) const
    {
        return m_folder.filePath(name);
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliSegment)
#include "tst_cli_segment.moc"
