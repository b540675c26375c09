// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "tests/core/train/run_fixture.h"

#include <cmath>
#include <limits>
#include <set>
#include <unistd.h>

using namespace fedefm;
using namespace fedefm::test;

class TestRunStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_runs = std::make_unique<RunFixture>(); }
    void recordsARun();
    void pollsACurve();
    void keptMetricsComeWithTheNextCall();
    void resumeSupersedesWithoutDeleting();
    void resumeIsSeenByAPollingReader();
    void laterEpochCounts();
    void tablesAreAppendOnly();
    void listsRunsNewestFirst();
    void findsARunByFolderOrName();
    void exportsCsv();
    void hostileStores_data();
    void hostileStores();
    void keepsNamesInside();
    void idsAreUnique();
    void holdsNoMachineName();

private:
    std::unique_ptr<RunFixture> m_runs;
};

void TestRunStore::recordsARun()
{
    const auto run = m_runs->make("first try");
    QVERIFY(run->addMetrics(1, 0.5, {{"train/loss", 0.75}, {"train/lr", 1e-3}}));
    QVERIFY(run->addMetrics(2, 1.0, {{"train/loss", 0.5}}));
    QVERIFY(run->finishEpoch(0, true, {{"dice", 0.8}}));
    QVERIFY(run->finishEpoch(1, false, {{"dice", 0.7}}));
    QVERIFY(run->addSample(0, "samples/a.png", "", "samples/b.png"));
    QVERIFY(run->addEvent("warning", "slow data"));

    const auto reader = RunReader::open(run->folder());
    QVERIFY(reader);
    const auto summary = (*reader)->summary();
    QVERIFY(summary);
    QCOMPARE(summary->id, run->folder().filename().string());
    QVERIFY(summary->id.find("-first-try") != std::string::npos);
    QCOMPARE(summary->name, std::string("first try"));
    QCOMPARE(summary->state, RunState::Running);
    QCOMPARE(summary->seed, 18446744073709551615ULL);
    QCOMPARE(summary->pid, static_cast<std::int64_t>(::getpid()));
    QCOMPARE(summary->epochsDone, 2);
    QCOMPARE(summary->epochsPlanned, 5);
    QCOMPARE(summary->bestEpoch, std::optional<int>(0));
    QVERIFY(summary->bestMetrics == (nlohmann::json{{"dice", 0.8}}));
    QVERIFY(summary->config == (nlohmann::json{{"epochs", 5}}));
    QVERIFY(summary->machine.find("2 threads, cpu") != std::string::npos);
    QCOMPARE((*reader)->metricNames(), (std::vector<std::string>{"train/loss", "train/lr"}));
    const auto curve = (*reader)->curve("train/loss");
    QVERIFY(curve);
    QCOMPARE(values(*curve), (std::vector<double>{0.75, 0.5}));
    QCOMPARE(curve->points[1].step, std::int64_t{2});
    QCOMPARE(curve->points[0].epoch, 0.5);
    QCOMPARE((*reader)->samples().size(), std::size_t{1});
    QCOMPARE((*reader)->samples()[0].prediction, run->folder() / "samples/b.png");
    QVERIFY((*reader)->samples()[0].reference.empty());
    QCOMPARE((*reader)->events()[0].text, std::string("slow data"));
    QCOMPARE((*reader)->epochs()[1]["dice"].get<double>(), 0.7);
    for (const char* name : {"config.json", "split.json"})
        QVERIFY(fs::is_regular_file(run->folder() / name));
    QVERIFY(fs::is_directory(run->folder() / "weights"));

    QVERIFY(run->setState(RunState::Done));
    QCOMPARE((*reader)->summary()->state, RunState::Done);
}

