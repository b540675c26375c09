// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/comparison.h"
#include "core/train/run_store.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>

using namespace fedefm;

namespace fs = std::filesystem;

namespace {

SessionOutcome outcomeOf(std::vector<SessionOutcome::Point> course)
{
    SessionOutcome outcome;
    outcome.rounds = static_cast<int>(course.size());
    outcome.course = std::move(course);
    outcome.seconds = 6.0;
    outcome.cycleTimeMs = 57.19;
    outcome.exchangeMs = 12.5;
    return outcome;
}

/// Three methods under one condition with two seeds; only the last method is pooled and sends nothing.
struct Hand
{
    ComparisonPlan plan;
    std::vector<ComparisonCell> cells;
    std::vector<std::optional<SessionOutcome>> outcomes;

    Hand()
    {
        plan.metric = "accuracy";
        plan.methods = {{"FedAvg", "CFL", {}}, {"Fed|EFM, \"ours\"", "DFL", {}}, {"pooled", "CLL", {}}};
        plan.conditions = {{"all", "", {}}};
        plan.seeds = {1, 2};
        for (std::size_t seed = 0; seed < 2; ++seed)
            for (std::size_t method = 0; method < 3; ++method)
                cells.push_back({method, 0, seed, {}, {}});
        outcomes = {outcomeOf({{100, 10, 0.5}, {200, 20, 0.7}, {300, 30, 0.8}}),
                    outcomeOf({{150, 20, 0.6}, {300, 40, 0.7}, {800, 80, 0.95}}),
                    outcomeOf({{0, 5, 0.3}, {0, 25, 0.99}}),
                    outcomeOf({{100, 10, 0.4}, {200, 20, 0.6}, {300, 30, 0.9}}),
                    outcomeOf({{400, 40, 0.6}, {800, 80, 0.85}}),
                    std::nullopt};
        outcomes[0]->ownMean = 0.6;
        outcomes[3]->ownMean = 0.8;
        outcomes[0]->unseenShare = outcomes[3]->unseenShare = 0.5;
        outcomes[3]->seconds = 12.0;
    }
    nlohmann::json table() const { return comparisonTable(plan, cells, outcomes); }
};

void compareSpread(const nlohmann::json& spread, double mean, double deviation, int count)
{
    QVERIFY2(spread.is_object(), spread.dump().c_str());
    QVERIFY2(std::abs(spread["mean"].get<double>() - mean) < 1e-12, spread.dump().c_str());
    QVERIFY2(std::abs(spread["deviation"].get<double>() - deviation) < 1e-12, spread.dump().c_str());
    QCOMPARE(spread["count"].get<int>(), count);
}

/// Three rounds, measured in the first and the last; the third was done twice.
fs::path makeRun(const fs::path& root, const nlohmann::json& config = nlohmann::json::object())
{
    RunWriter::Start start;
    start.name = "session";
    start.kind = "federate";
    start.epochsPlanned = 3;
    start.config = config;
    start.split = {{"report", {{"unseen_share", 0.25}}}};
    auto made = RunWriter::create(root, start);
    if (!made)
        qFatal("%s", describe(made.error()).c_str());
    std::unique_ptr<RunWriter> run = std::move(*made);
    const auto close = [&run](int round, std::vector<std::pair<std::string, double>> values) {
        values.insert(values.end(), {{"steps/round", 20.0},
                                     {"cycle_time_ms/simulated", 42.5},
                                     {"exchange_ms/simulated", 10.0 * round}});
        if (!run->addMetrics(round + 1, round + 1, values) || !run->finishEpoch(round, false, {}))
            qFatal("the run store refuses");
    };
    const fs::path folder = run->folder();
    close(0, {{"bytes/round", 1000.0}, {"merged/accuracy", 0.4}});
    close(1, {{"bytes/round", 500.0}, {"silo_0/accuracy", 0.1}});
    close(2, {{"bytes/round", 9e9}, {"merged/accuracy", 0.99}});
    if (!run->setState(RunState::Stopped))
        qFatal("the run store refuses");
    run.reset();
    auto resumed = RunWriter::resume(folder, 2);
    if (!resumed)
        qFatal("%s", describe(resumed.error()).c_str());
    run = std::move(*resumed);
    close(2, {{"bytes/round", 1500.0},
              {"merged/accuracy", 0.75},
              {"silo_0/accuracy", 0.5},
              {"silo_1/accuracy", 0.7},
              {"silo_1/classes.neuro.accuracy", 0.0},
              {"silo_1/loss", 3.0}});
    if (!run->setState(RunState::Done))
        qFatal("the run store refuses");
    return folder;
}

} // namespace

class TestComparisonTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outcomeIsReadFromTheStore();
    void cycleTimeIsThatOfTheLinksInUse();
    void unmeasuredMetricIsAnError();
    void tableHasMeansAndDeviations();
    void aMethodThatFailedHasARow();
    void budgetsAreThoseOfTheCheapest();
    void conditionsHaveBudgetsOfTheirOwn();
    void markdownHasACellPerColumn();
    void csvIsQuoted();
};

void TestComparisonTable::outcomeIsReadFromTheStore()
{
    const QTemporaryDir root;
    const auto outcome = readOutcome(makeRun(root.path().toStdString()), "accuracy");
    QVERIFY2(outcome, outcome ? "" : describe(outcome.error()).c_str());
    QCOMPARE(outcome->rounds, 3);
    QCOMPARE(outcome->course.size(), std::size_t(2));
    QCOMPARE(outcome->course[0].bytes, 1000.0);
    QCOMPARE(outcome->course[0].steps, 20.0);
    QCOMPARE(outcome->course[0].value, 0.4);
    QCOMPARE(outcome->course[1].bytes, 3000.0);
    QCOMPARE(outcome->course[1].steps, 60.0);
    QCOMPARE(outcome->course[1].value, 0.75);
    QCOMPARE(outcome->ownMean.value_or(-1.0), 0.6);
    QCOMPARE(outcome->unseenShare.value_or(-1.0), 0.25);
    QCOMPARE(outcome->cycleTimeMs, 42.5);
    QCOMPARE(outcome->exchangeMs, 10.0);
    QVERIFY(outcome->seconds >= 0.0);
}

void TestComparisonTable::cycleTimeIsThatOfTheLinksInUse()
{
    const QTemporaryDir root;
    const auto cycleOf = [&root](const char* strategy) {
        const fs::path runs = fs::path(root.path().toStdString()) / strategy;
        const auto outcome =
            readOutcome(makeRun(runs, {{"strategy", {{"name", strategy}}},
                                       {"topology", {{"name", "ring"}, {"underlay", "gaia"}}},
                                       {"data", {{"silo_count", 11}}}}),
                        "accuracy");
        return outcome ? outcome->cycleTimeMs : -1.0;
    };
    // The store has the ring's; FedAvg works over the star around its hub.
    QCOMPARE(cycleOf("dpsgd"), 42.5);
    QVERIFY(std::abs(cycleOf("fedavg") - 289.82) < 0.01);
}

void TestComparisonTable::unmeasuredMetricIsAnError()
{
    const QTemporaryDir root;
    const fs::path folder = makeRun(root.path().toStdString());
    const auto outcome = readOutcome(folder, "macro_auc");
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(outcome.error().detail.find("macro_auc") != std::string::npos, outcome.error().detail.c_str());
    QVERIFY(!readOutcome(folder / "nothing", "accuracy"));
}

void TestComparisonTable::tableHasMeansAndDeviations()
{
    const nlohmann::json table = Hand().table();
    QCOMPARE(table["rows"].size(), std::size_t(3));
    const nlohmann::json& fedavg = table["rows"][0];
    QCOMPARE(fedavg["method"].get<std::string>(), std::string("FedAvg"));
    QCOMPARE(fedavg["scenario"].get<std::string>(), std::string("CFL"));
    compareSpread(fedavg["merged"], 0.85, std::sqrt(0.005), 2);
    compareSpread(fedavg["own"], 0.7, std::sqrt(0.02), 2);
    QCOMPARE(fedavg["unseen_share"].get<double>(), 0.5);
    QCOMPARE(fedavg["rounds"].get<double>(), 3.0);
    QCOMPARE(fedavg["bytes_per_round"].get<double>(), 100.0);
    QCOMPARE(fedavg["steps_per_round"].get<double>(), 10.0);
    QCOMPARE(fedavg["seconds_per_round"].get<double>(), 3.0);
    QCOMPARE(fedavg["cycle_time_ms"].get<double>(), 57.19);
    const nlohmann::json& fedefm = table["rows"][1];
    QVERIFY(fedefm["own"].is_null());
    QVERIFY(fedefm["unseen_share"].is_null());
    QCOMPARE(fedefm["rounds"].get<double>(), 2.5);
    // One seed of the pooled training has failed.
    compareSpread(table["rows"][2]["merged"], 0.99, 0.0, 1);
    QCOMPARE(table["rows"][2]["failed"].get<int>(), 1);
    QCOMPARE(fedavg["failed"].get<int>(), 0);
}

