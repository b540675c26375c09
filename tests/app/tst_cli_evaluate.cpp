// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_run.h"
#include "core/base/atomic_file.h"
#include "core/formats/npy.h"
#include "core/image/picture_sequence.h"
#include "core/train/run_store.h"
#include "test_data.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

namespace fs = std::filesystem;
using namespace fedefm;
using namespace fedefm::test;

namespace {

/// The value behind a path such as "classes/catheter/dice".
QJsonValue at(const QJsonObject& json, const char* path)
{
    QJsonValue value = json;
    for (const QString& key : QString(path).split('/'))
        value = value.toObject()[key];
    return value;
}

} // namespace

/// evaluate and runs.
class TestCliEvaluate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void comparesByName();
    void blackAndWhiteIsOneClass();
    void endingsAndPreference();
    void stacksAgainstFolders();
    void pairsInOrderWhenNoNameFits();
    void renamesClasses();
    void faultsAreListed();
    void refusesWhatIsNoMask_data();
    void refusesWhatIsNoMask();
    void tablePerImage();
    void paperSet();
    void ignoresWhite();
    void realPairs();
    void listsAndExportsRuns();

private:
    using Values = std::vector<std::uint8_t>;
    /// 8×6: a block of `label` with its left edge in column `x`, four wide and two high.
    static Values block(int x, std::uint8_t label)
    {
        Values values(48, 0);
        for (int y = 2; y < 4; ++y)
            for (int i = 0; i < 4; ++i)
                values[static_cast<std::size_t>(8 * y + x + i)] = label;
        return values;
    }
    void picture(const QString& name, const Values& values, int width = 8)
    {
        const fs::path file = path(name);
        fs::create_directories(file.parent_path());
        QVERIFY(writePng(file, values.data(), width, static_cast<int>(values.size()) / width, 1, false));
    }
    QJsonObject evaluate(const QStringList& more = {}, int exitCode = 0)
    {
        const CliRun run = runCli(
            QStringList{"evaluate", "--prediction", text("p"), "--reference", text("r"), "--json"} + more);
        if (run.exitCode != exitCode)
            qWarning("%s", run.err.constData());
        m_exitCodeFits = run.exitCode == exitCode;
        return run.json();
    }
    fs::path path(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    QString text(const QString& name) const { return m_folder->filePath(name); }
    std::unique_ptr<QTemporaryDir> m_folder;
    bool m_exitCodeFits = false;
};

void TestCliEvaluate::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestCliEvaluate::comparesByName()
{
    picture("r/a_7.png", block(1, 1));
    picture("r/b.png", block(2, 2));
    picture("p/a_0007.png", block(2, 1)); // 6 of 8 right
    picture("p/b.png", block(2, 2));
    picture("p/c.png", block(2, 2));
    const QJsonObject json = evaluate();
    QVERIFY(m_exitCodeFits);
    QCOMPARE(json["metrics"].toString(), "proper");
    QCOMPARE(json["pictures"].toInt(), 2);
    QCOMPARE(json["paired_by"].toString(), "name");
    QCOMPARE(at(json, "classes/catheter/dice").toDouble(), 0.75);
    QCOMPARE(at(json, "classes/catheter/label").toInt(), 1);
    QCOMPARE(at(json, "classes/guidewire/dice").toDouble(), 1.0);
    QCOMPARE(at(json, "foreground/dice").toDouble(), 28.0 / 32.0);
    QCOMPARE(at(json, "foreground/detection_rate").toDouble(), 1.0);
    QVERIFY(json["faults"].toArray().isEmpty());
    QCOMPARE(json["predictions_without_reference"].toArray().size(), 1);
}

void TestCliEvaluate::blackAndWhiteIsOneClass()
{
    picture("r/a.png", block(1, 255));
    picture("p/a.png", block(1, 2));
    const QJsonObject json = evaluate();
    QVERIFY(m_exitCodeFits);
    QVERIFY(json["foreground_only"].toBool());
    QCOMPARE(at(json, "foreground/dice").toDouble(), 1.0);
    QVERIFY(json["classes"].toObject().isEmpty());
    QVERIFY(json["notes"].toArray()[0].toString().contains("black and white"));
}

