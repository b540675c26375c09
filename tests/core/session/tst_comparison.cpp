// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/comparison.h"

#include <QTest>

using namespace fedefm;

namespace {

const char* const kComparison = R"json({
    "version": 1, "name": "small", "metric": "accuracy", "seeds": [7, 2],
    "session": {"rounds": 4, "data": {"silos": [1, 2], "cache_mb": 10}, "batch_norm": "local",
                "training": {"task": "classification", "model": {"network": "timm_vit"}, "batch_size": 4}},
    "methods": [
        {"name": "FedAvg (CFL)", "scenario": "CFL", "set": {"strategy": {"name": "fedavg"}, "rounds": 9}},
        {"name": "FedEFM", "set": {"strategy": {"name": "fedefm", "beta": 0.25}, "batch_norm": null}}],
    "conditions": [
        {"name": "0 %", "set": {"rounds": 5, "data": {"cache_mb": 20}}},
        {"name": "100 %"}]})json";

nlohmann::json document()
{
    return nlohmann::json::parse(kComparison);
}

ComparisonPlan smallComparison()
{
    const auto plan = parseComparison(document());
    if (!plan)
        qFatal("%s", describe(plan.error()).c_str());
    return *plan;
}

QString messageOf(const Error& error)
{
    return QString::fromStdString(error.subject + ": " + error.detail);
}

} // namespace

class TestComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void formIsRead();
    void unknownKeysNameTheNearest_data();
    void unknownKeysNameTheNearest();
    void wrongValuesAreRefused_data();
    void wrongValuesAreRefused();
    void methodGoesOverConditionOverSession();
    void cellsComeSeedBySeed();
    void brokenCellIsNamed();
    void cellsOfOneNameAreRefused();
    void methodsUnderSomeConditions();
};

void TestComparison::formIsRead()
{
    const ComparisonPlan plan = smallComparison();
    QCOMPARE(plan.name, std::string("small"));
    QCOMPARE(plan.methods.size(), std::size_t(2));
    QCOMPARE(plan.methods[0].scenario, std::string("CFL"));
    QVERIFY(plan.seeds == (std::vector<std::uint64_t>{7, 2}));
    nlohmann::json shortest = document();
    for (const char* key : {"version", "name", "metric", "seeds", "conditions"})
        shortest.erase(key);
    const auto read = parseComparison(shortest);
    QVERIFY(read);
    QCOMPARE(read->conditions.size(), std::size_t(1));
    QCOMPARE(read->conditions[0].name, std::string("all"));
    QVERIFY(read->seeds == std::vector<std::uint64_t>{1});
    QVERIFY(read->metric.empty());
}

void TestComparison::unknownKeysNameTheNearest_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("top") << "/metrics"
                         << "metric";
    QTest::newRow("method") << "/methods/0/scenarios"
                            << "scenario";
    QTest::newRow("condition") << "/conditions/1/sets"
                               << "set";
    QTest::newRow("session") << "/session/round"
                             << "rounds";
    QTest::newRow("in a method") << "/methods/1/set/deadline_second"
                                 << "deadline_seconds";
    QTest::newRow("in a condition") << "/conditions/0/set/training/batch_sizes"
                                    << "batch_size";
}

void TestComparison::unknownKeysNameTheNearest()
{
    QFETCH(QString, place);
    QFETCH(QString, nearest);
    nlohmann::json json = document();
    json[nlohmann::json::json_pointer(place.toStdString())] = 1;
    const auto plan = parseComparison(json);
    const auto cells = plan ? cellsOf(*plan) : tl::unexpected(plan.error());
    QVERIFY(!cells);
    QVERIFY2(messageOf(cells.error()).contains(nearest), qPrintable(messageOf(cells.error())));
}

void TestComparison::wrongValuesAreRefused_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("named");
    QTest::newRow("no methods") << "/methods"
                                << "[]"
                                << "methods";
    QTest::newRow("methods of another type") << "/methods"
                                             << "{}"
                                             << "methods";
    QTest::newRow("names like one another") << "/methods/1/name"
                                            << "\"fedavg - CFL\""
                                            << "methods[1].name";
    QTest::newRow("no letter in a name") << "/conditions/0/name"
                                         << "\"%%\""
                                         << "conditions[0].name";
    QTest::newRow("no name") << "/methods/0/name"
                             << "\"\""
                             << "methods[0].name";
    QTest::newRow("condition with a scenario") << "/conditions/0/scenario"
                                               << "\"CFL\""
                                               << "conditions[0]";
    QTest::newRow("set of another type") << "/methods/0/set"
                                         << "[1]"
                                         << "methods[0].set";
    QTest::newRow("no seeds") << "/seeds"
                              << "[]"
                              << "seeds";
    QTest::newRow("seeds twice") << "/seeds"
                                 << "[1, 1]"
                                 << "seeds";
    QTest::newRow("seed below 0") << "/seeds"
                                  << "[-1]"
                                  << "seeds";
    QTest::newRow("seed with a fraction") << "/seeds"
                                          << "[1.5]"
                                          << "seeds";
    QTest::newRow("one seed, no list") << "/seeds"
                                       << "1"
                                       << "seeds";
    QTest::newRow("newer version") << "/version"
                                   << "2"
                                   << "version";
    QTest::newRow("metric of another type") << "/metric"
                                            << "1"
                                            << "metric";
}

