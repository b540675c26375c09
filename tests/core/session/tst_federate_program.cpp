// SPDX-License-Identifier: GPL-3.0-or-later
// The program itself, killed in the middle of a session.
#include "tests/core/session/program_fixture.h"

#include <QDir>

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr int kRounds = 30;

} // namespace

class TestFederateProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void killedSessionEndsWithTheSameWeights();
    void stopLeavesASessionThatGoesOn();
    void wrongUseIsRefused();

private:
    QString at(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    fs::path runsAt(const char* name) const { return at(name).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestFederateProgram::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(writeText(at("plan.json"), kPlan));
}

void TestFederateProgram::killedSessionEndsWithTheSameWeights()
{
    const Ran whole = run({"--json", "--quiet", "federate", at("plan.json"), "--runs", at("whole")});
    QVERIFY2(whole.exitCode == 0, whole.err.constData());
    const QJsonObject answer = whole.answer();
    QCOMPARE(answer["rounds"].toInt(), kRounds);
    QVERIFY(answer["merged_metrics"].toObject().contains("accuracy"));
    QCOMPARE(answer["silo_metrics"].toArray().size(), 3);
    const QDir folder(answer["run"].toString());
    QCOMPARE(answer["weights"].toString(), folder.filePath("weights/merged.safetensors"));
    for (const char* name : {"run.sqlite", "config.json", "split.json", "checkpoint.json", "live.json",
                             "audit/silo_002.jsonl", "states/round_000030/silo_002.safetensors"})
        QVERIFY2(folder.exists(QLatin1String(name)), name);

    // After an odd number of rounds, so that at least one is done again.
    QProcess program;
    program.start(kProgram, {"--quiet", "federate", at("plan.json"), "--runs", at("killed")});
    QVERIFY(waitForRounds(program, runsAt("killed"), "kill", 5));
    program.kill(); // SIGKILL
    QVERIFY(program.waitForFinished(kLimitMs));
    const RunSummary killed = listRuns(runsAt("killed")).front();
    QVERIFY(killed.epochsDone < kRounds);
    QCOMPARE(killed.state, RunState::Lost);
    const QString killedFolder = QString::fromStdString(killed.folder.string());
    const Ran other = run({"federate", at("plan.json"), "--set", "rounds=31", "--resume", killedFolder});
    QCOMPARE(other.exitCode, 1);
    QVERIFY2(other.err.contains("/rounds"), other.err.constData());
    QCOMPARE(run({"--seed", "5", "federate", "--resume", killedFolder}).exitCode, 2);
    // With its own plan or without; by its folder above, by its name here.
    const QString name = QString::fromStdString(killed.folder.filename().string());
    const Ran resumed =
        run({"--json", "--quiet", "federate", at("plan.json"), "--resume", name, "--runs", at("killed")});
    QVERIFY2(resumed.exitCode == 0, resumed.err.constData());
    QCOMPARE(listRuns(runsAt("killed")).front().state, RunState::Done);
    QCOMPARE(listRuns(runsAt("killed")).front().epochsDone, kRounds);
    QCOMPARE(resumed.answer()["merged_metrics"], answer["merged_metrics"]);
    for (const char* model : {"merged", "best"}) {
        const QString file = QStringLiteral("/weights/%1.safetensors").arg(QLatin1String(model));
        const QByteArray expected = bytesOf(folder.path() + file);
        QVERIFY(!expected.isEmpty());
        QVERIFY2(bytesOf(killedFolder + file) == expected, model);
    }
}

void TestFederateProgram::stopLeavesASessionThatGoesOn()
{
    QProcess program;
    program.start(kProgram, {"--quiet", "federate", at("plan.json"), "--set", "rounds=100000", "--set",
                             "evaluate_every=100000", "--runs", at("runs")});
    QVERIFY(waitForRounds(program, runsAt("runs"), "kill", 2));
    program.terminate(); // as Ctrl-C
    QVERIFY(program.waitForFinished(kLimitMs));
    QCOMPARE(program.exitCode(), 1);
    const RunSummary stopped = listRuns(runsAt("runs")).front();
    QCOMPARE(stopped.state, RunState::Stopped);
    QVERIFY(program.readAllStandardError().contains(stopped.folder.filename().c_str()));
    QVERIFY(fs::exists(stopped.folder / "checkpoint.json"));
}

void TestFederateProgram::wrongUseIsRefused()
{
    QCOMPARE(run({"federate"}).exitCode, 2);
    const std::pair<const char*, const char*> wrong[] = {
        {"round=3", "rounds"},
        {"strategy.overseas_step=3", "overseas_steps"},
        {"data.partition.schema=iid", "scheme"},
        {"strategy.name=fedefn", "strategy.name"},
        {"topology.hub=9", "topology.hub"},
        {"strategy={\"name\":\"fedavg\",\"merge\":\"krum\",\"faulty\":9}", "krum needs 21 models"},
        {"training.model.hyper_parameters.num_classes=7", "the network has 7 classes"},
        {"training.input.channels=3", "does not take pictures of 3 channels"}};
    for (const auto& [setting, named] : wrong) {
        const Ran ran = run({"--json", "federate", at("plan.json"), "--set", setting, "--runs", at("runs")});
        QCOMPARE(ran.exitCode, 1);
        const QJsonObject error = ran.answer()["error"].toObject();
        QCOMPARE(error["file"].toString(), at("plan.json"));
        QVERIFY2(error["detail"].toString().contains(QLatin1String(named)), ran.out.constData());
    }
    QVERIFY(listRuns(runsAt("runs")).empty());
}

QTEST_GUILESS_MAIN(TestFederateProgram)
#include "tst_federate_program.moc"
