// SPDX-License-Identifier: GPL-3.0-or-later
#include "train_fixture.h"
#include "ui/common/plot.h"
#include "ui/jobs/job_model.h"
#include "ui/train/config_draft.h"
#include "ui/train/curve_grid.h"
#include "ui/train/dataset_browser.h"
#include "ui/train/prediction_panel.h"

#include <QAbstractItemView>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSlider>
#include <QTableView>
#include <QTest>

#include <cmath>

using namespace fedefm;

class TestTrainViews : public test::TrainFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void cleanup() { close(); }
    void chosenRunsAreDrawn();
    void filterAndSort();
    void hyperParametersAreColumns();
    void columnsStayHidden();
    void manyHyperParametersLeaveTheWindowReadable();
    void newPointsArrive();
    void crossHairReadsOut();
    void viewOptionsRedraw();
    void predictionsFollowTheNewestEpoch();
    void exportsCarryTheResearchLine();
    void dataBrowserFillsTheConfiguration();
    void dataBrowserShowsTheSimulator();
    void hugeRunsStayFluid();
};

void TestTrainViews::chosenRunsAreDrawn()
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

void TestTrainViews::filterAndSort()
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

void TestTrainViews::hyperParametersAreColumns()
{
    const auto changes = [](double rate, const char* kind, int width) {
        return nlohmann::json{
            {"batch_size", 8},
            {"optimizer", {{"kind", kind}, {"learning_rate", rate}}},
            {"model", {{"network", "unet"}, {"hyper_parameters", {{"base_channels", width}}}}}};
    };
    auto a = writeRun("alpha", 1, changes(0.01, "sgd", 32));
    auto b = writeRun("beta", 1, changes(0.00001, "adamw", 32));
    train()->watcher()->refreshNow();
    auto* table = train()->runs()->findChild<QTableView*>();
    QAbstractItemModel* rows = table->model();
    QTRY_COMPARE(rows->rowCount(), 2);
    const auto column = [rows](const char* title) {
        for (int i = 0; i < rows->columnCount(); ++i)
            if (rows->headerData(i, Qt::Horizontal).toString() == QLatin1String(title))
                return i;
        return -1;
    };
    const auto first = [rows](int at) { return rows->index(0, at).data().toString(); };
    QVERIFY(column("Network") >= 0 && column("Learning rate") >= 0 && column("Batch") >= 0 &&
            column("Optimiser") >= 0);
    // By number, not by text.
    rows->sort(column("Learning rate"), Qt::AscendingOrder);
    QCOMPARE(first(RunTableModel::Name), QStringLiteral("beta"));
    QCOMPARE(first(column("Learning rate")), QStringLiteral("1e-05"));
    QCOMPARE(first(column("Batch")), QStringLiteral("8"));

    // What is the same everywhere gets a column when a run comes that differs; the choice stays.
    const char* width = "model.hyper_parameters.base_channels";
    QCOMPARE(column(width), -1);
    table->selectAll();
    auto c = writeRun("gamma", 1, changes(0.001, "adamw", 16));
    train()->watcher()->refreshNow();
    QTRY_VERIFY(column(width) > column("Learning rate"));
    QCOMPARE(table->selectionModel()->selectedRows().size(), 2);
    QCOMPARE(first(RunTableModel::Name), QStringLiteral("beta"));

    auto* words = train()->runs()->findChild<QLineEdit*>();
    words->setText("adamw");
    QCOMPARE(rows->rowCount(), 2);
    words->setText("adamw base_channels=16");
    QCOMPARE(rows->rowCount(), 1);
    QCOMPARE(first(RunTableModel::Name), QStringLiteral("gamma"));
    words->setText("base_channels"); // every run has the key
    QCOMPARE(rows->rowCount(), 0);
    words->clear();
}

void TestTrainViews::columnsStayHidden()
{
    auto a = writeRun("alpha", 1);
    train()->watcher()->refreshNow();
    const auto hidden = [this] {
        const auto* table = train()->runs()->findChild<QTableView*>();
        QStringList titles;
        for (int i = 0; i < table->model()->columnCount(); ++i)
            if (table->isColumnHidden(i))
                titles << table->model()->headerData(i, Qt::Horizontal).toString();
        return titles;
    };
    QTRY_VERIFY(onlyRun());
    QVERIFY(hidden().isEmpty());
    auto* menu = train()->runs()->findChild<QMenu*>();
    Q_EMIT menu->aboutToShow();
    for (QAction* action : menu->actions())
        if (action->text() == QLatin1String("Optimiser") || action->text() == QLatin1String("Seed"))
            action->trigger();
    const QStringList two{"Seed", "Optimiser"};
    QCOMPARE(hidden(), two);
    m_window.reset();
    openWindow();
    QTRY_VERIFY(onlyRun());
    QCOMPARE(hidden(), two);
}

