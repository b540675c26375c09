// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_book.h"
#include "ui/train/curve_math.h"
#include "ui/train/metric_groups.h"
#include "ui/train/run_alerts.h"
#include "ui/train/run_style.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace fedefm;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

MetricPoint at(std::int64_t step, double value)
{
    return {step, static_cast<double>(step) / 10.0, static_cast<double>(step) * 6.0, value};
}

RunSummary runOf(const char* id, RunState state)
{
    RunSummary run;
    run.id = run.name = id;
    run.state = state;
    run.kind = "train";
    run.config = {{"select_by", "foreground.dice"}};
    return run;
}

nlohmann::json epochOf(double dice)
{
    return {{"train", {{"loss", 0.1}}},
            {"validation", {{"loss", 0.2}, {"foreground", {{"dice", dice}}}}},
            {"best", false}};
}

} // namespace

class TestCurveLogic : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void axes();
    void smoothingOffIsIdentity();
    void smoothingWeighsByDistance();
    void smoothingKeepsConstants();
    void smoothingIsTheSameInPieces();
    void smoothingSkipsNotFinite();
    void spanOfSlider();
    void nearest();
    void drawable();
    void valueAxes_data();
    void valueAxes();
    void texts();
    void groups();
    void bookReplacesAndAppends();
    void stylesAreDistinctAndKept();
    void plateau();
    void alertsOnlyForNews();
    void sessionsTellOfSilosAndPlateaus();
    void nanAlertsOnce();
};

void TestCurveLogic::axes()
{
    const MetricPoint point{30, 1.5, 90.0, 0.2};
    QCOMPARE(xOf(point, XAxis::Step), 30.0);
    QCOMPARE(xOf(point, XAxis::Epoch), 1.5);
    QCOMPARE(xOf(point, XAxis::WallMinutes), 1.5);
}

void TestCurveLogic::smoothingOffIsIdentity()
{
    const auto values = smoothed({at(0, 3.0), at(1, -1.0), at(5, 7.0)}, 0.0);
    QCOMPARE(values, (std::vector<double>{3.0, -1.0, 7.0}));
}

void TestCurveLogic::smoothingWeighsByDistance()
{
    // Span 10: the value 10 steps back weighs 1/e, the one 30 steps back 1/e³.
    const double e1 = std::exp(-1.0);
    const double e2 = std::exp(-2.0);
    const auto values = smoothed({at(0, 1.0), at(10, 2.0), at(30, 6.0)}, 10.0);
    QVERIFY(std::abs(values[0] - 1.0) < 1e-12);
    QVERIFY(std::abs(values[1] - (e1 * 1.0 + 2.0) / (e1 + 1.0)) < 1e-12);
    QVERIFY(std::abs(values[2] - (e2 * (e1 * 1.0 + 2.0) + 6.0) / (e2 * (e1 + 1.0) + 1.0)) < 1e-12);
}

void TestCurveLogic::smoothingKeepsConstants()
{
    for (const double value : smoothed({at(0, 0.3), at(1, 0.3), at(50, 0.3), at(51, 0.3)}, 100.0))
        QVERIFY(std::abs(value - 0.3) < 1e-12);
}

void TestCurveLogic::smoothingIsTheSameInPieces()
{
    std::vector<MetricPoint> points;
    for (int i = 0; i < 50; ++i)
        points.push_back(at(i * i, std::sin(i)));
    const auto whole = smoothed(points, 40.0);
    TimeWeightedMean mean(40.0);
    for (std::size_t i = 0; i < points.size(); ++i)
        QCOMPARE(mean.add(static_cast<double>(points[i].step), points[i].value), whole[i]);
}

void TestCurveLogic::smoothingSkipsNotFinite()
{
    const auto values = smoothed({at(0, 1.0), at(1, kNaN), at(2, 1.0)}, 5.0);
    QVERIFY(std::isnan(values[1]));
    QVERIFY(std::abs(values[2] - 1.0) < 1e-12);
}

