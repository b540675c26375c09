// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"
#include "train_fixture.h"
#include "ui/train/config_draft.h"
#include "ui/train/config_form.h"
#include "ui/train/config_panel.h"
#include "ui/train/dataset_browser.h"
#include "ui/viewer/segmentation_controller.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTest>

#include <csignal>

using namespace fedefm;

class TestTrainMode : public test::TrainFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void cleanup() { close(); }
    void modesHideAndShowTheirParts();
    void emptyStateSaysWhatToDo();
    void everyControlHasANameAndASize();
    void wrongConfigurationDoesNotStart();
    void missingProgramIsAnIssue();
    void startRunsObeysAndIsFoundAgain();
    void lostRunGoesOn();
    void refusedStartTellsWhy();
    void modelOfARunMarksFramesInViewMode();
};

void TestTrainMode::modesHideAndShowTheirParts()
{
    auto* studies = m_window->findChild<QDockWidget*>("studies");
    QVERIFY(train()->isVisible());
    QVERIFY(!studies->isVisible());
    QVERIFY(action("train.start")->isEnabled());
    QVERIFY(!action("tool.ruler")->isEnabled());
    QVERIFY(!action("cine.play")->isEnabled());
    action("mode.view")->trigger();
    QVERIFY(studies->isVisible() && !train()->isVisible());
    // The Train mode's width is no reason to squeeze the docks.
    auto* stack = qobject_cast<QStackedWidget*>(train()->parentWidget());
    QVERIFY(stack && stack->minimumSizeHint().width() < train()->minimumSizeHint().width());
    QVERIFY(!action("train.start")->isEnabled());
    QVERIFY(action("tool.ruler")->isEnabled());
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QTest::keyClick(m_window.get(), Qt::Key_3, Qt::AltModifier);
    QCOMPARE(m_window->mode(), WindowMode::Train);
    QVERIFY(action("mode.train")->isChecked() && !action("mode.view")->isChecked());
}

void TestTrainMode::emptyStateSaysWhatToDo()
{
    bool isFound = false;
    for (const QLabel* label : train()->runs()->findChildren<QLabel*>())
        isFound = isFound || (label->isVisible() && label->text().contains("Start training"));
    QVERIFY(isFound);
}

void TestTrainMode::everyControlHasANameAndASize()
{
    auto run = writeRun("a", 1);
    train()->watcher()->refreshNow();
    QTRY_VERIFY(onlyRun());
    train()->openDataBrowser();
    int walked = 0;
    for (const QWidget* widget : m_window->findChildren<QWidget*>()) {
        const bool isControl =
            qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
            qobject_cast<const QAbstractSlider*>(widget) || qobject_cast<const QLineEdit*>(widget) ||
            qobject_cast<const QAbstractSpinBox*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
            qobject_cast<const QPlainTextEdit*>(widget);
        const QWidget* parent = widget->parentWidget();
        const bool isInner =
            qobject_cast<const QScrollBar*>(widget) ||
            widget->objectName().startsWith(QLatin1String("qt_")) ||
            qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QLineEdit*>(parent) ||
            qobject_cast<const QComboBox*>(parent) || qobject_cast<const QAbstractItemView*>(parent) ||
            QByteArray(widget->metaObject()->className()).startsWith("QComboBoxPrivate") ||
            QByteArray(widget->metaObject()->className()).startsWith("QToolBarExtension") ||
            QByteArray(widget->metaObject()->className()).startsWith("CloseButton") ||
            QByteArray(parent->metaObject()->className()).startsWith("QComboBoxPrivate") ||
            QByteArray(parent->metaObject()->className()).startsWith("QTabBar");
        if (!isControl || isInner)
            continue;
        ++walked;
        QString name = widget->accessibleName();
        if (name.isEmpty())
            if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
                name = button->text();
        const QString what = QStringLiteral("%1 '%2' in %3 (%4x%5)")
                                 .arg(widget->metaObject()->className(), widget->objectName(),
                                      parent->metaObject()->className())
                                 .arg(widget->width())
                                 .arg(widget->height());
        QVERIFY2(!name.isEmpty(), qPrintable(what));
        if (widget->isVisible() && train()->isAncestorOf(widget) && widget->isEnabled())
            QVERIFY2(widget->height() >= 24, qPrintable(what));
    }
    QVERIFY(walked > 80);
}

void TestTrainMode::wrongConfigurationDoesNotStart()
{
    nlohmann::json wrong = config("a");
    wrong["epochs"] = 0;
    train()->draft()->load(wrong, m_folder->path());
    QVERIFY(!train()->startTraining());
    QVERIFY(!train()->config()->form()->fieldError("epochs").isEmpty());
    nlohmann::json missing = config("a");
    missing["data"] = {{"form", "masks"}, {"path", "nowhere"}};
    train()->draft()->load(missing, m_folder->path());
    QVERIFY(!train()->startTraining());
    QVERIFY(m_studio->issues->rowCount() == 1);
}

