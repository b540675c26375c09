// SPDX-License-Identifier: GPL-3.0-or-later
// Classes and flags of whole pictures.
#include "tests/core/training/trainer_fixture.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

using namespace fedefm;
using namespace fedefm::test;

namespace {

TrainConfig classificationConfig()
{
    TrainConfig config = smallConfig();
    config.task = "classification";
    config.selectBy = "accuracy";
    config.model = {{"network", "timm_vit"},
                    {"hyper_parameters",
                     {{"img_size", 32},
                      {"patch_size", 8},
                      {"in_chans", 1},
                      {"num_classes", 2},
                      {"embed_dim", 32},
                      {"depth", 2},
                      {"num_heads", 2}}}};
    config.optimizer.learningRate = 2e-3;
    config.epochs = 40;
    config.validationEvery = 20;
    return config;
}

} // namespace

class TestClassification : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void classesAreLearned();
    void flagsAreLearned();
    void picturesWithoutAClassAreLeftOut();
    void noClassAtAllIsExplained_data();
    void noClassAtAllIsExplained();
    void classesThatTrainingLacksAreNoted();

private:
    fs::path runs() const { return fs::path(m_folder->path().toStdString()) / "runs"; }
    static bool hasWarning(const Result<TrainResult>& result, const std::string& text)
    {
        const auto events = (*RunReader::open(result->runFolder))->events();
        return std::any_of(events.begin(), events.end(), [&text](const RunReader::Event& event) {
            return event.level == "warning" && event.text.find(text) != std::string::npos;
        });
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestClassification::classesAreLearned()
{
    const auto result = trainIn(runs(), classificationConfig());
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY2(result->bestMetrics["accuracy"].get<double>() >= 0.75, result->bestMetrics.dump().c_str());
}

void TestClassification::flagsAreLearned()
{
    TrainConfig config = classificationConfig();
    config.selectBy = "macro_auc";
    config.data = {{"train", {{"form", "drawn"}, {"count", 24}, {"flags", true}}},
                   {"validation", {{"form", "drawn"}, {"count", 24}, {"flags", true}}}};
    config.loss.classWeights = {1.0, 2.0};
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    const nlohmann::json& metrics = result->bestMetrics;
    QVERIFY2(metrics["macro_auc"].get<double>() > 0.8, metrics.dump().c_str());
    QVERIFY2(metrics["accuracy"].get<double>() > 0.7, metrics.dump().c_str());
    QVERIFY(metrics["classes"]["far"]["auc"].is_number());
    QVERIFY(!metrics.contains("confusion"));
}

void TestClassification::picturesWithoutAClassAreLeftOut()
{
    TrainConfig config = classificationConfig();
    config.epochs = 2;
    config.data["train"]["unclassified"] = {0, 1, 5};
    config.data["validation"]["unclassified"] = {3};
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(hasWarning(result, "3 of 12 pictures for train have no class"));
    QVERIFY(hasWarning(result, "1 of 4 pictures for validation have no class"));
    QCOMPARE(result->bestMetrics["pictures"].get<int>(), 3);
}

void TestClassification::noClassAtAllIsExplained_data()
{
    QTest::addColumn<QString>("part");
    QTest::newRow("train") << QStringLiteral("train");
    QTest::newRow("test") << QStringLiteral("test");
}

void TestClassification::noClassAtAllIsExplained()
{
    QFETCH(QString, part);
    TrainConfig config = classificationConfig();
    config.data[part.toStdString()] = {{"form", "drawn"}, {"count", 4}, {"unclassified", {0, 1, 2, 3}}};
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(result.error().subject, "data." + part.toStdString());
    QVERIFY2(result.error().detail.find("no picture has a class") != std::string::npos,
             qPrintable(messageOf(result)));
    QVERIFY2(listRuns(runs()).empty(), "found out before the first epoch");
}

void TestClassification::classesThatTrainingLacksAreNoted()
{
    TrainConfig config = classificationConfig();
    config.epochs = 1;
    config.data["train"]["unclassified"] = {1, 3, 5, 7, 9, 11};
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(hasWarning(result, "training has no picture of the class level"));
}

QTEST_GUILESS_MAIN(TestClassification)
#include "tst_classification.moc"
