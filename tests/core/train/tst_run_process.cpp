// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/process_identity.h"
#include "tests/core/train/run_fixture.h"

#include <csignal>
#include <fstream>
#include <functional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fedefm;
using namespace fedefm::test;

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

/// Mounts a drive of 512 KiB that only this process sees; false where this user may not.
bool mountSmallDrive(const fs::path& folder)
{
    const auto write = [](const char* file, const std::string& text) {
        std::ofstream(file) << text << std::flush;
    };
    const bool isRoot = ::geteuid() == 0;
    const std::string user = std::to_string(::geteuid());
    const std::string group = std::to_string(::getegid());
    if (::unshare(isRoot ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    if (!isRoot) {
        // Files on the drive need an owner that the new name space knows.
        write("/proc/self/uid_map", user + " " + user + " 1");
        write("/proc/self/setgroups", "deny");
        write("/proc/self/gid_map", group + " " + group + " 1");
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", folder.c_str(), "tmpfs", 0, "size=512k") == 0;
}

} // namespace

class TestRunProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_runs = std::make_unique<RunFixture>(); }
    void killedProcessIsLost();
    void reusedProcessNumberIsLost();
    void resumeIsRefusedWhileAtWork();
    void writerWithoutLastWordIsLost();
    void commandsReachTheWriter();
    void refusesCommands();
    void pausesAreNoWorkingTime();
    void fullDisk();
    void readOnlyFolder();

private:
    std::unique_ptr<RunFixture> m_runs;
};

void TestRunProcess::killedProcessIsLost()
{
    const int status = inChild([this] {
        const auto run = m_runs->make();
        run->addMetrics(1, 0.1, {{"loss", 0.5}});
        ::kill(::getpid(), SIGKILL);
    });
    QVERIFY(WIFSIGNALED(status));
    const auto runs = listRuns(m_runs->root());
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(runs[0].state, RunState::Lost);
    const auto reader = RunReader::open(runs[0].folder);
    QCOMPARE(values(*(*reader)->curve("loss")), std::vector<double>{0.5});
    const auto resumed = RunWriter::resume(runs[0].folder, 1);
    QVERIFY(resumed);
    QCOMPARE(RunFixture::summaryOf(runs[0].folder).state, RunState::Running);
}

void TestRunProcess::reusedProcessNumberIsLost()
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

    const auto run = m_runs->make();
    QVERIFY(run->setState(RunState::Paused));
    QCOMPARE(RunFixture::summaryOf(run->folder()).state, RunState::Paused);
    RunFixture::execute(
        run->folder(),
        "INSERT INTO session (utc, pid, process_start, boot_id, from_step, wall_seconds, version, "
        "machine) SELECT utc, pid, process_start + 1, boot_id, 0, 0, '', '' FROM session");
    QCOMPARE(RunFixture::summaryOf(run->folder()).state, RunState::Lost);
}

void TestRunProcess::resumeIsRefusedWhileAtWork()
{
    const auto run = m_runs->make();
    const auto second = RunWriter::resume(run->folder(), 0);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::InvalidArgument);
    QVERIFY(run->setState(RunState::Stopped, "by the user"));
    QVERIFY(RunWriter::resume(run->folder(), 0));
    const auto none = RunWriter::resume(m_runs->root() / "none", 0);
    QCOMPARE(none.error().code, ErrorCode::FileNotFound);
}

void TestRunProcess::writerWithoutLastWordIsLost()
{
    auto run = m_runs->make();
    const fs::path folder = run->folder();
    run.reset();
    QCOMPARE(RunFixture::summaryOf(folder).state, RunState::Lost);
}

void TestRunProcess::commandsReachTheWriter()
{
    const auto run = m_runs->make();
    QCOMPARE(run->takeCommand(), std::string());
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QCOMPARE(run->takeCommand(), std::string("pause"));
    QCOMPARE(run->takeCommand(), std::string());
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QVERIFY(sendRunCommand(run->folder(), "resume"));
    QCOMPARE(run->takeCommand(), std::string("pause"));
    QCOMPARE(run->takeCommand(), std::string("resume"));
    QCOMPARE(run->takeCommand(), std::string());
    // A stop does not wait behind others.
    QVERIFY(sendRunCommand(run->folder(), "resume"));
    QVERIFY(sendRunCommand(run->folder(), "stop"));
    QVERIFY(sendRunCommand(run->folder(), "pause"));
    QCOMPARE(run->takeCommand(), std::string("stop"));
    QVERIFY(sendRunCommand(run->folder(), "stop"));
    QVERIFY(run->setState(RunState::Stopped));
    // What was asked of the former process is no business of the next.
    const auto resumed = RunWriter::resume(run->folder(), 0);
    QCOMPARE((*resumed)->takeCommand(), std::string());
}

void TestRunProcess::refusesCommands()
{
    const auto run = m_runs->make();
    QCOMPARE(sendRunCommand(run->folder(), "halt").error().code, ErrorCode::InvalidArgument);
    QVERIFY(run->setState(RunState::Done));
    QCOMPARE(sendRunCommand(run->folder(), "stop").error().code, ErrorCode::InvalidArgument);
    QCOMPARE(sendRunCommand(m_runs->root() / "none", "stop").error().code, ErrorCode::FileNotFound);
}

void TestRunProcess::pausesAreNoWorkingTime()
{
    const auto run = m_runs->make();
    QVERIFY(run->setState(RunState::Paused));
    const double paused = run->wallSeconds();
    QVERIFY(run->addEvent("info", "some time passes with a write to the disk"));
    QCOMPARE(run->wallSeconds(), paused);
    QVERIFY(run->setState(RunState::Running));
    QVERIFY(run->addEvent("info", "work"));
    QVERIFY(run->wallSeconds() > paused);
}

void TestRunProcess::fullDisk()
{
    fs::create_directories(m_runs->root());
    const int status = inChild([this] {
        if (!mountSmallDrive(m_runs->root()))
            ::_exit(77);
        const auto run = m_runs->make();
        if (!run->addMetrics(1, 0.0, {{"loss", 1.0}}))
            ::_exit(1);
        bool isFull = false;
        for (int i = 0; i < 400 && !isFull; ++i) {
            const auto added = run->addEvent("info", std::string(4000, 'x'));
            if (!added && added.error().code != ErrorCode::DiskFull)
                ::_exit(2);
            isFull = !added;
        }
        const auto other = RunWriter::create(m_runs->root(), {});
        if (other || other.error().code != ErrorCode::DiskFull)
            ::_exit(3);
        // What was said to be written is there.
        const auto reader = RunReader::open(run->folder());
        if (!reader || values(*(*reader)->curve("loss")) != std::vector<double>{1.0})
            ::_exit(4);
        ::_exit(isFull && listRuns(m_runs->root()).size() == 1 ? 42 : 5);
    });
    QVERIFY(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        QSKIP("this user may not mount a small drive");
    QCOMPARE(WEXITSTATUS(status), 42);
}

void TestRunProcess::readOnlyFolder()
{
    if (::geteuid() == 0)
        QSKIP("root may write everywhere");
    fs::path folder;
    {
        const auto run = m_runs->make();
        folder = run->folder();
        QVERIFY(run->setState(RunState::Done));
    }
    ::chmod(folder.c_str(), 0500);
    QCOMPARE(RunFixture::summaryOf(folder).state, RunState::Done);
    const auto resumed = RunWriter::resume(folder, 0);
    QCOMPARE(resumed.error().code, ErrorCode::WriteFailed);
    ::chmod(folder.c_str(), 0700);
}

QTEST_APPLESS_MAIN(TestRunProcess)
#include "tst_run_process.moc"
