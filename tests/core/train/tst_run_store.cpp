// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/process_identity.h"
#include "core/train/run_store.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <limits>
#include <sched.h>
#include <set>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fedefm;
namespace fs = std::filesystem;

class TestRunStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void recordsARun();
    void pollsACurve();
    void resumeSupersedesWithoutDeleting();
    void resumeIsSeenByAPollingReader();
    void laterEpochCounts();
    void killedProcessIsLost();
    void reusedProcessNumberIsLost();
    void resumeIsRefusedWhileAtWork();
    void writerWithoutLastWordIsLost();
    void commandsReachTheWriter();
    void refusesCommands();
    void pausesAreNoWorkingTime();
    void tablesAreAppendOnly();
    void listsRunsNewestFirst();
    void exportsCsv();
    void fullDisk();
    void readOnlyFolder();
    void hostileStores_data();
    void hostileStores();
    void keepsNamesInside();
    void idsAreUnique();
    void holdsNoMachineName();

private:
    std::unique_ptr<RunWriter> make(const std::string& name = "test")
    {
        RunWriter::Start start;
        start.name = name;
        start.seed = 18446744073709551615ULL;
        start.epochsPlanned = 5;
        start.architecture = "unet";
        start.threads = 2;
        start.config = {{"epochs", 5}};
        start.split = {{"train", {"a", "b"}}};
        auto run = RunWriter::create(m_root, start);
        if (!run)
            qFatal("%s", describe(run.error()).c_str());
        return std::move(*run);
    }
    static RunSummary summaryOf(const fs::path& folder)
    {
        const auto reader = RunReader::open(folder);
        if (!reader)
            qFatal("%s", describe(reader.error()).c_str());
        return *(*reader)->summary();
    }
    static void execute(const fs::path& folder, const char* sql, int expected = SQLITE_OK)
    {
        sqlite3* handle = nullptr;
        sqlite3_open((folder / "run.sqlite").c_str(), &handle);
        const int code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
        sqlite3_close(handle);
        QCOMPARE(code, expected);
    }
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;
};

namespace {

/// Runs `work` in a process of its own and returns how it ended.
int inChild(const std::function<void()>& work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

std::vector<double> values(const RunReader::Curve& curve)
{
    std::vector<double> list;
    for (const MetricPoint& point : curve.points)
        list.push_back(point.value);
    return list;
}

} // namespace

void TestRunStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = fs::path(m_folder->path().toStdString()) / "runs";
}

