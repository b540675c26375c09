// SPDX-License-Identifier: GPL-3.0-or-later
// The program itself, killed in the middle of its work.
#include "core/model/checkpoint/tensor_file.h"
#include "core/train/run_store.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <cstring>

using namespace fedefm;

namespace fs = std::filesystem;

namespace {

const QString kProgram = QStringLiteral(FEDEFM_BINARY_DIR "/lib/fedefm/fedefm-learn");
constexpr int kLimitMs = 60000;

QByteArray configuration()
{
    return R"({"version": 1, "name": "kill", "threads": 1,
        "model": {"network": "unet", "hyper_parameters": {"n_channels": 1, "n_classes": 3, "base_channels": 6}},
        "data": {"form": "simulated", "presets": ["simulation"], "scenes": 10, "frames_per_scene": 1,
                 "smallest_size_px": 64, "largest_size_px": 64, "split": {"validation": 0.2}},
        "augmentation": {"crop_px": 64},
        "epochs": 8, "samples_per_epoch": 12, "batch_size": 2, "validation_every": 4, "ema_decay": 0.9,
        "checkpoint_every_steps": 3})";
}

struct Ran
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

Ran run(const QStringList& arguments)
{
    QProcess process;
    process.start(kProgram, arguments);
    process.waitForFinished(kLimitMs);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

/// Steps that the newest run below `runs` has recorded.
std::int64_t stepsOf(const fs::path& folder)
{
    const auto reader = RunReader::open(folder);
    if (!reader)
        return 0;
    const auto curve = (*reader)->curve("train/loss");
    return curve && !curve->points.empty() ? curve->points.back().step : 0;
}

QByteArray bytesOf(const fs::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestTrainProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QFile file(m_folder->filePath("config.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(configuration());
    }
    void killedRunEndsWithTheSameWeights();
    void settingsOverrideTheFile();
    void filesThatAreCutOffAreListed();
    void wrongUseIsRefused();
    void interruptsWhileItIsLoadedAreAnswered();
    void interruptsBeforeItBeginsAreAnswered();

private:
    /// A grey picture of 32×32 pixels; of a broken one half is missing.
    void writePgm(const char* name, char grey, bool isBroken) const
    {
        QFile file(m_folder->filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("P5\n32 32\n255\n");
        file.write(QByteArray(isBroken ? 512 : 1024, grey));
    }
    QString at(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTrainProgram::killedRunEndsWithTheSameWeights()
{
    const Ran whole = run({"--quiet", "train", at("config.json"), "--runs", at("whole")});
    QVERIFY2(whole.exitCode == 0, whole.err.constData());
    const fs::path wholeFolder = whole.out.trimmed().toStdString();

    QProcess process;
    process.start(kProgram, {"--quiet", "train", at("config.json"), "--runs", at("killed")});
    QVERIFY(process.waitForStarted());
    const fs::path runs = at("killed").toStdString();
    QElapsedTimer timer;
    timer.start();
    std::vector<RunSummary> known;
    while (timer.elapsed() < kLimitMs && (known.empty() || stepsOf(known.front().folder) < 14)) {
        QVERIFY2(!process.waitForFinished(10), "ended before it could be killed");
        known = listRuns(runs);
    }
    QCOMPARE(known.size(), std::size_t(1));
    process.kill(); // SIGKILL
    QVERIFY(process.waitForFinished(kLimitMs));
    const fs::path folder = known.front().folder;
    QCOMPARE(listRuns(runs).front().state, RunState::Lost);

    const QString killed = QString::fromStdString(folder.string());
    const Ran other = run({"train", at("config.json"), "--set", "batch_size=3", "--resume", killed});
    QCOMPARE(other.exitCode, 1);
    QVERIFY2(other.err.contains("/batch_size"), other.err.constData());
    // By its folder above, by its name here.
    const QString name = QString::fromStdString(folder.filename().string());
    const Ran resumed =
        run({"--quiet", "train", at("config.json"), "--resume", name, "--runs", at("killed")});
    QVERIFY2(resumed.exitCode == 0, resumed.err.constData());
    QCOMPARE(listRuns(runs).front().state, RunState::Done);
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
        const QByteArray expected = bytesOf(wholeFolder / "weights" / file);
        QVERIFY(!expected.isEmpty());
        QVERIFY2(bytesOf(folder / "weights" / file) == expected, file);
    }
    const Ran finished = run({"--json", "train", "--resume", killed});
    QCOMPARE(finished.exitCode, 1);
    const QJsonObject error = QJsonDocument::fromJson(finished.out).object()["error"].toObject();
    QVERIFY2(error["next_step"].toString().contains("--init"), finished.out.constData());
}

void TestTrainProgram::settingsOverrideTheFile()
{
    const Ran ran = run({"--json", "--seed", "7", "train", at("config.json"), "--set", "epochs=1", "--set",
                         "model.hyper_parameters.base_channels=2", "--runs", at("runs")});
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    const QJsonObject answer = QJsonDocument::fromJson(ran.out).object();
    QCOMPARE(answer["epochs"].toInt(), 1);
    QVERIFY(QFile::exists(answer["weights"].toString()));
    const auto runs = listRuns(at("runs").toStdString());
    QCOMPARE(runs.front().seed, std::uint64_t(7));
    // Another one begins with its weights, by its name.
    const QString name = QString::fromStdString(runs.front().id);
    const Ran tuned = run({"--quiet", "finetune", at("config.json"), "--init", name, "--set", "epochs=1",
                           "--set", "model.hyper_parameters.base_channels=2", "--runs", at("runs")});
    QVERIFY2(tuned.exitCode == 0, tuned.err.constData());
}

void TestTrainProgram::filesThatAreCutOffAreListed()
{
    for (const char* folder : {"learn", "check"}) {
        QVERIFY(QDir(m_folder->path()).mkpath(QLatin1String(folder)));
        for (int i = 0; i < 4; ++i) {
            const std::string stem = std::string(folder) + "/p" + std::to_string(i);
            writePgm((stem + ".pgm").c_str(), static_cast<char>(40 + i), i == 2);
            writePgm((stem + "_mask.pgm").c_str(), static_cast<char>(i % 2), false);
        }
    }
    const QString part = QStringLiteral(R"({"form": "masks", "path": "%1"})");
    const QString data = QStringLiteral(R"({"train": %1, "validation": %2, "test": %2})")
                             .arg(part.arg(at("learn")), part.arg(at("check")));
    const Ran ran = run({"--json", "train", at("config.json"), "--set", "data=" + data, "--set", "epochs=2",
                         "--set", "validation_every=1", "--set", "augmentation={}", "--set",
                         "model.hyper_parameters.n_classes=2", "--runs", at("runs")});
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    const QJsonObject faults = QJsonDocument::fromJson(ran.out).object()["faults"].toObject();
    QCOMPARE(faults["count"].toInt(), 3); // of training, validation and test
    QCOMPARE(faults["files"].toArray()[0].toObject()["file"].toString(), QStringLiteral("p2.pgm"));
    QVERIFY2(ran.err.contains("p2.pgm"), ran.err.constData());
}

void TestTrainProgram::wrongUseIsRefused()
{
    QCOMPARE(run({"train"}).exitCode, 2);
    QCOMPARE(run({"train", at("config.json"), "--set", "epochs"}).exitCode, 2);
    // What a resumed run would pass over in silence.
    for (const QStringList& extra : {QStringList{"--init", "weights.safetensors"}, QStringList{"--partial"},
                                     QStringList{"--set", "epochs=2"}}) {
        const Ran resumed = run(QStringList{"train", "--resume", at("runs")} + extra);
        QCOMPARE(resumed.exitCode, 2);
        QVERIFY2(resumed.err.contains(extra.front().toUtf8()), resumed.err.constData());
    }
    const Ran nothing = run({"--json", "train", at("nothing.json")});
    QCOMPARE(nothing.exitCode, 1);
    QVERIFY2(nothing.out.contains("FileNotFound"), nothing.out.constData());
    const Ran ran = run({"train", at("config.json"), "--set", "epoch=3", "--runs", at("runs")});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.err.contains("epochs"), ran.err.constData());
}

void TestTrainProgram::interruptsWhileItIsLoadedAreAnswered()
{
    const QString starter = QStringLiteral(FEDEFM_BINARY_DIR "/bin/fedefm");
    if (!QFile::exists(starter))
        QSKIP("fedefm is no part of this build");
    QProcess whole;
    whole.start(starter, {"train", at("config.json"), "--runs", at("whole")});
    QVERIFY(whole.waitForStarted());
    const QString running = QStringLiteral("/proc/%1/exe").arg(whole.processId());
    QTRY_VERIFY(QFile::symLinkTarget(running).endsWith(QLatin1String("fedefm-learn")));
    ::kill(static_cast<pid_t>(whole.processId()), SIGINT);
    QVERIFY(whole.waitForFinished(kLimitMs));
    QCOMPARE(whole.exitStatus(), QProcess::NormalExit);
    QVERIFY(whole.readAllStandardError().contains("cancelled"));
}

void TestTrainProgram::interruptsBeforeItBeginsAreAnswered()
{
    QProcess process;
    process.setChildProcessModifier([] {
        sigset_t interrupt;
        sigemptyset(&interrupt);
        sigaddset(&interrupt, SIGINT);
        sigprocmask(SIG_BLOCK, &interrupt, nullptr);
        std::raise(SIGINT);
    });
    process.start(kProgram, {"train", at("config.json"), "--runs", at("runs")});
    QVERIFY(process.waitForFinished(kLimitMs));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    const QByteArray text = process.readAllStandardError();
    QVERIFY2(text.contains("cancelled"), text.constData());
}

QTEST_GUILESS_MAIN(TestTrainProgram)
#include "tst_train_program.moc"