void TestCliEvaluate::endingsAndPreference()
{
    picture("r/a.png", Values(48, 77));
    picture("r/a_classes.png", block(1, 1));
    picture("r/a_mask.png", block(1, 255));
    picture("r/a_expert.png", block(2, 1));
    picture("p/a_mask.png", block(1, 1));
    QCOMPARE(at(evaluate(), "classes/catheter/dice").toDouble(), 1.0);
    const QJsonObject other = evaluate({"--reference-ending", "_expert"});
    QCOMPARE(at(other, "classes/catheter/dice").toDouble(), 0.75);
    QVERIFY(evaluate({"--reference-ending", "_none"}, 1).contains("error"));
}

void TestCliEvaluate::stacksAgainstFolders()
{
    fs::create_directories(path("p"));
    auto writer = NpyWriter::create(path("p/masks.npy"), "|u1", {2, 6, 8}, Overwrite::No);
    QVERIFY(writer);
    for (const int x : {1, 3})
        QVERIFY(writer->append(block(x, 1).data(), 48));
    QVERIFY(writer->finish());
    picture("r/frame_0000.png", block(1, 1));
    picture("r/frame_0001.png", block(3, 1));
    QCOMPARE(at(evaluate(), "foreground/dice").toDouble(), 1.0);
    const CliRun whole = runCli(
        {"evaluate", "--prediction", text("p/masks.npy"), "--reference", text("p/masks.npy"), "--json"});
    QCOMPARE(whole.json()["pictures"].toInt(), 2);
    // A dataset's folder stands for its masks; folders with one mask each for the mask.
    picture("data/masks/frame_1.png", block(3, 1));
    picture("data/masks/frame_0.png", block(1, 1));
    picture("each/frame_0/frame_0000.png", block(1, 1));
    picture("each/frame_1/frame_0000.png", block(3, 1));
    const CliRun nested =
        runCli({"evaluate", "--prediction", text("each"), "--reference", text("data"), "--json"});
    QCOMPARE(nested.json()["pictures"].toInt(), 2);
    QCOMPARE(at(nested.json(), "foreground/dice").toDouble(), 1.0);
}

void TestCliEvaluate::pairsInOrderWhenNoNameFits()
{
    picture("r/x_2.png", block(1, 1));
    picture("r/x_10.png", block(3, 1));
    picture("p/frame_0000.png", block(1, 1));
    picture("p/frame_0001.png", block(3, 1));
    const QJsonObject json = evaluate();
    QCOMPARE(json["paired_by"].toString(), "order");
    QCOMPARE(at(json, "foreground/dice").toDouble(), 1.0);
    picture("p/frame_0002.png", block(3, 1));
    QCOMPARE(at(evaluate({}, 1), "error/code").toString(), "InvalidArgument");
    QVERIFY(m_exitCodeFits);
}

void TestCliEvaluate::renamesClasses()
{
    picture("r/a.png", block(1, 2));
    picture("p/a.png", block(1, 1));
    QCOMPARE(at(evaluate(), "classes/catheter/dice").toDouble(), 0.0);
    QCOMPARE(at(evaluate({"--map", "1=2,2=1"}), "classes/catheter/dice").toDouble(), 1.0);
    for (const char* wrong : {"1", "1=", "x=2", "1=2;2=1", "1=999"}) {
        evaluate({"--map", wrong}, 2);
        QVERIFY2(m_exitCodeFits, wrong);
    }
}