void TestCurveLogic::spanOfSlider()
{
    QCOMPARE(smoothingSpan(0), 0.0);
    QVERIFY(std::abs(smoothingSpan(50) - 100.0) < 1e-9);
    QVERIFY(std::abs(smoothingSpan(100) - 10000.0) < 1e-6);
    QVERIFY(std::abs(smoothingSpan(1000) - 10000.0) < 1e-6);
}

void TestCurveLogic::nearest()
{
    const std::vector<MetricPoint> points{at(0, 0), at(10, 0), at(20, 0)};
    QVERIFY(!nearestPoint({}, XAxis::Step, 1.0));
    QCOMPARE(*nearestPoint(points, XAxis::Step, -5.0), std::size_t(0));
    QCOMPARE(*nearestPoint(points, XAxis::Step, 4.9), std::size_t(0));
    QCOMPARE(*nearestPoint(points, XAxis::Step, 5.1), std::size_t(1));
    QCOMPARE(*nearestPoint(points, XAxis::Step, 99.0), std::size_t(2));
    QCOMPARE(*nearestPoint(points, XAxis::Epoch, 1.6), std::size_t(2));
    QCOMPARE(*nearestPoint(points, XAxis::WallMinutes, 1.1), std::size_t(1));
}

void TestCurveLogic::drawable()
{
    QVERIFY(isDrawable(-1.0, false) && isDrawable(0.0, false));
    QVERIFY(!isDrawable(0.0, true) && !isDrawable(-1.0, true) && isDrawable(1e-9, true));
    QVERIFY(!isDrawable(kNaN, false) && !isDrawable(std::numeric_limits<double>::infinity(), true));
}

void TestCurveLogic::valueAxes_data()
{
    QTest::addColumn<double>("lower");
    QTest::addColumn<double>("upper");
    QTest::addColumn<bool>("isLog");
    QTest::addColumn<double>("shownLower");
    QTest::addColumn<double>("shownUpper");
    QTest::newRow("nothing") << 1.0 << 0.0 << false << 0.0 << 1.0;
    QTest::newRow("nothing, log") << 1.0 << 0.0 << true << 0.1 << 1.0;
    QTest::newRow("range") << 10.0 << 20.0 << false << 9.5 << 20.5;
    QTest::newRow("never below 0") << 0.01 << 1.01 << false << 0.0 << 1.06;
    QTest::newRow("below 0") << -1.0 << 1.0 << false << -1.1 << 1.1;
    QTest::newRow("one value") << 0.5 << 0.5 << false << 0.4 << 0.6;
    QTest::newRow("one value, 0") << 0.0 << 0.0 << false << 0.0 << 1.0;
    QTest::newRow("one value, log") << 0.5 << 0.5 << true << 0.25 << 1.0;
}

void TestCurveLogic::valueAxes()
{
    QFETCH(double, lower);
    QFETCH(double, upper);
    QFETCH(bool, isLog);
    const AxisSpan span = valueSpan({lower, upper}, isLog);
    QTEST(span.lower, "shownLower");
    QTEST(span.upper, "shownUpper");
}

void TestCurveLogic::texts()
{
    QCOMPARE(formatValue(kNaN), QStringLiteral("NaN"));
    QCOMPARE(formatValue(0.123456789), QStringLiteral("0.12346"));
    QCOMPARE(formatDuration(4.25), QStringLiteral("4.3 s"));
    QCOMPARE(formatDuration(750.0), QStringLiteral("12 min 30 s"));
    QCOMPARE(formatDuration(3 * 3600.0 + 300.0), QStringLiteral("3 h 05 min"));
}

void TestCurveLogic::groups()
{
    const QStringList metrics{"train/data_wait_ms",
                              "train/loss",
                              "validation/loss",
                              "train/learning_rate",
                              "validation/foreground.dice",
                              "train/images_per_second",
                              "validation/catheter.dice"};
    QCOMPARE(groupOf("train/loss"), QStringLiteral("loss"));
    QCOMPARE(groupOf("loss"), QStringLiteral("loss"));
    QCOMPARE(metricsOf("loss", metrics), (QStringList{"train/loss", "validation/loss"}));
    QCOMPARE(firstGroups(groupsOf(metrics), 4),
             (QStringList{"loss", "foreground.dice", "learning_rate", "images_per_second"}));
    QCOMPARE(firstGroups(groupsOf({"train/loss", "train/x"}), 4), (QStringList{"loss", "x"}));
    QVERIFY(isPlanned("train/learning_rate") && !isPlanned("train/loss"));
    QVERIFY(isPerEpoch("validation/loss") && !isPerEpoch("train/loss"));
}

