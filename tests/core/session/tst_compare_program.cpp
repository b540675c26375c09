// SPDX-License-Identifier: GPL-3.0-or-later
// The program itself: a comparison is done once, goes on after a kill, and is not mixed with another.
#include "tests/core/session/program_fixture.h"

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr int kRounds = 20;

} // namespace

class TestCompareProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void sessionsMakeATable();
    void whatIsDoneIsNotDoneAgain();
    void killedSessionIsResumed();
    void killedComparisonStopsItsSession();
    void changedConfigurationIsRefused();
    void missingFileIsAnAnswer();
    void wrongPlansNameTheFile();
    void unknownKeyIsNamed();
    void unknownMetricIsNamedBeforeTheWork();

private:
    QString at(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    std::vector<RunSummary> runs() const { return listRuns(at("out/runs").toStdString()); }
    QStringList arguments() const
    {
        return {"--json", "--quiet", "--seed",           "5",     "--threads",
                "1",      "compare", at("compare.json"), "--out", at("out")};
    }
    Ran compare(const QStringList& more = {}) const { return run(arguments() + more); }
    void forgetFirstSession() const
    {
        for (const RunSummary& summary : runs())
            if (summary.name == "fedavg-all-5")
                fs::remove_all(summary.folder);
    }

    QTemporaryDir m_folder;
    QJsonArray m_rows; ///< of the first call
};

void TestCompareProgram::initTestCase()
{
    nlohmann::json session = nlohmann::json::parse(kPlan);
    session["rounds"] = kRounds;
    session["training"].erase("threads");
    session.erase("strategy"); // its options would stay under other strategies
    const nlohmann::json methods = {
        {{"name", "FedAvg"}, {"scenario", "CFL"}, {"set", {{"strategy", {{"name", "fedavg"}}}}}},
        {{"name", "D-PSGD"}, {"scenario", "DFL"}, {"set", {{"strategy", {{"name", "dpsgd"}}}}}}};
    QVERIFY(writeText(at("compare.json"), nlohmann::json{{"session", session}, {"methods", methods}}.dump()));
}

void TestCompareProgram::sessionsMakeATable()
{
    const Ran ran = compare();
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    const QJsonObject table = ran.answer();
    m_rows = table["rows"].toArray();
    QCOMPARE(m_rows.size(), 2);
    QCOMPARE(table["metric"].toString(), QString("accuracy"));
    QCOMPARE(table["seeds"].toArray(), QJsonArray{5});
    QCOMPARE(table["failures"].toArray().size(), 0);
    const QJsonObject fedavg = m_rows[0].toObject();
    QVERIFY(fedavg["bytes_per_round"].toDouble() > 0.0);
    QCOMPARE(fedavg["steps_per_round"].toDouble(), 3.0);
    QCOMPARE(fedavg["rounds"].toDouble(), double(kRounds));
    QVERIFY(fedavg["unseen_share"].isDouble());
    QCOMPARE(m_rows[1].toObject()["method"].toString(), QString("D-PSGD"));

    const QByteArray markdown = bytesOf(at("out/table.md"));
    QVERIFY2(markdown.contains("| CFL | FedAvg |"), markdown.constData());
    QCOMPARE(bytesOf(at("out/table.csv")).count('\n'), 3);
    QCOMPARE(QJsonDocument::fromJson(bytesOf(at("out/table.json"))).object()["rows"].toArray(), m_rows);
    QVERIFY(QFile::exists(at("out/sessions/d-psgd-all-5.json")));
    QCOMPARE(runs().size(), std::size_t(2));
    for (const RunSummary& summary : runs()) {
        QCOMPARE(summary.seed, std::uint64_t(5));
        QCOMPARE(summary.config["training"]["threads"].get<int>(), 1);
    }
}