void TestCliEvaluate::faultsAreListed()
{
    picture("r/a.png", block(1, 1));
    picture("p/a.png", block(1, 1));
    picture("r/b.png", block(1, 1));
    picture("r/c.png", block(1, 1));
    picture("p/c.png", Values(24, 1), 4);
    picture("r/d.png", block(1, 1));
    QVERIFY(writeFile(path("p/d.png"), "no picture", Overwrite::No));
    const QJsonObject json = evaluate({}, 1);
    QVERIFY(m_exitCodeFits);
    QCOMPARE(json["pictures"].toInt(), 1);
    QCOMPARE(at(json, "foreground/dice").toDouble(), 1.0);
    const QJsonArray faults = json["faults"].toArray();
    QCOMPARE(faults.size(), 3);
    QVERIFY(faults[0].toString().contains("c.png") && faults[0].toString().contains("4×6"));
    QVERIFY(faults[1].toString().contains("d.png"));
    QVERIFY(faults[2].toString().contains("b.png"));
}

void TestCliEvaluate::refusesWhatIsNoMask_data()
{
    QTest::addColumn<QString>("prediction");
    QTest::addColumn<QString>("code");
    QTest::newRow("missing") << "none"
                             << "FileNotFound";
    QTest::newRow("empty") << "empty"
                           << "NotRecognised";
    QTest::newRow("grey picture") << "grey"
                                  << "InvalidArgument";
    QTest::newRow("colour") << "colour"
                            << "UnsupportedPixels";
}

void TestCliEvaluate::refusesWhatIsNoMask()
{
    QFETCH(QString, prediction);
    QFETCH(QString, code);
    picture("r/a.png", Values(192, 1), 16);
    fs::create_directories(path("empty"));
    Values ramp(192);
    for (std::size_t i = 0; i < ramp.size(); ++i)
        ramp[i] = static_cast<std::uint8_t>(i);
    picture("grey/a.png", ramp, 16);
    fs::create_directories(path("colour"));
    Values colours(576, 9);
    colours[0] = 200;
    QVERIFY(writePng(path("colour/a.png"), colours.data(), 16, 12, 3, false));
    const CliRun run =
        runCli({"evaluate", "--prediction", text(prediction), "--reference", text("r"), "--json"});
    QCOMPARE(run.exitCode, 1);
    QCOMPARE(at(run.json(), "error/code").toString(), code);
}

