// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_federate.h"
#include "session_folder.h"
#include "ui/federate/draft_panel.h"
#include "ui/federate/federate_mode.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_facts.h"
#include "ui/federate/session_list.h"
#include "ui/federate/silo_panel.h"
#include "ui/federate/topology_view.h"
#include "ui/shell/main_window.h"
#include "ui/train/config_draft.h"
#include "ui/train/train_mode.h"
#include "ui_test_support.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>

#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>

using namespace fedefm;
using test::SessionFolder;

namespace {

nlohmann::json smallPlan()
{
    return {{"version", 1},
            {"name", "small"},
            {"rounds", 6},
            {"training", {{"task", "classification"}, {"model", {{"network", "timm_vit"}}}}},
            {"data", {{"pool", {{"train", {{"form", "simulated"}}}}}}},
            {"topology", {{"name", "ring"}}},
            {"strategy", {{"name", "fedefm"}}}};
}

} // namespace

class TestFederateMode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void modesHideAndShowTheirParts();
    void everyControlHasANameAndASize();
    void emptyModeSaysWhatToDo();
    void controlsFollowTheState();
    void brokenPlanDoesNotStart();
    void sessionStartsObeysAndIsFoundAgain();
    void lostSessionGoesOn();
    void roundsChosenInTheStripAreShown();
    void factsNameTheModelThatIsGivenAway();
    void silosThatAreMissedAreIssues();
    void fineTuningBeginsWithTheMergedModel();
    void closingTheWindowLeavesTheSession();

private:
    QAction* action(const char* id) { return m_studio->actions->action(id); }
    FederateMode* mode() { return m_window->federate(); }
    const RunSummary* onlySession()
    {
        const auto& runs = mode()->sessions()->model()->runs();
        return runs.size() == 1 ? &runs.front() : nullptr;
    }
    bool isInState(RunState state) { return onlySession() && onlySession()->state == state; }
    void openWindow()
    {
        m_window = std::make_unique<MainWindow>(m_studio->context);
        m_window->resize(1400, 900);
        m_window->show();
        action("mode.federate")->trigger();
    }
    std::filesystem::path runs() const { return m_folder->path().toStdString(); }
    void endProcess()
    {
        if (const RunSummary* run = mode() ? onlySession() : nullptr; run && run->pid != ::getpid())
            ::kill(static_cast<pid_t>(run->pid), SIGKILL);
    }

    std::unique_ptr<test::Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestFederateMode::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("FEDEFM_RUNS", m_folder->path().toUtf8());
    qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
    m_studio = std::make_unique<test::Studio>();
    Settings().acceptResearchUse();
    openWindow();
}

void TestFederateMode::cleanup()
{
    endProcess();
    m_window.reset();
    m_studio.reset();
}

void TestFederateMode::modesHideAndShowTheirParts()
{
    QCOMPARE(m_window->mode(), WindowMode::Federate);
    QVERIFY(mode()->isVisible());
    QVERIFY(action("federate.new")->isEnabled());
    QVERIFY(!action("train.start")->isEnabled() && !action("tool.ruler")->isEnabled());
    action("mode.train")->trigger();
    QVERIFY(!mode()->isVisible() && m_window->train()->isVisible());
    QVERIFY(action("train.start")->isEnabled() && !action("federate.new")->isEnabled());
    action("mode.view")->trigger();
    QVERIFY(m_window->findChild<QWidget*>("studies")->isVisible());
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QTest::keyClick(m_window.get(), Qt::Key_4, Qt::AltModifier);
    QCOMPARE(m_window->mode(), WindowMode::Federate);
    QVERIFY(action("mode.federate")->isChecked());
}

