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
    return static_cast<int>(std::count_if(events.begin(), events.end(), [&text](const RunReader::Event& event) {
        return event.level == "warning" && event.text.find(text) != std::string::npos;
    }));
}

} // namespace

void TestTrainingFaults::brokenPicturesAreLeftOut_data()
{
    QTest::addColumn<QString>("part");
    for (const char* part : {"train", "validation", "test"})
        QTest::newRow(part) << QString::fromLatin1(part);
}

void TestTrainingFaults::brokenPicturesAreLeftOut()
{
    QFETCH(QString, part);
    TrainConfig config = smallConfig();
    config.data["test"]["count"] = 3;
    config.data[part.toStdString()]["broken"] = {1};
    const auto result = trainIn(runs(), config);
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(summaryOf(result->runFolder).state, RunState::Done);
    QCOMPARE(result->faults.size(), std::size_t(1));
    QCOMPARE(result->faults.front().file, std::string("drawn_1"));
    QCOMPARE(warningsOf(result->runFolder, "drawn_1: cut off"), 1); // once, however many epochs meet it
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