void TestRunStore::pollsACurve()
{
    const auto run = m_runs->make();
    const auto reader = RunReader::open(run->folder());
    QVERIFY(reader);
    QVERIFY((*reader)->curve("loss")->points.empty());
    const double infinity = std::numeric_limits<double>::infinity();
    QVERIFY(run->addMetrics(1, 0.1, {{"loss", 3.0}, {"other", 1.0}}));
    const auto first = (*reader)->curve("loss");
    QCOMPARE(values(*first), std::vector<double>{3.0});
    QVERIFY(run->addMetrics(2, 0.2, {{"other", 1.0}}));
    QVERIFY((*reader)->curve("loss", first->lastRow)->points.empty());
    QVERIFY(run->addMetrics(3, 0.3, {{"loss", std::nan("")}}));
    QVERIFY(run->addMetrics(4, 0.4, {{"loss", infinity}}));
    const auto next = (*reader)->curve("loss", first->lastRow);
    QCOMPARE(next->points.size(), std::size_t{2});
    QVERIFY(std::isnan(next->points[0].value));
    QCOMPARE(next->points[1].value, infinity);
    QVERIFY(!next->restarted);
    QVERIFY((*reader)->curve("loss", next->lastRow)->points.empty());
}

void TestRunStore::keptMetricsComeWithTheNextCall()
{
    auto run = m_runs->make();
    const auto reader = RunReader::open(run->folder());
    QVERIFY(reader);
    const auto losses = [&] { return values(*(*reader)->curve("loss")); };
    run->keepMetrics(1, 0.1, {{"loss", 1.0}});
    run->keepMetrics(2, 0.2, {{"loss", 2.0}});
    QVERIFY(losses().empty());
    QVERIFY(run->addMetrics(2, 0.2, {{"rate", 9.0}}));
    QCOMPARE(losses(), (std::vector<double>{1, 2}));
    run->keepMetrics(3, 0.3, {{"loss", 3.0}});
    QVERIFY(run->writeKept());
    QVERIFY(run->writeKept()); // nothing to do
    QCOMPARE(losses(), (std::vector<double>{1, 2, 3}));
    run->keepMetrics(4, 0.4, {{"loss", 4.0}});
    QVERIFY(run->finishEpoch(0, true, {}));
    run->keepMetrics(5, 0.5, {{"loss", 5.0}});
    run.reset(); // lost, with what it knew
    QCOMPARE(losses(), (std::vector<double>{1, 2, 3, 4, 5}));
}

void TestRunStore::resumeSupersedesWithoutDeleting()
{
    fs::path folder;
    {
        const auto run = m_runs->make();
        folder = run->folder();
        for (int step = 1; step <= 6; ++step)
            QVERIFY(run->addMetrics(step, 0.0, {{"loss", 10.0 + step}}));
        QVERIFY(run->finishEpoch(0, true, {{"dice", 0.9}}));
        QVERIFY(run->addSample(0, "samples/old.png", "", ""));
    }
    const double spent = RunFixture::summaryOf(folder).wallSeconds;
    for (const std::int64_t step : {4, 2}) {
        const auto run = RunWriter::resume(folder, step);
        QVERIFY(run);
        QVERIFY((*run)->wallSeconds() >= spent);
        QVERIFY((*run)->addMetrics(step + 1, 0.0, {{"loss", 20.0 + static_cast<double>(step)}}));
    }
    const auto reader = RunReader::open(folder);
    QCOMPARE(values(*(*reader)->curve("loss")), (std::vector<double>{11, 12, 22}));
    QCOMPARE((*reader)->summary()->epochsDone, 0);
    QVERIFY(!(*reader)->summary()->bestEpoch);
    QVERIFY((*reader)->samples().empty());
    // All eight are still there.
    RunFixture::execute(
        folder, "CREATE TABLE proof (n INTEGER CHECK (n = 8)); INSERT INTO proof SELECT count(*) FROM point");
}