void TestCliEvaluate::tablePerImage()
{
    picture("r/a.png", block(1, 1));
    picture("p/a.png", block(2, 1));
    picture("r/b,1.png", block(1, 2));
    picture("p/b,1.png", block(1, 2));
    evaluate({"--per-image", text("t.csv"), "--spacing", "0.5"});
    QVERIFY(m_exitCodeFits);
    QFile file(text("t.csv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QStringList lines = QString::fromUtf8(file.readAll()).trimmed().split('\n');
    QCOMPARE(lines.size(), 7);
    QVERIFY(lines[0].startsWith("picture,class,dice,iou,cl_dice,"));
    QVERIFY(lines[1].startsWith("a,catheter,0.75,0.6,"));
    QVERIFY(lines[2].startsWith("a,guidewire,,,"));
    QVERIFY(lines[3].startsWith("a,foreground,0.75,"));
    QVERIFY(lines[5].startsWith("\"b,1\",guidewire,1.0,"));
    QCOMPARE(lines[5].count(','), lines[0].count(',') + 1);
    QCOMPARE(at(evaluate({"--per-image", text("t.csv")}, 1), "error/code").toString(), "FileExists");
    evaluate({"--per-image", text("t.csv"), "--force"});
    QVERIFY(m_exitCodeFits);
}

void TestCliEvaluate::paperSet()
{
    picture("r/a.png", block(1, 1));
    picture("p/a.png", block(2, 1));
    const QJsonObject json = evaluate({"--metrics", "paper"});
    QVERIFY(m_exitCodeFits);
    QCOMPARE(json["metrics"].toString(), "paper");
    QCOMPARE(json["dice"].toDouble(), (0.75 + 1.0) / 2);
    QCOMPARE(json["miou"].toDouble(), 0.3);
    QVERIFY(std::abs(json["jaccard"].toDouble() - (0.6 + 38.0 / 42.0) / 2) < 1e-12);
}

void TestCliEvaluate::ignoresWhite()
{
    Values reference = block(1, 1);
    std::fill(reference.begin() + 40, reference.end(), std::uint8_t{255});
    Values prediction = block(1, 1);
    std::fill(prediction.begin() + 40, prediction.end(), std::uint8_t{2});
    picture("r/a.png", reference);
    picture("p/a.png", prediction);
    const QJsonObject json = evaluate();
    QVERIFY(!json["foreground_only"].toBool());
    QCOMPARE(at(json, "foreground/dice").toDouble(), 1.0);
}

void TestCliEvaluate::realPairs()
{
    const fs::path folder = realData("seg/cathaction_phantom");
    NEEDS_REAL_DATA(folder);
    const QString real = QString::fromStdString(folder.string());
    QCOMPARE(runCli({"segment", real, "--out", text("p"), "--model", "ridge", "--quiet"}).exitCode, 0);
    const CliRun run =
        runCli({"evaluate", "--prediction", text("p"), "--reference", real, "--map", "1=2,2=1", "--json"});
    QCOMPARE(run.exitCode, 0);
    QCOMPARE(run.json()["pictures"].toInt(), 6);
    QVERIFY(at(run.json(), "foreground/dice").toDouble() > 0.6);
    QVERIFY(at(run.json(), "classes/catheter/dice").toDouble() > 0.6);
}

void TestCliEvaluate::listsAndExportsRuns()
{
    RunWriter::Start start;
    start.name = "first";
    start.architecture = "unet";
    start.epochsPlanned = 3;
    auto run = RunWriter::create(path("runs"), start);
    QVERIFY(run);
    QVERIFY((*run)->addMetrics(1, 0.5, {{"loss", 0.25}}));
    QVERIFY((*run)->finishEpoch(0, true, {{"dice", 0.5}}));
    QVERIFY((*run)->setState(RunState::Done));
    const CliRun list = runCli({"runs", text("runs"), "--json"});
    QCOMPARE(list.exitCode, 0);
    const QJsonObject entry = list.json()["runs"].toArray()[0].toObject();
    QCOMPARE(entry["name"].toString(), "first");
    QCOMPARE(entry["state"].toString(), "done");
    QCOMPARE(at(entry, "best_metrics/dice").toDouble(), 0.5);
    QVERIFY(runCli({"runs", text("runs")}).out.contains("epoch 1 of 3"));

    const QString folder = QString::fromStdString((*run)->folder().string());
    const CliRun printed = runCli({"runs", "export", folder, "--csv"});
    QCOMPARE(printed.exitCode, 0);
    QVERIFY(printed.out.startsWith("step,epoch,wall_seconds,metric,value\n1,0.5,"));
    QVERIFY(printed.out.endsWith(",loss,0.25\n"));
    QCOMPARE(runCli({"runs", "export", folder, "--csv", text("o.csv")}).exitCode, 0);
    QFile file(text("o.csv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), printed.out);
    QCOMPARE(runCli({"runs", "export", folder, "--csv", text("o.csv")}).exitCode, 1);
    qputenv("FEDEFM_RUNS", text("runs").toUtf8());
    QCOMPARE(runCli({"runs", "export", QString::fromStdString((*run)->folder().filename().string())}).out,
             printed.out);
    QCOMPARE(runCli({"runs", "--json"}).json()["runs"].toArray().size(), 1);
    qunsetenv("FEDEFM_RUNS");
    QCOMPARE(at(runCli({"runs", text("none"), "--json"}).json(), "error/code").toString(), "FileNotFound");
    QCOMPARE(runCli({"runs", "export", text("runs"), "--json"}).exitCode, 1);
}

QTEST_GUILESS_MAIN(TestCliEvaluate)
#include "tst_cli_evaluate.moc"
