// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session_checkpoints.h"
#include "fake_federate.h"
#include "federate_window.h"
#include "ui/federate/draft_panel.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_facts.h"
#include "ui/federate/silo_panel.h"
#include "ui/federate/topology_view.h"

using namespace fedefm;
using test::SessionFolder;
using test::smallPlan;

/// Sessions that are processes: started, commanded, gone back with, left alone.
class TestFederateProcess : public test::FederateWindow
{
    Q_OBJECT

private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }
    void sessionStartsObeysAndIsFoundAgain();
    void lostSessionGoesOn();
    void goesOnBehindTheChosenRound();
    void closingTheWindowLeavesTheSession();
    void sessionIsStoppedWhereAsked();
};

void TestFederateProcess::sessionStartsObeysAndIsFoundAgain()
{
    mode()->draft()->setPlan(smallPlan());
    QVERIFY(mode()->startSession());
    QTRY_VERIFY(isInState(RunState::Running));
    QTRY_VERIFY(mode()->monitor()->snapshot() && !mode()->monitor()->snapshot()->rounds.empty());
    QTRY_VERIFY(mode()->facts()->fact("State").contains("running"));
    QTRY_VERIFY(mode()->topology()->edges().size() == 3);
    mode()->command("pause");
    QTRY_VERIFY(isInState(RunState::Paused));
    mode()->command("goOn");
    QTRY_VERIFY(isInState(RunState::Running));
    mode()->silos()->setCurrentSilo(2);
    QTRY_VERIFY(mode()->silos()->canDrop());
    mode()->command("drop 2");
    QTRY_VERIFY(!mode()->monitor()->snapshot()->isMember(2));
    // Another window sees the session as it is, with its history.
    m_window.reset();
    openWindow();
    QTRY_VERIFY(isInState(RunState::Running));
    QTRY_VERIFY(mode()->monitor()->snapshot() && mode()->monitor()->snapshot()->rounds.size() == 1);
    QVERIFY(!mode()->monitor()->snapshot()->isMember(2));
    mode()->command("stop");
    QTRY_VERIFY(isInState(RunState::Stopped));
}

void TestFederateProcess::lostSessionGoesOn()
{
    {
        SessionFolder session(runs());
        session.closeRound(0);
    }
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(isInState(RunState::Lost));
    QTRY_VERIFY(action("federate.goOn")->isEnabled());
    action("federate.goOn")->trigger();
    QTRY_VERIFY(isInState(RunState::Running));
    QVERIFY(onlySession()->pid != ::getpid());
    mode()->command("stop");
    QTRY_VERIFY(isInState(RunState::Stopped));
}

void TestFederateProcess::goesOnBehindTheChosenRound()
{
    {
        SessionFolder session(runs());
        for (const int round : {0, 1, 2})
            session.closeRound(round);
        std::filesystem::create_directories(session.folder() / checkpointFolder(2));
        QVERIFY(writeFile(session.folder() / checkpointFile(2), "{}", Overwrite::No));
    }
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(isInState(RunState::Lost));
    QTRY_VERIFY(mode()->monitor()->snapshot() && mode()->monitor()->snapshot()->rounds.size() == 3);
    QVERIFY(!action("federate.goBack")->isEnabled());
    const auto choose = [this](int round, Qt::MouseButton button) {
        const QPoint at = mode()->rounds()->cellRect(round).center().toPoint();
        QTest::mouseClick(mode()->rounds(), button, {}, at);
    };
    choose(0, Qt::LeftButton); // has no checkpoint
    QVERIFY(!action("federate.goBack")->isEnabled());
    choose(1, Qt::RightButton);
    QVERIFY(action("federate.goBack")->isEnabled());
    action("federate.goBack")->trigger();
    QTRY_VERIFY(isInState(RunState::Running));
    QVERIFY(!action("federate.goBack")->isEnabled());
    QTRY_COMPARE(mode()->monitor()->snapshot()->rounds.size(), std::size_t(2));
}

void TestFederateProcess::closingTheWindowLeavesTheSession()
{
    mode()->draft()->setPlan(smallPlan());
    QVERIFY(mode()->startSession());
    QTRY_VERIFY(isInState(RunState::Running));
    const auto folder = onlySession()->folder;
    m_window->close();
    m_window.reset();
    auto reader = RunReader::open(folder);
    QVERIFY(reader);
    QVERIFY((*reader)->summary()->state == RunState::Running);
    QVERIFY(sendRunCommand(folder, "stop"));
    const auto isStopped = [&] { return (*reader)->summary()->state == RunState::Stopped; };
    QTRY_VERIFY(isStopped());
    openWindow();
}

void TestFederateProcess::sessionIsStoppedWhereAsked()
{
    mode()->draft()->setPlan(smallPlan());
    QVERIFY(mode()->startSession());
    QTRY_VERIFY(isInState(RunState::Running));
    const auto reader = RunReader::open(onlySession()->folder);
    QVERIFY(reader);
    action("file.stopAndQuit")->trigger();
    QVERIFY(!m_window->isVisible());
    QTRY_VERIFY((*reader)->summary()->state == RunState::Stopped);
}

int main(int argc, char** argv)
{
    if (argc > 1 && qstrcmp(argv[1], "federate") == 0)
        return test::fakeFederate(argc, argv);
    QApplication application(argc, argv);
    TestFederateProcess test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_federate_process.moc"