void TestFederateMode::everyControlHasANameAndASize()
{
    SessionFolder session(runs());
    session.closeRound(0);
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(mode()->monitor()->snapshot());
    int walked = 0;
    for (const QWidget* widget : mode()->findChildren<QWidget*>()) {
        const QWidget* parent = widget->parentWidget();
        const bool isControl =
            qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
            qobject_cast<const QAbstractSlider*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
            qobject_cast<const QPlainTextEdit*>(widget) || widget->focusPolicy() == Qt::StrongFocus;
        const bool isInner = qobject_cast<const QScrollBar*>(widget) ||
                             widget->objectName().startsWith(QLatin1String("qt_")) ||
                             qobject_cast<const QComboBox*>(parent) ||
                             qobject_cast<const QAbstractItemView*>(parent) ||
                             QByteArray(widget->metaObject()->className()).startsWith("QComboBoxPrivate") ||
                             QByteArray(parent->metaObject()->className()).startsWith("QComboBoxPrivate") ||
                             QByteArray(parent->metaObject()->className()).startsWith("QTabBar");
        if (!isControl || isInner)
            continue;
        ++walked;
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const QString name =
            widget->accessibleName().isEmpty() && button ? button->text() : widget->accessibleName();
        const QString what = QStringLiteral("%1 '%2' in %3 (%4x%5)")
                                 .arg(widget->metaObject()->className(), widget->objectName(),
                                      parent->metaObject()->className())
                                 .arg(widget->width())
                                 .arg(widget->height());
        QVERIFY2(!name.isEmpty(), qPrintable(what));
        if (widget->isVisible() && widget->isEnabled())
            QVERIFY2(widget->height() >= 24, qPrintable(what));
    }
    QVERIFY(walked > 25);
}

void TestFederateMode::emptyModeSaysWhatToDo()
{
    bool isFound = false;
    mode()->watcher()->refreshNow();
    const auto isTold = [&] {
        for (const QLabel* label : mode()->sessions()->findChildren<QLabel*>())
            isFound = isFound || (label->isVisible() && label->text().contains("New session"));
        return isFound;
    };
    QTRY_VERIFY(isTold());
    QVERIFY(!action("federate.pause")->isEnabled() && !action("federate.stop")->isEnabled());
    QVERIFY(!action("federate.start")->isEnabled() && !action("federate.fineTune")->isEnabled());
}

void TestFederateMode::controlsFollowTheState()
{
    SessionFolder session(runs());
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(isInState(RunState::Running));
    QTRY_VERIFY(mode()->canPause());
    QVERIFY(mode()->canStop() && !mode()->canGoOn() && !mode()->hasModel());
    for (const auto& [state, canPause, canGoOn, canStop] :
         {std::tuple{RunState::Paused, false, true, true}, std::tuple{RunState::Stopped, false, true, false},
          std::tuple{RunState::Done, false, false, false}}) {
        QVERIFY(session.run().setState(state));
        mode()->watcher()->refreshNow();
        QTRY_VERIFY(isInState(state));
        QCOMPARE(mode()->canPause(), canPause);
        QCOMPARE(mode()->canGoOn(), canGoOn);
        QCOMPARE(mode()->canStop(), canStop);
        QCOMPARE(action("federate.goOn")->isEnabled(), canGoOn);
    }
    std::filesystem::create_directories(session.folder() / "weights");
    QVERIFY(writeFile(session.folder() / "weights" / "merged.safetensors", "x", Overwrite::No));
    mode()->updateActions();
    QVERIFY(mode()->hasModel() && action("federate.fineTune")->isEnabled());
    QVERIFY(action("federate.saveModel")->isEnabled());
    // The fixture's session tells classes apart: there is nothing to mark frames with.
    QVERIFY(!mode()->isSegmentation() && !action("federate.useModel")->isEnabled());
}

void TestFederateMode::brokenPlanDoesNotStart()
{
    QVERIFY(!mode()->startSession());
    nlohmann::json plan = smallPlan();
    plan["roundz"] = 3;
    mode()->draft()->setPlan(plan);
    QVERIFY2(mode()->draft()->problem().contains("rounds"), qPrintable(mode()->draft()->problem()));
    QVERIFY(!action("federate.start")->isEnabled());
    QVERIFY(!mode()->startSession());
    mode()->draft()->text()->setPlainText("{");
    QVERIFY(!mode()->draft()->isRight());
    mode()->draft()->setPlan(smallPlan());
    QVERIFY2(mode()->draft()->isRight(), qPrintable(mode()->draft()->problem()));
    QVERIFY(action("federate.start")->isEnabled());
    qputenv("FEDEFM_LEARN_PROGRAM", "/nowhere/fedefm-learn");
    QVERIFY(!mode()->startSession());
    QCOMPARE(m_studio->issues->issues().size(), std::size_t(1));
}

void TestFederateMode::sessionStartsObeysAndIsFoundAgain()
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

void TestFederateMode::lostSessionGoesOn()
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