void TestRunStore::resumeIsSeenByAPollingReader()
{
    fs::path folder;
    std::int64_t at = 0;
    {
        const auto run = m_runs->make();
        folder = run->folder();
        for (int step = 1; step <= 4; ++step)
            QVERIFY(run->addMetrics(step, 0.0, {{"loss", 1.0 * step}, {"early", 1.0}}));
    }
    const auto reader = RunReader::open(folder);
    at = (*reader)->curve("loss")->lastRow;
    const auto run = RunWriter::resume(folder, 2);
    QVERIFY(run);
    const auto restarted = (*reader)->curve("loss", at);
    QVERIFY(restarted->restarted);
    QCOMPARE(values(*restarted), (std::vector<double>{1, 2}));
    // Told once.
    QVERIFY(!(*reader)->curve("loss", restarted->lastRow)->restarted);
    QVERIFY((*run)->addMetrics(3, 0.0, {{"loss", 33.0}}));
    const auto next = (*reader)->curve("loss", restarted->lastRow);
    QVERIFY(!next->restarted);
    QCOMPARE(values(*next), std::vector<double>{33});
    QCOMPARE(values(*(*reader)->curve("loss")), (std::vector<double>{1, 2, 33}));
}

void TestRunStore::laterEpochCounts()
{
    fs::path folder;
    {
        const auto run = m_runs->make();
        folder = run->folder();
        QVERIFY(run->addMetrics(10, 1.0, {{"validation/dice", 0.5}}));
        QVERIFY(run->finishEpoch(0, true, {{"dice", 0.5}}));
    }
    // The checkpoint of step 10 was written before the validation, which is repeated.
    const auto run = RunWriter::resume(folder, 10);
    QVERIFY((*run)->addMetrics(10, 1.0, {{"validation/dice", 0.25}}));
    QVERIFY((*run)->finishEpoch(0, true, {{"dice", 0.25}}));
    const auto reader = RunReader::open(folder);
    QCOMPARE((*reader)->epochs().size(), std::size_t{1});
    QCOMPARE((*reader)->summary()->bestMetrics["dice"].get<double>(), 0.25);
    QCOMPARE(values(*(*reader)->curve("validation/dice")), std::vector<double>{0.25});
}

void TestRunStore::tablesAreAppendOnly()
{
    const auto run = m_runs->make();
    QVERIFY(run->addMetrics(1, 0.0, {{"loss", 1.0}}));
    RunFixture::execute(run->folder(), "DELETE FROM point", SQLITE_CONSTRAINT);
    RunFixture::execute(run->folder(), "UPDATE state SET state = 'done'", SQLITE_CONSTRAINT);
    RunFixture::execute(run->folder(), "UPDATE run SET seed = '1'", SQLITE_CONSTRAINT);
}

void TestRunStore::listsRunsNewestFirst()
{
    QVERIFY(listRuns(m_runs->root()).empty());
    const auto first = m_runs->make("b");
    const auto second = m_runs->make("a");
    fs::create_directory(m_runs->root() / "something else");
    fs::create_directory(m_runs->root() / "broken");
    QVERIFY(writeFile(m_runs->root() / "broken" / "run.sqlite", std::string(5000, 'x'), Overwrite::No));
    const auto runs = listRuns(m_runs->root());
    QCOMPARE(runs.size(), std::size_t{3});
    QVERIFY(runs[0].startedUtc >= runs[1].startedUtc);
    QCOMPARE(runs[2].id, std::string("broken"));
    QCOMPARE(runs[2].state, RunState::Failed);
    QVERIFY(runs[2].message.find("not a database") != std::string::npos);
}

void TestRunStore::findsARunByFolderOrName()
{
    const fs::path folder = m_runs->make("wires")->folder();
    const fs::path root = folder.parent_path();
    QCOMPARE(runFolderNamed(folder.filename().string(), root), folder);
    QCOMPARE(runFolderNamed(folder.string(), "/nowhere"), folder);
    QCOMPARE(runFolderNamed("nothing", root), fs::path("nothing"));
    QVERIFY(runFolderNamed("", root).empty());
}

