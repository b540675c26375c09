// SPDX-License-Identifier: GPL-3.0-or-later
// What follows the last epoch: the best weights get their thresholds and are tested.
#include "tests/core/training/trainer_fixture.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

class TestTrainingEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void thresholdsAreChosenOnValidation();
    void partsMayHaveFewerClasses();
    void stopAfterTheLastEpochIsResumed_data();
    void stopAfterTheLastEpochIsResumed();

private:
    fs::path runs(const char* name = "runs") const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTrainingEnd::thresholdsAreChosenOnValidation()
{
    const auto cardOf = [](const Result<TrainResult>& result) {
        return nlohmann::json::parse(
            readTensorFile(result->runFolder / "weights" / "best.safetensors")->metadata.at("fedefm.card"));
    };
    TrainConfig config = smallConfig();
    config.loss.classWeights = {0.05, 1.0}; // lines come out too wide where a device is merely likelier
    config.epochs = 20;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto thresholds = cardOf(result)["thresholds"];
    QVERIFY2(thresholds["least"].get<double>() > 0.55, thresholds.dump().c_str());
    QVERIFY(thresholds["sure"].get<double>() >= thresholds["least"].get<double>());
    QVERIFY2(result->testMetrics["foreground"]["dice"].get<double>() >
                 result->bestMetrics["foreground"]["dice"].get<double>() + 0.02,
             (result->testMetrics.dump() + result->bestMetrics.dump()).c_str());

    config.metrics = "paper"; // the paper marks the likeliest class
    config.selectBy = "dice";
    config.epochs = 1;
    const auto literal = trainIn(runs(), config);
    QVERIFY2(literal, qPrintable(messageOf(literal)));
    QVERIFY(!cardOf(literal).contains("thresholds"));
}

void TestTrainingEnd::partsMayHaveFewerClasses()
{
    TrainConfig config = smallConfig();
    config.epochs = 1;
    config.model["hyper_parameters"]["n_classes"] = 3;
    config.data["train"]["classes"] = {"background", "catheter", "guidewire"};
    for (const char* part : {"validation", "test"})
        config.data[part]["classes"] = {"background", "line"};
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(result->testMetrics["classes"].contains("guidewire"));
    // More than the network has cannot be compared, and that is said before the first epoch.
    config.data["test"]["classes"] = {"background", "a", "b", "c"};
    const auto more = trainIn(runs("more"), config);
    QVERIFY(!more);
    QCOMPARE(more.error().subject, std::string("data.test"));
    QVERIFY(!fs::exists(runs("more")) || fs::is_empty(runs("more")));
}

void TestTrainingEnd::stopAfterTheLastEpochIsResumed_data()
{
    QTest::addColumn<QString>("phase");
    QTest::newRow("thresholds") << QStringLiteral("validate");
    QTest::newRow("test") << QStringLiteral("test");
}

void TestTrainingEnd::stopAfterTheLastEpochIsResumed()
{
    QFETCH(QString, phase);
    TrainConfig config = smallConfig();
    config.validationEvery = 2; // the last of three epochs is validated because it is the last
    const auto whole = trainIn(runs("whole"), config);
    const CancelToken cancel;
    const auto stopped = train(config, openDrawn, runs(), cancel, [&](const TrainProgress& progress) {
        if (progress.epoch == config.epochs && progress.phase == phase.toStdString())
            cancel.cancel();
    });
    QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    const fs::path folder = listRuns(runs()).front().folder;
    const auto resumed = resumeTraining(folder, openDrawn, CancelToken(), {});
    QVERIFY2(whole && resumed, qPrintable(messageOf(resumed)));
    QCOMPARE((*RunReader::open(folder))->epochs().size(), std::size_t(3));
    QVERIFY(resumed->testMetrics == whole->testMetrics);
    QVERIFY(sameTensors(folder / "weights" / "best.safetensors",
                        whole->runFolder / "weights" / "best.safetensors"));
}

QTEST_GUILESS_MAIN(TestTrainingEnd)
#include "tst_training_end.moc"
