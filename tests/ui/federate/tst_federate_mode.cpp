// SPDX-License-Identifier: GPL-3.0-or-later
#include "federate_window.h"
#include "ui/federate/draft_panel.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_facts.h"
#include "ui/federate/silo_panel.h"
#include "ui/federate/topology_view.h"
#include "ui/train/config_draft.h"
#include "ui/train/train_mode.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>

using namespace fedefm;
using test::SessionFolder;
using test::smallPlan;

class TestFederateMode : public test::FederateWindow
{
    Q_OBJECT

private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }
    void modesHideAndShowTheirParts();
    void everyControlHasANameAndASize();
    void emptyModeSaysWhatToDo();
    void controlsFollowTheState();
    void brokenPlanDoesNotStart();
    void roundsChosenInTheStripAreShown();
    void factsNameTheModelThatIsGivenAway();
    void silosThatAreMissedAreIssues();
    void fineTuningBeginsWithTheMergedModel();
};

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

QTEST_MAIN(TestFederateMode)
#include "tst_federate_mode.moc"
