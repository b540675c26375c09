// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_launcher.h"

#include "fake_trainer.h"

#include <QCoreApplication>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;

/// The test's own program stands in for fedefm-learn.
class TestRunLauncher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anOldRunWithTheSameProcessNumberIsNotTheNewOne();
    void goingOnTwiceStartsOneProcess();

private:
    int startFiles(const char* pattern) const
    {
        return static_cast<int>(
            QDir(m_folder.filePath(".starts")).entryList({QLatin1String(pattern)}, QDir::Files).size());
    }
    QTemporaryDir m_folder;
};

void TestRunLauncher::anOldRunWithTheSameProcessNumberIsNotTheNewOne()
{
    qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
    const std::filesystem::path runs = m_folder.path().toStdString();
    RunLauncher launcher(runs);
    QVERIFY(launcher.start({{"name", "new"}}));
    std::vector<RunSummary> known;
    QTRY_VERIFY_WITH_TIMEOUT((known = listRuns(runs)).size() == 1 && known.front().pid > 0, 10000);
    const RunSummary made = known.front();

    RunSummary old = made;
    old.id = "old";
    old.folder = runs / "old";
    old.startedUtc = "2020-01-31T12:00:00Z";
    QVERIFY(std::filesystem::create_directory(old.folder));
    // Its state is no sign either: a run that was cut off by a power failure is lost, not done.
    for (const RunState state : {RunState::Done, RunState::Lost, RunState::Running}) {
        old.state = state;
        launcher.seen({old});
        QCOMPARE(launcher.waitingCount(), 1);
        QCOMPARE(startFiles("*.json"), 1);
        QVERIFY(!std::filesystem::exists(old.folder / "log.txt"));
    }

    launcher.seen({made, old});
    QCOMPARE(launcher.waitingCount(), 0);
    QCOMPARE(startFiles("*"), 0);
    QVERIFY(std::filesystem::exists(made.folder / "log.txt"));
    QVERIFY(sendRunCommand(made.folder, "stop"));
    QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(made.pid), 10000);
}

void TestRunLauncher::goingOnTwiceStartsOneProcess()
{
    qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
    QTemporaryDir folder;
    RunLauncher launcher(folder.path().toStdString());
    RunSummary lost;
    lost.id = lost.name = "lost";
    lost.folder = folder.filePath("lost").toStdString();
    QVERIFY(launcher.resume(lost));
    QVERIFY(launcher.resume(lost));
    QCOMPARE(launcher.waitingCount(), 1);
    RunSummary other = lost;
    other.id = "other";
    QVERIFY(launcher.resume(other));
    QCOMPARE(launcher.waitingCount(), 2);
    // Neither run is there: both processes end with an error, and the run may be gone on with again.
    QTRY_COMPARE_WITH_TIMEOUT(launcher.waitingCount(), 0, 20000);
}

int main(int argc, char** argv)
{
    if (argc > 1 && qstrcmp(argv[1], "train") == 0)
        return fedefm::test::fakeTrain(argc, argv);
    QCoreApplication application(argc, argv);
    TestRunLauncher test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_run_launcher.moc"
