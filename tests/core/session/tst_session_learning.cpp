// SPDX-License-Identifier: GPL-3.0-or-later
// What the silos of a session learn from and by, whatever the strategy.
#include "core/train/run_store.h"
#include "tests/core/session/session_fixture.h"

#include <QTest>

#include <algorithm>

using namespace fedefm;
using namespace fedefm::test;

class TestSessionLearning : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void momentsBeginAnewAtEverySilo_data();
    void momentsBeginAnewAtEverySilo();
    void flagsAreMeasured();
    void automaticPrecisionIsNoted();
};

void TestSessionLearning::momentsBeginAnewAtEverySilo_data()
{
    QTest::addColumn<QString>("strategy");
    for (const char* name : {"fedavg", "cyclic"})
        QTest::newRow(name) << QString(name);
}

void TestSessionLearning::momentsBeginAnewAtEverySilo()
{
    QFETCH(QString, strategy);
    const RunsFolder runs;
    for (const char* state : {"reset", "keep"}) {
        SessionPlan plan = smallPlan(3, {{"name", strategy.toStdString()}, {"local_steps", 2}});
        plan.optimizerState = state;
        const auto result = runSession(plan, runs / state);
        QVERIFY2(result, qPrintable(messageOf(result)));
        for (int silo = 0; silo < 3; ++silo) {
            char name[64];
            std::snprintf(name, sizeof name, "states/round_%06d/silo_%03d.safetensors", result->roundsDone,
                          silo);
            const auto file = readTensorFile(result->runFolder / name);
            QVERIFY(file.has_value() && file->tensors.count("optimizer/steps") == 1);
            std::int64_t steps = 0;
            std::memcpy(&steps, file->tensors.at("optimizer/steps").data, sizeof steps);
            QCOMPARE(steps, plan.optimizerState == "reset" ? 2 : 2 * plan.rounds);
        }
    }
}

void TestSessionLearning::flagsAreMeasured()
{
    const RunsFolder runs;
    for (const char* name : {"fedavg", "fedefm"}) {
        SessionPlan plan = smallPlan(2, {{"name", name}}, "complete");
        plan.training.selectBy = "macro_auc";
        SessionHooks hooks;
        hooks.openData = openSliceWithFlags;
        const auto result = federate(plan, hooks, runs / name);
        QVERIFY2(result, qPrintable(messageOf(result)));
        QVERIFY2(result->mergedMetrics["macro_auc"].is_number(), result->mergedMetrics.dump().c_str());
        QVERIFY2(result->mergedMetrics["loss"].is_number(), result->mergedMetrics.dump().c_str());
    }
}

void TestSessionLearning::automaticPrecisionIsNoted()
{
    const RunsFolder runs;
    SessionPlan plan = smallPlan(2, {{"name", "fedavg"}});
    plan.training.precision = "auto";
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    const auto events = (*RunReader::open(result->runFolder))->events();
    QVERIFY(std::any_of(events.begin(), events.end(),
                        [](const RunReader::Event& event) { return event.text.find("computes in ") == 0; }));
}

QTEST_APPLESS_MAIN(TestSessionLearning)
#include "tst_session_learning.moc"
