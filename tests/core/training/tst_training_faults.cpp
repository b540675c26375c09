// SPDX-License-Identifier: GPL-3.0-or-later
// Files that cannot be read are left out and listed; they end no training.
#include "tests/core/training/trainer_fixture.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

using namespace fedefm;
using namespace fedefm::test;

class TestTrainingFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void brokenPicturesAreLeftOut_data();
    void brokenPicturesAreLeftOut();
    void resumedRunGoesOnWithoutThem();
    void nothingButBrokenPicturesIsAnError();

private:
    fs::path runs(const char* name = "runs") const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

int warningsOf(const fs::path& run, const std::string& text)
{
    const auto events = (*RunReader::open(run))->events();
    return static_cast<int>(
        std::count_if(events.begin(), events.end(), [&text](const RunReader::Event& event) {
            return event.level == "warning" && event.text.find(text) != std::string::npos;
        }));
}

} // namespace

void TestTrainingFaults::brokenPicturesAreLeftOut_data()
{
    QTest::addColumn<QString>("part");
    QTest::addColumn<bool>("isLarge"); // too many pictures to be read before the training
    for (const char* part : {"train", "validation", "test"})
        for (const bool isLarge : {false, true})
            QTest::addRow("%s, %s", part, isLarge ? "large" : "small")
                << QString::fromLatin1(part) << isLarge;
}

void TestTrainingFaults::brokenPicturesAreLeftOut()
{
    QFETCH(QString, part);
    QFETCH(bool, isLarge);
    TrainConfig config = smallConfig();
    config.data["test"]["count"] = 3;
    config.data["train"]["count"] = isLarge ? 600 : 12;
    config.samplesPerEpoch = 12;
    std::vector<std::size_t> broken{1};
    if (isLarge && part == QLatin1String("train"))
        for (std::size_t index = 3; index < 600; index += 2)
            broken.push_back(index); // some of them are drawn
    config.data[part.toStdString()]["broken"] = broken;
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(summaryOf(result->runFolder).state, RunState::Done);
    QVERIFY(!result->faults.empty() && result->faults.size() <= broken.size());
    for (const DataFault& fault : result->faults) // once, however many epochs meet it
        QCOMPARE(warningsOf(result->runFolder, fault.file + ": cut off"), 1);
    const bool isTest = part == QLatin1String("test");
    QCOMPARE(result->testMetrics.value("unreadable", 0), isTest ? 1 : 0);
    QCOMPARE(result->bestMetrics.value("unreadable", 0), part == QLatin1String("validation") ? 1 : 0);
    QVERIFY(result->testMetrics["foreground"]["dice"].is_number());
}

void TestTrainingFaults::resumedRunGoesOnWithoutThem()
{
    TrainConfig config = smallConfig();
    config.data["validation"]["broken"] = {2};
    const auto stopped = trainIn(runs(), config, 4);
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    const auto resumed = resumeTraining(stopped.error().subject, openDrawn, CancelToken(), {});
    QVERIFY2(resumed, qPrintable(messageOf(resumed)));
    QCOMPARE(resumed->faults.size(), std::size_t(1));
}

void TestTrainingFaults::nothingButBrokenPicturesIsAnError()
{
    TrainConfig config = smallConfig();
    config.data["test"]["broken"] = {0, 1};
    const auto result = trainIn(runs(), config);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::FileUnreadable);
    const fs::path run = listRuns(runs()).front().folder;
    QCOMPARE(summaryOf(run).state, RunState::Failed);
    QCOMPARE(warningsOf(run, "cut off"), 2);
}

QTEST_GUILESS_MAIN(TestTrainingFaults)
#include "tst_training_faults.moc"