void TestComparison::wrongValuesAreRefused()
{
    QFETCH(QString, place);
    QFETCH(QString, value);
    QFETCH(QString, named);
    nlohmann::json json = document();
    json[nlohmann::json::json_pointer(place.toStdString())] = nlohmann::json::parse(value.toStdString());
    const auto plan = parseComparison(json);
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(messageOf(plan.error()).contains(named), qPrintable(messageOf(plan.error())));
}

void TestComparison::methodGoesOverConditionOverSession()
{
    const auto cells = cellsOf(smallComparison());
    QVERIFY2(cells, cells ? "" : describe(cells.error()).c_str());
    const SessionPlan& both = (*cells)[0].plan; // FedAvg at 0 %
    QCOMPARE(both.rounds, 9);
    QCOMPARE(both.data["cache_mb"].get<int>(), 20);
    QCOMPARE(both.data["silos"].size(), std::size_t(2));
    QCOMPARE(both.batchNorm, std::string("local"));
    QCOMPARE(both.training.batchSize, 4);
    const SessionPlan& other = (*cells)[1].plan; // FedEFM at 0 %
    QCOMPARE(other.rounds, 5);
    QCOMPARE(other.strategy["beta"].get<double>(), 0.25);
    // What a patch sets to null is the default again.
    QCOMPARE(other.batchNorm, std::string("average"));
    const SessionPlan& plain = (*cells)[3].plan; // FedEFM at 100 %
    QCOMPARE(plain.rounds, 4);
    QCOMPARE(plain.data["cache_mb"].get<int>(), 10);
}

void TestComparison::cellsComeSeedBySeed()
{
    const auto cells = cellsOf(smallComparison());
    QVERIFY(cells);
    std::vector<std::string> names;
    for (const ComparisonCell& cell : *cells) {
        names.push_back(cell.name);
        QCOMPARE(cell.plan.training.name, cell.name);
        QCOMPARE(cell.plan.training.seed, std::uint64_t(cell.seed == 0 ? 7 : 2));
    }
    const std::vector<std::string> expected{"fedavg-cfl-0-7",   "fedefm-0-7",     "fedavg-cfl-100-7",
                                            "fedefm-100-7",     "fedavg-cfl-0-2", "fedefm-0-2",
                                            "fedavg-cfl-100-2", "fedefm-100-2"};
    QVERIFY(names == expected);
    QCOMPARE((*cells)[2].condition, std::size_t(1));
    QCOMPARE((*cells)[5].method, std::size_t(1));
}

void TestComparison::brokenCellIsNamed()
{
    ComparisonPlan plan = smallComparison();
    plan.methods[1].set["rounds"] = 0;
    const auto cells = cellsOf(plan);
    QVERIFY(!cells);
    QVERIFY2(messageOf(cells.error()).startsWith("fedefm-0-7: "), qPrintable(messageOf(cells.error())));
}

/// "a" under "b-c" and "a-b" under "c" would share a name, and so a run.
void TestComparison::cellsOfOneNameAreRefused()
{
    ComparisonPlan plan = smallComparison();
    plan.methods[0].name = "a";
    plan.methods[1].name = "a b";
    plan.conditions[0].name = "b c";
    plan.conditions[1].name = "c";
    const auto cells = cellsOf(plan);
    QVERIFY(!cells);
    QVERIFY2(messageOf(cells.error()).contains("a-b-c-7"), qPrintable(messageOf(cells.error())));
}

void TestComparison::methodsUnderSomeConditions()
{
    nlohmann::json given = document();
    const std::size_t all = cellsOf(*parseComparison(given))->size();
    const std::string last = given["conditions"].back()["name"].get<std::string>();
    given["methods"][0]["only"] = {last};
    const auto plan = parseComparison(given);
    const auto cells = cellsOf(*plan);
    QVERIFY(cells);
    const std::size_t left = (plan->conditions.size() - 1) * plan->seeds.size();
    QCOMPARE(cells->size(), all - left);
    for (const ComparisonCell& cell : *cells)
        QVERIFY(cell.method != 0 || plan->conditions[cell.condition].name == last);
    given["methods"][0]["only"] = {last + "x"};
    const auto wrong = parseComparison(given);
    QVERIFY(!wrong && wrong.error().detail.find("the nearest is \"" + last) != std::string::npos);
}

QTEST_GUILESS_MAIN(TestComparison)
#include "tst_comparison.moc"