void TestTrainViews::manyHyperParametersLeaveTheWindowReadable()
{
    std::vector<std::unique_ptr<RunWriter>> runs;
    for (int i = 0; i < 6; ++i)
        runs.push_back(writeRun(qPrintable(QStringLiteral("wires-%1").arg(i)), 3,
                                {{"batch_size", 4 << (i % 2)},
                                 {"ema_decay", i % 3 * 0.1},
                                 {"patience", i},
                                 {"optimizer",
                                  {{"kind", i % 2 ? "sgd" : "adamw"},
                                   {"learning_rate", 0.01 / (i + 1)},
                                   {"weight_decay", i * 1e-4}}},
                                 {"schedule", {{"kind", i % 2 ? "poly" : "cosine"}}},
                                 {"loss", {{"cross_entropy", 0.5}, {"dice", 0.5 * (i % 2)}}}}));
    m_window->resize(1440, 900);
    train()->watcher()->refreshNow();
    auto* table = train()->runs()->findChild<QTableView*>();
    QTRY_COMPARE(table->model()->rowCount(), 6);
    QTRY_COMPARE(train()->curves()->plot(0)->graphCount(), 2);
    QCOMPARE(m_window->width(), 1440);
    QVERIFY(train()->runs()->width() < 420);
    if (qEnvironmentVariableIsSet("FEDEFM_TEST_PICTURES")) {
        const QString folder = qEnvironmentVariable("FEDEFM_TEST_PICTURES");
        m_window->grab().save(folder + "/train_mode.png");
        table->horizontalScrollBar()->setValue(table->horizontalScrollBar()->maximum());
        m_window->grab().save(folder + "/train_mode_scrolled.png");
    }
}

void TestTrainViews::newPointsArrive()
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

void TestTrainViews::crossHairReadsOut()
{
    auto a = writeRun("a", 2);
    train()->watcher()->refreshNow();
    CurvePlot* dice = train()->curves()->plot(1);
    QTRY_COMPARE(dice->graphCount(), 1);
    // Epoch 1 of the fake ends at step 10 with a Dice of 1 − 1/2.
    Q_EMIT train()->curves()->plot(0)->hovered(9.0);
    QVERIFY2(dice->readOut().contains("validation 0.5"), qPrintable(dice->readOut()));
    QVERIFY2(dice->readOut().startsWith("step 10<br>"), qPrintable(dice->readOut()));
    // Where the training has a point and the validation only another one, that one says where it is.
    const QString loss = train()->curves()->plot(0)->readOut();
    QVERIFY2(loss.startsWith("step 9<br>") && loss.contains(" at 10"), qPrintable(loss));
    Q_EMIT train()->curves()->plot(0)->hovered(std::nan(""));
    QVERIFY(dice->readOut().isEmpty());
}

void TestTrainViews::viewOptionsRedraw()
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

void TestTrainViews::predictionsFollowTheNewestEpoch()
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
    // Counted from 1, as in the table and the terminal.
    QString caption;
    for (const QLabel* label : panel->findChildren<QLabel*>())
        if (label->accessibleName() == QLatin1String("Epoch on show"))
            caption = label->text();
    QVERIFY2(caption.startsWith("epoch 1 "), qPrintable(caption));
    test::writeEpochs(*a, 3, 1, 10);
    train()->watcher()->refreshNow();
    QTRY_COMPARE(panel->findChild<QSlider*>()->maximum(), 3);
    QCOMPARE(panel->epoch(), 0);
}

void TestTrainViews::exportsCarryTheResearchLine()
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

void TestTrainViews::dataBrowserFillsTheConfiguration()
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

void TestTrainViews::dataBrowserShowsTheSimulator()
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

void TestTrainViews::hugeRunsStayFluid()
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

QTEST_MAIN(TestTrainViews)
#include "tst_train_views.moc"