void TestComparisonTable::aMethodThatFailedHasARow()
{
    Hand hand;
    hand.outcomes[1] = hand.outcomes[4] = std::nullopt;
    const nlohmann::json table = hand.table();
    QCOMPARE(table["rows"].size(), std::size_t(3));
    QCOMPARE(table["rows"][1]["failed"].get<int>(), 2);
    QVERIFY(table["rows"][1]["merged"].is_null());
    const auto lines = QString::fromStdString(comparisonMarkdown(table)).split('\n');
    QVERIFY2(lines[3].contains("\"ours\" (failed: 2 of 2) | – | – |"), qPrintable(lines[3]));
    QVERIFY2(lines[4].contains("(failed: 1 of 2) | 99.0 |"), qPrintable(lines[4]));
}

void TestComparisonTable::budgetsAreThoseOfTheCheapest()
{
    const nlohmann::json table = Hand().table();
    // 300 bytes: FedAvg's total; the pooled training sends nothing and does not count.
    compareSpread(table["rows"][0]["at_equal_bytes"], 0.85, std::sqrt(0.005), 2);
    // The second seed's first round is dearer than that.
    compareSpread(table["rows"][1]["at_equal_bytes"], 0.7, 0.0, 1);
    compareSpread(table["rows"][2]["at_equal_bytes"], 0.99, 0.0, 1);
    // 25 steps: the pooled training's total.
    compareSpread(table["rows"][0]["at_equal_steps"], 0.65, std::sqrt(0.005), 2);
    compareSpread(table["rows"][1]["at_equal_steps"], 0.6, 0.0, 1);
    compareSpread(table["rows"][2]["at_equal_steps"], 0.99, 0.0, 1);
}

void TestComparisonTable::conditionsHaveBudgetsOfTheirOwn()
{
    Hand hand;
    hand.plan.conditions.push_back({"hard", "", {}});
    hand.cells[4].condition = 1;
    const nlohmann::json table = hand.table();
    QCOMPARE(table["rows"].size(), std::size_t(4));
    const nlohmann::json& alone = table["rows"][3];
    QCOMPARE(alone["condition"].get<std::string>(), std::string("hard"));
    compareSpread(alone["at_equal_bytes"], 0.85, 0.0, 1);
    compareSpread(alone["at_equal_steps"], 0.85, 0.0, 1);
    compareSpread(table["rows"][1]["at_equal_bytes"], 0.7, 0.0, 1);
}

void TestComparisonTable::markdownHasACellPerColumn()
{
    const auto lines = QString::fromStdString(comparisonMarkdown(Hand().table())).split('\n');
    QCOMPARE(lines.size(), 6);
    QVERIFY(lines[0].contains("merged accuracy %"));
    QCOMPARE(lines[2], QString("| all | 50 | CFL | FedAvg | 85.0 ± 7.1 | 70.0 ± 14.1 | 85.0 ± 7.1 | "
                               "65.0 ± 7.1 | 3 | 0.00 | 10 | 3.00 | 12.5 | 57.2 |"));
    QVERIFY2(lines[3].startsWith("| all | – | DFL | Fed\\|EFM, \"ours\" | 90.0 ± 7.1 | – | 70.0 | 60.0 | "),
             qPrintable(lines[3]));
    for (int line = 0; line < 5; ++line) {
        QString text = lines[line];
        QCOMPARE(text.remove("\\|").count('|'), 15);
    }
}

void TestComparisonTable::csvIsQuoted()
{
    const auto lines = QString::fromStdString(comparisonCsv(Hand().table())).split('\n');
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[0].count(','), 17);
    QVERIFY2(lines[2].startsWith("\"all\",\"DFL\",\"Fed|EFM, \"\"ours\"\"\",,"), qPrintable(lines[2]));
    const QStringList cells = lines[1].split(',');
    QCOMPARE(cells.size(), 18);
    QCOMPARE(cells[0], QString("\"all\""));
    QCOMPARE(cells[3], QString("0.5"));
    QVERIFY(std::abs(cells[4].toDouble() - 0.85) < 1e-12);
    QVERIFY(std::abs(cells[5].toDouble() - std::sqrt(0.005)) < 1e-12);
    QCOMPARE(cells[10], QString("2"));
    QCOMPARE(cells[11], QString("0"));
    QCOMPARE(cells[12], QString("3.0"));
    QVERIFY(lines[3].contains(",,,")); // no models of its own
}

QTEST_GUILESS_MAIN(TestComparisonTable)
#include "tst_comparison_table.moc"
