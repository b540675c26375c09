// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_trainer.h"
#include "ui/common/plot.h"
#include "ui/jobs/job_model.h"
#include "ui/shell/main_window.h"
#include "ui/train/config_draft.h"
#include "ui/train/config_form.h"
#include "ui/train/config_panel.h"
#include "ui/train/curve_grid.h"
#include "ui/train/dataset_browser.h"
#include "ui/train/prediction_panel.h"
#include "ui/train/runs_panel.h"
#include "ui/train/train_mode.h"
#include "ui_test_support.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QTest>

#include <cmath>
#include <csignal>

using namespace fedefm;

class TestTrainMode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void modesHideAndShowTheirParts();
    void emptyStateSaysWhatToDo();
    void everyControlHasANameAndASize();
    void wrongConfigurationDoesNotStart();
    void missingProgramIsAnIssue();
    void startRunsObeysAndIsFoundAgain();
    void lostRunGoesOn();
    void refusedStartTellsWhy();
    void chosenRunsAreDrawn();
    void filterAndSort();
    void newPointsArrive();
    void crossHairReadsOut();
    void viewOptionsRedraw();
    void predictionsFollowTheNewestEpoch();
    void exportsCarryTheResearchLine();
    void dataBrowserFillsTheConfiguration();
    void dataBrowserShowsTheSimulator();
    void hugeRunsStayFluid();

private:
    TrainMode* train() { return m_window->train(); }
    QAction* action(const char* id) { return m_studio->actions->action(id); }
    std::unique_ptr<RunWriter> writeRun(const char* name, int epochs);
    nlohmann::json config(const char* name);
    const RunSummary* onlyRun();

    std::unique_ptr<test::Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTrainMode::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("FEDEFM_RUNS", m_folder->path().toUtf8());
    qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
    m_studio = std::make_unique<test::Studio>();
    Settings().acceptResearchUse();
    m_window = std::make_unique<MainWindow>(m_studio->context);
    m_window->show();
    action("mode.train")->trigger();
}

void TestTrainMode::cleanup()
{
    m_window.reset();
    m_studio.reset();
}

std::unique_ptr<RunWriter> TestTrainMode::writeRun(const char* name, int epochs)
{
    RunWriter::Start start;
    start.name = name;
    start.seed = 7;
    start.epochsPlanned = epochs;
    start.architecture = "unet";
    start.config = config(name);
    auto run = RunWriter::create(m_folder->path().toStdString(), start);
    if (!run)
        return nullptr;
    test::writeEpochs(**run, 0, epochs, 10);
    return std::move(*run);
}

nlohmann::json TestTrainMode::config(const char* name)
{
    return {
        {"name", name}, {"model", {{"network", "unet"}}}, {"data", {{"form", "simulated"}}}, {"epochs", 5}};
}

const RunSummary* TestTrainMode::onlyRun()
{
    const auto& runs = train()->runs()->model()->runs();
    return runs.size() == 1 ? &runs.front() : nullptr;
}

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
    m_window = std::make_unique<MainWindow>(m_studio->context);
    m_window->show();
    action("mode.train")->trigger();
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