void TestCompareProgram::whatIsDoneIsNotDoneAgain()
{
    const QByteArray markdown = bytesOf(at("out/table.md"));
    QFile::remove(at("out/table.md"));
    const Ran ran = compare();
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    // Times are among the values, so equal rows mean that nothing ran.
    QCOMPARE(ran.answer()["rows"].toArray(), m_rows);
    QCOMPARE(bytesOf(at("out/table.md")), markdown);
    QCOMPARE(runs().size(), std::size_t(2));
}

void TestCompareProgram::killedSessionIsResumed()
{
    forgetFirstSession();
    QProcess program;
    program.start(kProgram,
                  {"--quiet", "federate", at("out/sessions/fedavg-all-5.json"), "--runs", at("out/runs")});
    QVERIFY(waitForRounds(program, at("out/runs").toStdString(), "fedavg-all-5", 5));
    program.kill(); // SIGKILL
    QVERIFY(program.waitForFinished(kLimitMs));
    QVERIFY(roundsOf(at("out/runs").toStdString(), "fedavg-all-5") < kRounds);

    const Ran ran = compare();
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    QCOMPARE(runs().size(), std::size_t(2));
    const QJsonArray rows = ran.answer()["rows"].toArray();
    QCOMPARE(rows[1], m_rows[1]);
    for (const char* key : {"merged", "own", "bytes_per_round", "steps_per_round", "rounds"})
        QCOMPARE(rows[0].toObject()[QLatin1String(key)], m_rows[0].toObject()[QLatin1String(key)]);
}

void TestCompareProgram::killedComparisonStopsItsSession()
{
    forgetFirstSession();
    const auto state = [this] {
        for (const RunSummary& summary : runs())
            if (summary.name == "fedavg-all-5")
                return summary.state;
        return RunState::Lost;
    };
    QProcess program;
    program.start(kProgram, arguments());
    QVERIFY(waitForRounds(program, at("out/runs").toStdString(), "fedavg-all-5", 2));
    program.kill(); // SIGKILL
    QVERIFY(program.waitForFinished(kLimitMs));
    QTRY_COMPARE_WITH_TIMEOUT(state(), RunState::Stopped, kLimitMs);

    const Ran ran = compare();
    QVERIFY2(ran.exitCode == 0, ran.err.constData());
    QCOMPARE(state(), RunState::Done);
    QCOMPARE(ran.answer()["rows"].toArray()[1], m_rows[1]);
}

void TestCompareProgram::changedConfigurationIsRefused()
{
    const Ran ran = compare({"--set", "session.rounds=3"});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY(ran.answer().contains("error"));
    QVERIFY2(ran.out.contains("another configuration"), ran.out.constData());
    QCOMPARE(runs().size(), std::size_t(2));
}

void TestCompareProgram::missingFileIsAnAnswer()
{
    const Ran ran = run({"--json", "compare", at("nowhere.json")});
    QCOMPARE(ran.exitCode, 1);
    QCOMPARE(ran.answer()["error"].toObject()["code"].toString(), QString("FileNotFound"));
    QCOMPARE(ran.answer()["error"].toObject()["file"].toString(), at("nowhere.json"));
}

void TestCompareProgram::wrongPlansNameTheFile()
{
    for (const char* setting : {"method=1", "session.rounds=0", "metric=acuracy", "seeds=[]"}) {
        const Ran ran = compare({"--set", QLatin1String(setting)});
        QCOMPARE(ran.exitCode, 1);
        QCOMPARE(ran.answer()["error"].toObject()["file"].toString(), at("compare.json"));
    }
}

void TestCompareProgram::unknownKeyIsNamed()
{
    const Ran ran = compare({"--set", "method=1"});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.answer()["error"].toObject()["message"].toString().contains("methods"), ran.out.constData());
}

void TestCompareProgram::unknownMetricIsNamedBeforeTheWork()
{
    const Ran ran = compare({"--set", "metric=acuracy"});
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.out.contains("the nearest is accuracy"), ran.out.constData());
}

QTEST_GUILESS_MAIN(TestCompareProgram)
#include "tst_compare_program.moc"