void TestCurveLogic::bookReplacesAndAppends()
{
    CurveBook book;
    book.apply({"a", "loss", true, {at(0, 1), at(1, 2)}});
    book.apply({"a", "loss", false, {at(2, 3)}});
    const int generation = book.find("a", "loss")->generation;
    QCOMPARE(book.find("a", "loss")->points.size(), std::size_t(3));
    book.apply({"a", "loss", true, {at(0, 9)}});
    QCOMPARE(book.find("a", "loss")->points.size(), std::size_t(1));
    QVERIFY(book.find("a", "loss")->generation != generation);
    const int second = book.find("a", "loss")->generation;
    book.forget("a");
    QVERIFY(!book.find("a", "loss"));
    book.apply({"a", "loss", false, {at(0, 9)}});
    QVERIFY(book.find("a", "loss")->generation != second);
}

void TestCurveLogic::stylesAreDistinctAndKept()
{
    std::set<std::pair<QString, int>> seen;
    for (int i = 0; i < kRunStyleCount; ++i)
        seen.insert({runStyle(i).color.name(), static_cast<int>(runStyle(i).line)});
    QCOMPARE(static_cast<int>(seen.size()), kRunStyleCount);
    RunStyles styles;
    const RunStyle a = styles.take("a");
    const RunStyle b = styles.take("b");
    QVERIFY(!(a == b));
    styles.release("a");
    QVERIFY(styles.take("b") == b);
    QVERIFY(styles.take("c") == a);
}

void TestCurveLogic::plateau()
{
    // As the trainer writes them: an epoch without validation has the training's loss alone.
    nlohmann::json epochs = nlohmann::json::array();
    for (const double dice : {0.1, 0.5, 0.4, 0.5, 0.45})
        epochs.push_back(epochOf(dice));
    QCOMPARE(epochsWithoutGain(epochs, "foreground.dice"), 3);
    epochs.push_back({{"epoch", 5}, {"train", {{"loss", 0.1}}}});
    QCOMPARE(epochsWithoutGain(epochs, "foreground.dice"), 3);
    epochs.push_back(epochOf(0.6));
    QCOMPARE(epochsWithoutGain(epochs, "foreground.dice"), 0);
    // A session's rounds.
    const auto roundOf = [](double accuracy) { return nlohmann::json{{"merged", {{"accuracy", accuracy}}}}; };
    QCOMPARE(epochsWithoutGain({roundOf(0.5), roundOf(0.4)}, "accuracy"), 1);
}

void TestCurveLogic::alertsOnlyForNews()
{
    RunAlerts alerts;
    QVERIFY(alerts.onRuns({runOf("old", RunState::Lost), runOf("now", RunState::Running)}).empty());
    const auto lost = alerts.onRuns({runOf("old", RunState::Lost), runOf("now", RunState::Lost)});
    QCOMPARE(lost.size(), std::size_t(1));
    QCOMPARE(lost.front().subject, QStringLiteral("now"));
    QVERIFY(alerts.onRuns({runOf("now", RunState::Lost)}).empty());
    // A store that its process has not finished setting up reads as broken for a moment.
    RunSummary halfMade = runOf("half", RunState::Failed);
    halfMade.kind.clear();
    QVERIFY(alerts.onRuns({halfMade}).empty());
    // One that has begun and failed since.
    QCOMPARE(alerts.onRuns({runOf("short", RunState::Failed)}).size(), std::size_t(1));
    QVERIFY(alerts.onRuns({runOf("short", RunState::Failed)}).empty());
    // Resumed and lost again is news again.
    QVERIFY(alerts.onRuns({runOf("now", RunState::Running)}).empty());
    QCOMPARE(alerts.onRuns({runOf("now", RunState::Failed)}).size(), std::size_t(1));

    nlohmann::json epochs = nlohmann::json::array();
    for (int i = 0; i <= RunAlerts::kPlateauEpochs; ++i)
        epochs.push_back(epochOf(0.5));
    alerts.onRuns({runOf("now", RunState::Running)});
    QCOMPARE(alerts.onEpochs("now", epochs).size(), std::size_t(1));
    QVERIFY(alerts.onEpochs("now", epochs).empty());
    QVERIFY(alerts.onEpochs("unknown", epochs).empty());
}