void TestRunStore::recordsARun()
{
    const auto run = make("first try");
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
    const auto run = make();
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

void TestRunStore::resumeSupersedesWithoutDeleting()
{
    fs::path folder;
    {
        const auto run = make();
        folder = run->folder();
        for (int step = 1; step <= 6; ++step)
            QVERIFY(run->addMetrics(step, 0.0, {{"loss", 10.0 + step}}));
        QVERIFY(run->finishEpoch(0, true, {{"dice", 0.9}}));
        QVERIFY(run->addSample(0, "samples/old.png", "", ""));
    }
    const double spent = summaryOf(folder).wallSeconds;
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
    execute(folder,
            "CREATE TABLE proof (n INTEGER CHECK (n = 8)); INSERT INTO proof SELECT count(*) FROM point");
}

void TestRunStore::resumeIsSeenByAPollingReader()
{
    fs::path folder;
    std::int64_t at = 0;
    {
        const auto run = make();
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
        const auto run = make();
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

void TestRunStore::killedProcessIsLost()
{
    const int status = inChild([this] {
        const auto run = make();
        run->addMetrics(1, 0.1, {{"loss", 0.5}});
        ::kill(::getpid(), SIGKILL);
    });
    QVERIFY(WIFSIGNALED(status));
    const auto runs = listRuns(m_root);
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(runs[0].state, RunState::Lost);
    const auto reader = RunReader::open(runs[0].folder);
    QCOMPARE(values(*(*reader)->curve("loss")), std::vector<double>{0.5});
    const auto resumed = RunWriter::resume(runs[0].folder, 1);
    QVERIFY(resumed);
    QCOMPARE(summaryOf(runs[0].folder).state, RunState::Running);
}

void TestRunStore::reusedProcessNumberIsLost()
{
    ProcessIdentity self = thisProcess();
    QVERIFY(isAlive(self));
    ProcessIdentity other = self;
    other.startTicks += 1;
    QVERIFY(!isAlive(other));
    other = self;
    other.bootId = "another";
    QVERIFY(!isAlive(other));
    // An ended process that nobody has waited for.
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    std::ifstream file("/proc/" + std::to_string(child) + "/stat");
    QVERIFY(file.good());
    ProcessIdentity zombie = self;
    zombie.pid = child;
    std::string field;
    for (int i = 0; i < 22; ++i)
        file >> field;
    zombie.startTicks = std::stoll(field);
    QVERIFY(!isAlive(zombie));
    ::waitpid(child, nullptr, 0);

    const auto run = make();
    QVERIFY(run->setState(RunState::Paused));
    QCOMPARE(summaryOf(run->folder()).state, RunState::Paused);
    execute(run->folder(),
            "INSERT INTO session (utc, pid, process_start, boot_id, from_step, wall_seconds, version, "
            "machine) SELECT utc, pid, process_start + 1, boot_id, 0, 0, '', '' FROM session");
    QCOMPARE(summaryOf(run->folder()).state, RunState::Lost);
}

void TestRunStore::resumeIsRefusedWhileAtWork()
{
    const auto run = make();
    const auto second = RunWriter::resume(run->folder(), 0);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::InvalidArgument);
    QVERIFY(run->setState(RunState::Stopped, "by the user"));
    QVERIFY(RunWriter::resume(run->folder(), 0));
    const auto none = RunWriter::resume(m_root / "none", 0);
    QCOMPARE(none.error().code, ErrorCode::FileNotFound);
}

void TestRunStore::writerWithoutLastWordIsLost()
{
    auto run = make();
    const fs::path folder = run->folder();
    run.reset();
    QCOMPARE(summaryOf(folder).state, RunState::Lost);
}

void TestRunStore::commandsReachTheWriter()
{
    const auto run = make();
    QCOMPARE(run->takeCommand(), std::string());
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QCOMPARE(run->takeCommand(), std::string("pause"));
    QCOMPARE(run->takeCommand(), std::string());
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QVERIFY(sendRunCommand(run->folder(), "resume"));
    QCOMPARE(run->takeCommand(), std::string("resume"));
    QVERIFY(sendRunCommand(run->folder(), "stop"));
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QCOMPARE(run->takeCommand(), std::string("stop"));
    QVERIFY(sendRunCommand(run->folder(), "stop"));
    QVERIFY(run->setState(RunState::Stopped));
    // What was asked of the former process is no business of the next.
    const auto resumed = RunWriter::resume(run->folder(), 0);
    QCOMPARE((*resumed)->takeCommand(), std::string());
}

void TestRunStore::refusesCommands()
{
    const auto run = make();
    QCOMPARE(sendRunCommand(run->folder(), "halt").error().code, ErrorCode::InvalidArgument);
    QVERIFY(run->setState(RunState::Done));
    QCOMPARE(sendRunCommand(run->folder(), "stop").error().code, ErrorCode::InvalidArgument);
    QCOMPARE(sendRunCommand(m_root / "none", "stop").error().code, ErrorCode::FileNotFound);
}

void TestRunStore::pausesAreNoWorkingTime()
{
    const auto run = make();
    QVERIFY(run->setState(RunState::Paused));
    const double paused = run->wallSeconds();
    QVERIFY(run->addEvent("info", "some time passes with a write to the disk"));
    QCOMPARE(run->wallSeconds(), paused);
    QVERIFY(run->setState(RunState::Running));
    QVERIFY(run->addEvent("info", "work"));
    QVERIFY(run->wallSeconds() > paused);
}

void TestRunStore::tablesAreAppendOnly()
{
    const auto run = make();
    QVERIFY(run->addMetrics(1, 0.0, {{"loss", 1.0}}));
    execute(run->folder(), "DELETE FROM point", SQLITE_CONSTRAINT);
    execute(run->folder(), "UPDATE state SET state = 'done'", SQLITE_CONSTRAINT);
    execute(run->folder(), "UPDATE run SET seed = '1'", SQLITE_CONSTRAINT);
}

void TestRunStore::listsRunsNewestFirst()
{
    QVERIFY(listRuns(m_root).empty());
    const auto first = make("b");
    const auto second = make("a");
    fs::create_directory(m_root / "something else");
    fs::create_directory(m_root / "broken");
    QVERIFY(writeFile(m_root / "broken" / "run.sqlite", std::string(5000, 'x'), Overwrite::No));
    const auto runs = listRuns(m_root);
    QCOMPARE(runs.size(), std::size_t{3});
    QVERIFY(runs[0].startedUtc >= runs[1].startedUtc);
    QCOMPARE(runs[2].id, std::string("broken"));
    QCOMPARE(runs[2].state, RunState::Failed);
    QVERIFY(runs[2].message.find("not a database") != std::string::npos);
}

void TestRunStore::exportsCsv()
{
    const auto run = make();
    QVERIFY(run->addMetrics(1, 0.5, {{"a,\"b\"", 0.1}, {"loss", -2.0}}));
    QVERIFY(run->addMetrics(2, 1.0, {{"loss", 1e-7}}));
    const auto reader = RunReader::open(run->folder());
    const auto points = (*reader)->curve("loss")->points;
    const fs::path target = m_root / "out.csv";
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

void TestRunStore::fullDisk()
{
    fs::create_directories(m_root);
    const int status = inChild([this] {
        // A drive of 512 KiB of its own.
        if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("none", m_root.c_str(), "tmpfs", 0, "size=512k") != 0)
            ::_exit(77);
        const auto run = make();
        if (!run->addMetrics(1, 0.0, {{"loss", 1.0}}))
            ::_exit(1);
        bool isFull = false;
        for (int i = 0; i < 400 && !isFull; ++i) {
            const auto added = run->addEvent("info", std::string(4000, 'x'));
            if (!added && added.error().code != ErrorCode::DiskFull)
                ::_exit(2);
            isFull = !added;
        }
        const auto other = RunWriter::create(m_root, {});
        if (other || other.error().code != ErrorCode::DiskFull)
            ::_exit(3);
        // What was said to be written is there.
        const auto reader = RunReader::open(run->folder());
        if (!reader || values(*(*reader)->curve("loss")) != std::vector<double>{1.0})
            ::_exit(4);
        ::_exit(isFull && listRuns(m_root).size() == 1 ? 42 : 5);
    });
    QVERIFY(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        QSKIP("this user may not mount a small drive");
    QCOMPARE(WEXITSTATUS(status), 42);
}

void TestRunStore::readOnlyFolder()
{
    if (::geteuid() == 0)
        QSKIP("root may write everywhere");
    fs::path folder;
    {
        const auto run = make();
        folder = run->folder();
        QVERIFY(run->setState(RunState::Done));
    }
    ::chmod(folder.c_str(), 0500);
    QCOMPARE(summaryOf(folder).state, RunState::Done);
    const auto resumed = RunWriter::resume(folder, 0);
    QCOMPARE(resumed.error().code, ErrorCode::WriteFailed);
    ::chmod(folder.c_str(), 0700);
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
    auto run = make();
    const fs::path folder = run->folder();
    run.reset();
    execute(folder, sql.toUtf8().constData());
    const auto reader = RunReader::open(folder);
    QCOMPARE(reader.has_value(), opens);
    const Error error = reader ? (*reader)->summary().error() : reader.error();
    QCOMPARE(error.code, ErrorCode::FileUnreadable);
    QCOMPARE(listRuns(m_root)[0].state, RunState::Failed);
}

void TestRunStore::keepsNamesInside()
{
    const auto run = make();
    for (const char* name : {"/etc/passwd", "../x.png", "samples/../../x.png"})
        QCOMPARE(run->addSample(0, name, "", "").error().code, ErrorCode::InvalidArgument);
    execute(run->folder(),
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
        folders.insert(make("same/../name")->folder());
    QCOMPARE(folders.size(), std::size_t{5});
    for (const fs::path& folder : folders)
        QCOMPARE(folder.parent_path(), m_root);
}

void TestRunStore::holdsNoMachineName()
{
    const auto run = make();
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const auto bytes = readFile(run->folder() / "run.sqlite-wal", 1 << 24);
    QVERIFY(bytes);
    QVERIFY(bytes->find("processor") != std::string::npos || bytes->find("cores") != std::string::npos);
    if (std::string(host).size() > 5)
        QVERIFY(bytes->find(host) == std::string::npos);
    QVERIFY(bytes->find(m_root.string()) == std::string::npos);
}

QTEST_APPLESS_MAIN(TestRunStore)
#include "tst_run_store.moc"