void TestTrainMode::chosenRunsAreDrawn()
{
    auto a = writeRun("a", 3);
    auto b = writeRun("b", 2);
    train()->watcher()->refreshNow();
    auto* table = train()->runs()->findChild<QAbstractItemView*>();
    QTRY_COMPARE(table->model()->rowCount(), 2);
    table->selectAll();
    CurveGrid* curves = train()->curves();
    QTRY_COMPARE(curves->plot(0)->group(), QStringLiteral("loss"));
    QTRY_COMPARE(curves->plot(0)->graphCount(), 4);
    QCOMPARE(curves->plot(1)->group(), QStringLiteral("foreground.dice"));
    QTRY_COMPARE(curves->plot(1)->graphCount(), 2);
    QCOMPARE(curves->runs().size(), std::size_t(2));
    QVERIFY(!(curves->runs()[0].style == curves->runs()[1].style));
    table->selectionModel()->select(table->model()->index(0, 0),
                                    QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    QTRY_COMPARE(curves->plot(0)->graphCount(), 2);
}

void TestTrainMode::filterAndSort()
{
    auto a = writeRun("alpha", 3);
    auto b = writeRun("beta", 2);
    train()->watcher()->refreshNow();
    auto* table = train()->runs()->findChild<QAbstractItemView*>();
    QTRY_COMPARE(table->model()->rowCount(), 2);
    auto* words = train()->runs()->findChild<QLineEdit*>();
    words->setText("BET run");
    QCOMPARE(table->model()->rowCount(), 1);
    words->setText("nothing like it");
    QCOMPARE(table->model()->rowCount(), 0);
    words->clear();
    table->model()->sort(RunTableModel::Best, Qt::DescendingOrder);
    QCOMPARE(table->model()->index(0, RunTableModel::Name).data().toString(), QStringLiteral("alpha"));
    table->model()->sort(RunTableModel::Best, Qt::AscendingOrder);
    QCOMPARE(table->model()->index(0, RunTableModel::Name).data().toString(), QStringLiteral("beta"));
}

void TestTrainMode::newPointsArrive()
{
    auto a = writeRun("a", 1);
    train()->watcher()->refreshNow();
    QTRY_COMPARE(train()->curves()->plot(0)->graphCount(), 2);
    QElapsedTimer clock;
    clock.start();
    QVERIFY(a->addMetrics(5000, 500.0, {{"train/loss", 0.123}}));
    train()->curves()->plot(0)->setCrossHair(5000);
    QTRY_VERIFY_WITH_TIMEOUT(train()->curves()->plot(0)->readOut().contains("0.123"), 5000);
    QVERIFY(clock.elapsed() <= 2000);
}

void TestTrainMode::crossHairReadsOut()
{
    auto a = writeRun("a", 2);
    train()->watcher()->refreshNow();
    CurvePlot* dice = train()->curves()->plot(1);
    QTRY_COMPARE(dice->graphCount(), 1);
    // Epoch 1 of the fake ends at step 10 with a Dice of 1 − 1/2.
    Q_EMIT train()->curves()->plot(0)->hovered(9.0);
    QVERIFY2(dice->readOut().contains("validation 0.5"), qPrintable(dice->readOut()));
    Q_EMIT train()->curves()->plot(0)->hovered(std::nan(""));
    QVERIFY(dice->readOut().isEmpty());
}

void TestTrainMode::viewOptionsRedraw()
{
    auto a = writeRun("a", 2);
    train()->watcher()->refreshNow();
    CurveGrid* curves = train()->curves();
    QTRY_COMPARE(curves->plot(0)->graphCount(), 2);
    action("train.logY")->trigger();
    QVERIFY(curves->view().logY);
    CurveView view = curves->view();
    view.axis = XAxis::WallMinutes;
    view.smoothing = 0;
    curves->setView(view);
    QCOMPARE(curves->plot(0)->graphCount(), 2);
    action("train.plot2")->trigger();
    QVERIFY(!curves->plot(0)->isVisible() && curves->plot(1)->isVisible());
    QTest::keyClick(curves->plot(1)->findChild<QWidget*>({}, Qt::FindDirectChildrenOnly), Qt::Key_Tab);
    action("train.plot2")->trigger();
    QVERIFY(curves->plot(0)->isVisible());
}

void TestTrainMode::predictionsFollowTheNewestEpoch()
{
    auto a = writeRun("a", 2);
    train()->watcher()->refreshNow();
    PredictionPanel* panel = train()->predictions();
    QTRY_COMPARE(panel->epoch(), 1);
    QTRY_COMPARE(panel->pictureCount(), 1);
    const auto hasPicture = [panel] {
        for (const QLabel* label : panel->findChildren<QLabel*>())
            if (label->isVisible() && !label->pixmap(Qt::ReturnByValue).isNull() && label->height() >= 60)
                return true;
        return false;
    };
    QTRY_VERIFY(hasPicture());
    test::writeEpochs(*a, 2, 1, 10);
    train()->watcher()->refreshNow();
    QTRY_COMPARE(panel->epoch(), 2);
    panel->findChild<QSlider*>()->setValue(0);
    QCOMPARE(panel->epoch(), 0);
    test::writeEpochs(*a, 3, 1, 10);
    train()->watcher()->refreshNow();
    QTRY_COMPARE(panel->findChild<QSlider*>()->maximum(), 3);
    QCOMPARE(panel->epoch(), 0);
}

void TestTrainMode::exportsCarryTheResearchLine()
{
    auto a = writeRun("a", 2);
    train()->watcher()->refreshNow();
    QTRY_COMPARE(train()->curves()->plot(0)->graphCount(), 2);
    for (const char* kind : {"png", "pdf", "csv"})
        train()->exportTo(kind, m_folder->filePath(QStringLiteral("out.%1").arg(kind)));
    const QImage picture(m_folder->filePath("out.png"));
    QVERIFY(picture.width() > 1000);
    // The line at the foot is drawn; the margin below it is not.
    const auto ink = [&picture](int top, int bottom) {
        int dark = 0;
        for (int y = top; y < bottom; ++y)
            for (int x = 0; x < picture.width(); ++x)
                dark += qGray(picture.pixel(x, y)) < 128 ? 1 : 0;
        return dark;
    };
    QVERIFY(ink(picture.height() - 76, picture.height() - 30) > 300);
    QCOMPARE(ink(picture.height() - 20, picture.height()), 0);
    QFile pdf(m_folder->filePath("out.pdf"));
    QVERIFY(pdf.open(QIODevice::ReadOnly) && pdf.read(5) == "%PDF-");
    QTRY_VERIFY(QFile::exists(m_folder->filePath("out.csv")));
    QTRY_COMPARE(m_window->jobs()->runningCount(), 0);
    QFile csv(m_folder->filePath("out.csv"));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    QVERIFY(csv.readAll().count('\n') > 60);
}

void TestTrainMode::dataBrowserFillsTheConfiguration()
{
    train()->draft()->load(config("a"), m_folder->path());
    DatasetBrowser* browser = train()->openDataBrowser();
    browser->setDescription({{"form", "masks"}, {"path", "/data/x"}, {"limit", 5}});
    browser->useAs("train");
    browser->useAs("validation");
    QVERIFY(train()->draft()->document()["data"]["train"]["limit"] == 5);
    QVERIFY(train()->draft()->document()["data"]["validation"]["path"] == "/data/x");
    browser->useAs("split");
    QVERIFY(train()->draft()->document()["data"]["form"] == "masks");
    QVERIFY(train()->draft()->document()["data"]["split"].contains("validation"));
    browser->look();
    QTRY_VERIFY(!browser->loader()->isOpening());
    bool hasProblem = false;
    for (const QLabel* label : browser->findChildren<QLabel*>("fieldError"))
        hasProblem = hasProblem || label->isVisible();
    QTRY_VERIFY(hasProblem);
}

void TestTrainMode::dataBrowserShowsTheSimulator()
{
    DatasetBrowser* browser = train()->openDataBrowser();
    browser->setDescription({{"form", "simulated"},
                             {"presets", {"phantom"}},
                             {"scenes", 2},
                             {"frames_per_scene", 1},
                             {"smallest_size_px", 64},
                             {"largest_size_px", 64}});
    int samples = 0;
    QString overview;
    connect(browser->loader(), &DatasetLoader::sampleRead, this, [&samples](const SamplePicture& sample) {
        QVERIFY(!sample.picture.isNull() && sample.picture.size() == sample.labelled.size());
        ++samples;
    });
    browser->look();
    QTRY_VERIFY_WITH_TIMEOUT(samples == 1, 20000);
    for (const QLabel* label : browser->findChildren<QLabel*>())
        if (label->accessibleName() == QLatin1String("Statistics"))
            overview = label->text();
    QVERIFY2(overview.contains("phantom: 2"), qPrintable(overview));
    QVERIFY2(overview.contains("64 × 64"), qPrintable(overview));
    disconnect(browser->loader(), nullptr, this, nullptr);
    if (qEnvironmentVariableIsSet("FEDEFM_TEST_PICTURES"))
        browser->grab().save(qEnvironmentVariable("FEDEFM_TEST_PICTURES") + "/data_browser.png");
}

void TestTrainMode::hugeRunsStayFluid()
{
    constexpr int kRuns = 10;
    constexpr int kPoints = 100000;
    CurveGrid grid;
    CurveBook book;
    std::vector<ShownRun> runs;
    for (int run = 0; run < kRuns; ++run) {
        const QString id = QString::number(run);
        CurveUpdate update{id, "train/loss", true, {}};
        for (int i = 0; i < kPoints; ++i)
            update.points.push_back({i, i / 1000.0, i * 0.1, 1.0 / (1 + i) + 0.01 * ((i * 7919 + run) % 97)});
        book.apply(update);
        runs.push_back({id, id, runStyle(run)});
    }
    grid.setRuns(runs);
    grid.setMetrics({"train/loss"});
    grid.setView({XAxis::Step, false, false, 50});
    grid.resize(1200, 700);
    grid.show();
    grid.refresh(book);
    QElapsedTimer clock;
    clock.start();
    grid.plot(0)->plot()->replot(QCustomPlot::rpImmediateRefresh);
    const qint64 paintMs = clock.restart();
    for (int run = 0; run < kRuns; ++run)
        book.apply({QString::number(run), "train/loss", false, {{kPoints, 100.0, 1e4, 0.5}}});
    grid.refresh(book);
    const qint64 appendMs = clock.elapsed();
    qInfo("10 runs of 100,000 points: append %lld ms, paint %lld ms", appendMs, paintMs);
    QCOMPARE(grid.plot(0)->graphCount(), kRuns);
    QVERIFY(appendMs < 200);
    QVERIFY(paintMs < 500);
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