void TestFederateMode::roundsChosenInTheStripAreShown()
{
    SessionFolder session(runs());
    session.closeRound(0);
    session.closeRound(1, 2);
    session.closeRound(2);
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(mode()->monitor()->snapshot() && mode()->monitor()->snapshot()->rounds.size() == 3);
    const auto lost = [&] {
        int count = 0;
        for (const TopologyEdge& edge : mode()->topology()->edges())
            count += edge.lost;
        return count;
    };
    QCOMPARE(lost(), 0);
    QTest::mouseClick(mode()->rounds(), Qt::LeftButton, {}, mode()->rounds()->cellRect(1).center().toPoint());
    QCOMPARE(lost(), 1);
    QVERIFY(action("federate.newest")->isEnabled() || mode()->rounds()->chosen() == 1);
    session.closeRound(3);
    mode()->monitor()->refreshNow();
    QTRY_COMPARE(mode()->monitor()->snapshot()->rounds.size(), std::size_t(4));
    QCOMPARE(mode()->rounds()->chosen(), 1);
    QCOMPARE(lost(), 1);
    action("federate.newest")->trigger();
    QCOMPARE(mode()->rounds()->chosen(), -1);
    QCOMPARE(lost(), 0);
}

void TestFederateMode::factsNameTheModelThatIsGivenAway()
{
    SessionFolder session(runs());
    session.closeRound(0, -1, false, 0.25);
    session.closeRound(1, -1, true, 0.75);
    mode()->watcher()->refreshNow();
    const auto merged = [this] { return mode()->facts()->fact("Merged model"); };
    QTRY_COMPARE(merged(), QStringLiteral("accuracy 0.75 after round 2"));
    session.closeRound(2, -1, false, 0.5);
    mode()->monitor()->refreshNow();
    QTRY_COMPARE(merged(), QStringLiteral("accuracy 0.5 after round 3, best 0.75 after round 2"));
    QCOMPARE(mode()->facts()->fact("Topology"), QStringLiteral("ring"));
}

void TestFederateMode::silosThatAreMissedAreIssues()
{
    SessionFolder session(runs());
    session.closeRound(0);
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(mode()->monitor()->snapshot() && mode()->monitor()->snapshot()->rounds.size() == 1);
    QVERIFY(m_studio->issues->issues().empty());
    // Also while another mode is shown.
    action("mode.view")->trigger();
    session.closeRound(1, 2);
    mode()->watcher()->refreshNow();
    QTRY_COMPARE(m_studio->issues->issues().size(), std::size_t(1));
    QVERIFY(m_studio->issues->issues().front().cause.contains("site 2"));
    for (int round = 2; round < 14; ++round)
        session.closeRound(round, -1, false, 0.5);
    mode()->watcher()->refreshNow();
    QTRY_COMPARE(m_studio->issues->issues().size(), std::size_t(2));
    QVERIFY(m_studio->issues->issues().back().cause.contains("accuracy"));
}

void TestFederateMode::fineTuningBeginsWithTheMergedModel()
{
    SessionFolder session(runs());
    std::filesystem::create_directories(session.folder() / "weights");
    const auto file = session.folder() / "weights" / "merged.safetensors";
    QVERIFY(writeFile(file, "x", Overwrite::No));
    QVERIFY(session.run().setState(RunState::Done));
    mode()->watcher()->refreshNow();
    QTRY_VERIFY(action("federate.fineTune")->isEnabled());
    // What only segmentation has must not stay behind.
    action("mode.train")->trigger();
    ConfigDraft* before = m_window->train()->draft();
    before->setValue("task", "segmentation");
    before->setValue("select_by", "foreground.cl_dice");
    before->setValue("loss.cl_dice", 0.5);
    action("mode.federate")->trigger();
    action("federate.fineTune")->trigger();
    QCOMPARE(m_window->mode(), WindowMode::Train);
    const ConfigDraft* draft = m_window->train()->draft();
    QCOMPARE(draft->value("init").get<std::string>(), file.string());
    QCOMPARE(draft->value("model")["network"].get<std::string>(), std::string("timm_vit"));
    QCOMPARE(draft->value("task").get<std::string>(), std::string("classification"));
    QVERIFY(draft->value("init_partial").get<bool>());
    QVERIFY(!draft->isGiven("select_by") && !draft->isGiven("loss.cl_dice"));
    QCOMPARE(draft->value("name").get<std::string>(), std::string("finetune-timm_vit"));
}

void TestFederateMode::closingTheWindowLeavesTheSession()
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

int main(int argc, char** argv)
{
    if (argc > 1 && qstrcmp(argv[1], "federate") == 0)
        return test::fakeFederate(argc, argv);
    QApplication application(argc, argv);
    TestFederateMode test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_federate_mode.moc"