void TestRunStore::exportsCsv()
{
    const auto run = m_runs->make();
    QVERIFY(run->addMetrics(1, 0.5, {{"a,\"b\"", 0.1}, {"loss", -2.0}}));
    QVERIFY(run->addMetrics(2, 1.0, {{"loss", 1e-7}}));
    const auto reader = RunReader::open(run->folder());
    const auto points = (*reader)->curve("loss")->points;
    const fs::path target = m_runs->root() / "out.csv";
    QVERIFY(exportCsv(**reader, target, false));
    const auto text = readFile(target, 10000);
    QVERIFY(text);
    const QStringList lines = QString::fromStdString(*text).split('\n');
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[0], "step,epoch,wall_seconds,metric,value");
    QVERIFY(lines[1].startsWith("1,0.5,"));
    QVERIFY(lines[1].endsWith(",\"a,\"\"b\"\"\",0.1"));
    QVERIFY(lines[2].endsWith(",loss,-2"));
    QVERIFY(lines[3].startsWith("2,1,"));
    QVERIFY(lines[3].endsWith(",loss,1e-07"));
    QCOMPARE(lines[3].split(',')[2].toDouble(), points[1].wallSeconds);
    QCOMPARE(exportCsv(**reader, target, false).error().code, ErrorCode::FileExists);
    QVERIFY(exportCsv(**reader, target, true));
}

void TestRunStore::hostileStores_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<bool>("opens");
    QTest::newRow("newer") << "PRAGMA user_version = 2" << false;
    QTest::newRow("foreign") << "PRAGMA application_id = 1" << false;
    QTest::newRow("no table") << "DROP TABLE run" << true;
    QTest::newRow("no run") << "DROP TRIGGER run_no_DELETE; DELETE FROM run" << true;
    QTest::newRow("no state") << "DROP TABLE state" << true;
}

void TestRunStore::hostileStores()
{
    QFETCH(QString, sql);
    QFETCH(bool, opens);
    auto run = m_runs->make();
    const fs::path folder = run->folder();
    run.reset();
    RunFixture::execute(folder, sql.toUtf8().constData());
    const auto reader = RunReader::open(folder);
    QCOMPARE(reader.has_value(), opens);
    const Error error = reader ? (*reader)->summary().error() : reader.error();
    QCOMPARE(error.code, ErrorCode::FileUnreadable);
    QCOMPARE(listRuns(m_runs->root())[0].state, RunState::Failed);
}

void TestRunStore::keepsNamesInside()
{
    const auto run = m_runs->make();
    for (const char* name : {"/etc/passwd", "../x.png", "samples/../../x.png"})
        QCOMPARE(run->addSample(0, name, "", "").error().code, ErrorCode::InvalidArgument);
    RunFixture::execute(
        run->folder(),
        "INSERT INTO sample (session, step, epoch, picture, reference, prediction) VALUES (1, 0, "
        "0, '../../x', '/etc/passwd', 'samples/ok.png')");
    const auto reader = RunReader::open(run->folder());
    const auto samples = (*reader)->samples();
    QCOMPARE(samples.size(), std::size_t{1});
    QVERIFY(samples[0].picture.empty());
    QVERIFY(samples[0].reference.empty());
    QCOMPARE(samples[0].prediction, run->folder() / "samples/ok.png");
}

void TestRunStore::idsAreUnique()
{
    std::set<fs::path> folders;
    for (int i = 0; i < 5; ++i)
        folders.insert(m_runs->make("same/../name")->folder());
    QCOMPARE(folders.size(), std::size_t{5});
    for (const fs::path& folder : folders)
        QCOMPARE(folder.parent_path(), m_runs->root());
}

void TestRunStore::holdsNoMachineName()
{
    const auto run = m_runs->make();
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const auto bytes = readFile(run->folder() / "run.sqlite-wal", 1 << 24);
    QVERIFY(bytes);
    QVERIFY(bytes->find("processor") != std::string::npos || bytes->find("cores") != std::string::npos);
    if (std::string(host).size() > 5)
        QVERIFY(bytes->find(host) == std::string::npos);
    QVERIFY(bytes->find(m_runs->root().string()) == std::string::npos);
}

QTEST_APPLESS_MAIN(TestRunStore)
#include "tst_run_store.moc"