void TestTrainMode::missingProgramIsAnIssue()
{
    qputenv("FEDEFM_LEARN_PROGRAM", "/nowhere/fedefm-learn");
    train()->draft()->load(config("a"), m_folder->path());
    QVERIFY(!train()->startTraining());
    QCOMPARE(m_studio->issues->rowCount(), 1);
    QVERIFY(m_window->findChild<QDockWidget*>("issues")->isVisible());
}

void TestTrainMode::startRunsObeysAndIsFoundAgain()
{
    train()->draft()->load(config("mine"), m_folder->path());
    QTest::mouseClick(train()->config()->findChild<QPushButton*>("startTraining"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun() && onlyRun()->epochsDone == 2, 10000);
    QCOMPARE(onlyRun()->name, std::string("mine"));
    QVERIFY(onlyRun()->state == RunState::Running);
    QTRY_VERIFY(train()->runs()->current());
    QTRY_VERIFY(action("train.pause")->isEnabled() && !action("train.goOn")->isEnabled());
    action("train.pause")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Paused, 10000);
    QTRY_VERIFY(action("train.goOn")->isEnabled());
    action("train.goOn")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Running, 10000);
    const auto pid = onlyRun()->pid;

    m_window->close();
    m_window.reset();
    QVERIFY(isProcessAlive(pid));
    openWindow();
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun() && onlyRun()->state == RunState::Running, 10000);
    QCOMPARE(onlyRun()->pid, pid);
    QVERIFY(std::filesystem::exists(onlyRun()->folder / "log.txt"));
    QTRY_VERIFY(action("train.stop")->isEnabled());
    action("train.stop")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Stopped, 10000);
    QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(pid), 10000);
    QCOMPARE(m_studio->issues->rowCount(), 0);
}

void TestTrainMode::lostRunGoesOn()
{
    train()->draft()->load(config("lost"), m_folder->path());
    QVERIFY(train()->startTraining());
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun() && onlyRun()->epochsDone == 2, 10000);
    ::kill(static_cast<pid_t>(onlyRun()->pid), SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Lost, 10000);
    QTRY_COMPARE(m_studio->issues->rowCount(), 1);
    train()->runs()->choose(QString::fromStdString(onlyRun()->id));
    train()->command("goOn");
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Running && onlyRun()->epochsDone == 3, 10000);
    train()->command("stop");
    QTRY_VERIFY_WITH_TIMEOUT(onlyRun()->state == RunState::Stopped, 10000);
}

void TestTrainMode::refusedStartTellsWhy()
{
    train()->draft()->load(config("refused"), m_folder->path());
    QVERIFY(train()->startTraining());
    QTRY_COMPARE_WITH_TIMEOUT(m_studio->issues->rowCount(), 1, 10000);
    QVERIFY(
        m_studio->issues->index(0, IssueModel::CauseColumn).data().toString().contains("folder is empty"));
    QVERIFY(train()->config()->findChild<QPushButton*>("startTraining")->isEnabled());
}

void TestTrainMode::modelOfARunMarksFramesInViewMode()
{
    qputenv("XDG_DATA_HOME", m_folder->filePath("data").toUtf8());
    const std::filesystem::path folder = writeRun("a", 1)->folder();
    train()->watcher()->refreshNow();
    QTRY_VERIFY(train()->runs()->current());
    const QString id = QString::fromStdString(train()->runs()->current()->id);

    action("train.useModel")->trigger(); // nothing is trained yet
    QCOMPARE(m_window->mode(), WindowMode::Train);
    QVERIFY(m_window->segmentation()->modelId() != id);

    TensorFile weights;
    weights.metadata["fedefm.card"] = R"({"id": "best", "network": "wirenet", "training": "12 frames"})";
    std::filesystem::create_directories(folder / "weights");
    QVERIFY(writeSafetensors(folder / "weights" / "best.safetensors", weights, Overwrite::No).has_value());
    action("train.useModel")->trigger();
    QCOMPARE(m_window->mode(), WindowMode::View);
    QCOMPARE(m_window->segmentation()->modelId(), id);
    QVERIFY(QFile::exists(m_folder->filePath("data/fedefm/models/" + id + ".safetensors")));
    const auto models = m_window->segmentation()->models();
    QCOMPARE(models.back().id, id.toStdString());
    QCOMPARE(models.back().training, std::string("12 frames"));
}

int main(int argc, char** argv)
{
    if (argc > 1 && qstrcmp(argv[1], "train") == 0)
        return fedefm::test::fakeTrain(argc, argv);
    QApplication application(argc, argv);
    TestTrainMode test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_train_mode.moc"