void TestCurveLogic::sessionsTellOfSilosAndPlateaus()
{
    RunSummary session = runOf("session", RunState::Running);
    session.kind = "federate";
    session.config = {{"training", {{"task", "classification"}}},
                      {"data", {{"silos", {{{"name", "Dublin"}}, {{"name", "Seoul"}}}}}}};
    RunAlerts trainings;
    RunAlerts alerts(RunAlerts::Of::Sessions);
    // Each mode tells of its own.
    QVERIFY(alerts.onRuns({session, runOf("training", RunState::Running)}).empty());
    trainings.onRuns({session});
    const auto rounds = [](const std::vector<std::pair<bool, double>>& course) {
        nlohmann::json list = nlohmann::json::array();
        for (const auto& [isThere, accuracy] : course)
            list.push_back({{"silos", {{{"finished", true}}, {{"finished", isThere}}, {{"finished", false}}}},
                            {"members", {true, true, false}},
                            {"merged", {{"accuracy", accuracy}}}});
        return list;
    };
    QVERIFY(trainings.onEpochs("session", rounds({{false, 0.1}})).empty());
    // Only the newest round of a session that was going already; a silo that was dropped is not missed.
    QVERIFY(alerts.onEpochs("session", rounds({{false, 0.1}, {true, 0.2}})).empty());
    const auto missed = alerts.onEpochs("session", rounds({{false, 0.1}, {true, 0.2}, {false, 0.3}}));
    QCOMPARE(missed.size(), std::size_t(1));
    QVERIFY2(missed.front().cause.contains("Seoul missed round 3"), qPrintable(missed.front().cause));
    // Once, until it has been there again; by the session's names where they are known.
    QVERIFY(
        alerts.onEpochs("session", rounds({{false, 0.1}, {true, 0.2}, {false, 0.3}, {false, 0.4}})).empty());
    const auto again = alerts.onEpochs(
        "session", rounds({{false, 0.1}, {true, 0.2}, {false, 0.3}, {false, 0.4}, {true, 0.5}, {false, 0.6}}),
        {"a", "b", "c"});
    QCOMPARE(again.size(), std::size_t(1));
    QVERIFY2(again.front().cause.contains("b missed round 6"), qPrintable(again.front().cause));

    std::vector<std::pair<bool, double>> flat(RunAlerts::kPlateauEpochs + 1, {true, 0.5});
    const auto plateau = alerts.onEpochs("session", rounds(flat));
    QCOMPARE(plateau.size(), std::size_t(1));
    QVERIFY2(plateau.front().cause.contains("accuracy"), qPrintable(plateau.front().cause));
    flat.emplace_back(true, 0.5);
    QVERIFY(alerts.onEpochs("session", rounds(flat)).empty());
    session.state = RunState::Lost;
    QCOMPARE(alerts.onRuns({session, runOf("training", RunState::Lost)}).size(), std::size_t(1));
}

void TestCurveLogic::nanAlertsOnce()
{
    RunAlerts alerts;
    alerts.onRuns({runOf("now", RunState::Running), runOf("old", RunState::Done)});
    QVERIFY(alerts.onCurve({"now", "train/loss", true, {at(0, 1.0)}}).empty());
    QCOMPARE(alerts.onCurve({"now", "train/loss", false, {at(1, kNaN)}}).size(), std::size_t(1));
    QVERIFY(alerts.onCurve({"now", "train/loss", false, {at(2, kNaN)}}).empty());
    QVERIFY(alerts.onCurve({"old", "train/loss", false, {at(1, kNaN)}}).empty());
}

QTEST_APPLESS_MAIN(TestCurveLogic)
#include "tst_curve_logic.moc"
