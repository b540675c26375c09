// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session.h"
#include "core/federate/session_data.h"
#include "core/federate/torch/fedefm_options_private.h"
#include "core/federate/torch/strategy_private.h"
#include "core/train/readers/dataset_readers.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_outlook.h"
#include "ui/federate/plan_problems.h"
#include "ui/federate/plan_strategies.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace fedefm;

class TestPlanStrategies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allStrategiesAreOffered();
    void everyOptionIsRead();
    void rangesAreThoseOfTheSession();
    void defaultsOfFedEfm_data();
    void defaultsOfFedEfm();
    void stepsAgree();
    void pictureIsThatOfTheSession();
    void strictWarmsUp();
    void epsilonIsThatOfTheSession_data();
    void epsilonIsThatOfTheSession();
};

namespace {

std::string optionOf(const PlanField& field)
{
    return field.key.substr(std::string("strategy.").size());
}

/// All values at which the session must still take a field, and ones that it must refuse.
void valuesOf(const ConfigField& field, std::vector<nlohmann::json>& good, std::vector<nlohmann::json>& bad)
{
    switch (field.kind) {
    case ConfigField::Kind::Flag:
        good = {true, false};
        bad = {1};
        break;
    case ConfigField::Kind::Choice:
        for (const QString& choice : QString::fromLatin1(field.choices).split(QLatin1Char('|')))
            good.push_back(choice.toStdString());
        bad = {"no such choice"};
        break;
    case ConfigField::Kind::Integer:
        good = {static_cast<int>(field.least), static_cast<int>(field.most)};
        bad = {static_cast<int>(field.least) - 1, 0.5};
        break;
    default:
        good = {field.least, field.most};
        bad = {field.least - 1.0};
    }
}

} // namespace

void TestPlanStrategies::allStrategiesAreOffered()
{
    std::set<std::string> offered;
    for (const StrategyInfo& info : strategyInfos())
        QVERIFY2(offered.insert(info.name).second, info.name);
    const std::vector<std::string> names = strategyNames();
    QCOMPARE(offered, std::set<std::string>(names.begin(), names.end()));
}

void TestPlanStrategies::everyOptionIsRead()
{
    for (const StrategyInfo& info : strategyInfos()) {
        nlohmann::json strategy{{"name", info.name}};
        for (const PlanField& field : strategyFields(info.name)) {
            const nlohmann::json value = strategyDefault(strategy, optionOf(field));
            QVERIFY2(!value.is_null(), field.key.c_str());
            strategy[optionOf(field)] = value;
        }
        const auto made = makeStrategy(strategy);
        QVERIFY2(made, made ? "" : (made.error().subject + ": " + made.error().detail).c_str());
        QCOMPARE((*made)->usesPublicData(), info.needsPublic);
        QCOMPARE((*made)->topology(), std::string(info.topology));
    }
}

void TestPlanStrategies::rangesAreThoseOfTheSession()
{
    for (const StrategyInfo& info : strategyInfos())
        for (const PlanField& field : strategyFields(info.name)) {
            std::vector<nlohmann::json> good, bad;
            valuesOf(field.field, good, bad);
            const auto isTaken = [&](const nlohmann::json& value) {
                return makeStrategy({{"name", info.name}, {optionOf(field), value}}).has_value();
            };
            for (const nlohmann::json& value : good)
                QVERIFY2(isTaken(value), (field.key + " = " + value.dump() + " of " + info.name).c_str());
            for (const nlohmann::json& value : bad)
                QVERIFY2(!isTaken(value), (field.key + " = " + value.dump() + " of " + info.name).c_str());
        }
}

void TestPlanStrategies::defaultsOfFedEfm_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << QStringLiteral("{}");
    QTest::newRow("strict") << QStringLiteral(R"({"strict": true})");
    QTest::newRow("beta") << QStringLiteral(R"({"beta": 0.25})");
}

void TestPlanStrategies::defaultsOfFedEfm()
{
    QFETCH(QString, text);
    nlohmann::json strategy = nlohmann::json::parse(text.toStdString());
    StrictObject object(strategy, "strategy");
    const FedEfmOptions read = readFedEfmOptions(object);
    strategy["name"] = "fedefm";
    const auto shown = [&strategy](const char* option) {
        const nlohmann::json given = valueAt(strategy, option);
        return given.is_null() ? strategyDefault(strategy, option) : given;
    };
    QVERIFY(shown("local_steps") == read.localSteps);
    QVERIFY(shown("overseas_steps") == read.overseasSteps);
    QVERIFY(shown("home_steps") == read.homeSteps);
    QVERIFY(shown("temperature") == read.temperature);
    QVERIFY(shown("beta") == read.beta);
    QVERIFY(shown("weighting") == read.weighting);
    QCOMPARE(shown("emd_gradient") == "through", read.isDifferentiated);
    QVERIFY(shown("hard_floor") == read.hardFloor);
    QVERIFY(shown("nodes") == read.nodeSide);
    QVERIFY(shown("fuse") == read.fuse);
    QCOMPARE(shown("fuse_weights") == "emd", read.fusesByScore);
    QCOMPARE(shown("fuse_when") == "before", read.fusesFirst);
    QVERIFY(shown("gossip") == read.gossip);
    QVERIFY(shown("averaging") == read.averaging);
    QVERIFY(shown("mixes") == read.mixes);
    QCOMPARE(shown("distil") == "not_true", read.isNotTrue);
    QVERIFY(shown("logit_adjustment") == read.logitAdjustment);
    QCOMPARE(shown("masses") == "uniform", read.emd.masses == NodeMasses::Uniform);
    QVERIFY(shown("solver") == read.emd.transport.solver);
    QVERIFY(shown("epsilon") == read.emd.transport.epsilon);
}

void TestPlanStrategies::stepsAgree()
{
    for (const StrategyInfo& info : strategyInfos()) {
        const nlohmann::json strategy{{"name", info.name}, {"local_steps", 3}};
        const auto made = makeStrategy(strategy);
        QVERIFY(made);
        QCOMPARE(stepsPerRound(strategy), (*made)->stepsPerRound());
        QCOMPARE(visitSteps(strategy), (*made)->visitSteps());
    }
}

/// What the wizard draws is what the session opens.
void TestPlanStrategies::pictureIsThatOfTheSession()
{
    nlohmann::json plan = defaultPlan();
    plan["topology"] = {{"name", "mst"}, {"underlay", "gaia"}};
    plan["data"]["silo_count"] = 11;
    plan["seed"] = 7;
    const PlanOutlook outlook = planOutlook(plan);
    QVERIFY(outlook.report);
    const auto opened = openSessionData(
        plan["data"], [](const nlohmann::json& description) { return openDataset(description, {}); }, 7,
        [&plan](int silos) { return SessionLinks::create(plan["topology"], silos, 7, {}); });
    QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
    QVERIFY(opened->test);
    QCOMPARE(opened->silos.size(), outlook.report->silos.size());
    for (std::size_t silo = 0; silo < opened->silos.size(); ++silo) {
        QCOMPARE(opened->silos[silo].train->size(), outlook.report->silos[silo].samples);
        std::map<std::string, std::size_t> counts;
        for (std::size_t at = 0; at < opened->silos[silo].train->size(); ++at)
            ++counts[opened->silos[silo].train->sampleInfo(at).source];
        for (std::size_t source = 0; source < outlook.report->sources.size(); ++source)
            QCOMPARE(counts[outlook.report->sources[source]], outlook.report->silos[silo].perSource[source]);
        QCOMPARE(opened->silos[silo].name, outlook.links->siloNames()[silo]);
    }
}

void TestPlanStrategies::strictWarmsUp()
{
    nlohmann::json plan = {{"strategy", {{"name", "fedefm"}}}};
    for (const bool isStrict : {false, true}) {
        plan["strategy"]["strict"] = isStrict;
        QVERIFY(planDefault(plan, "warm_up_steps") == parseSessionPlan(plan)->warmUpSteps);
    }
}

void TestPlanStrategies::epsilonIsThatOfTheSession_data()
{
    QTest::addColumn<QString>("topology");
    QTest::addColumn<int>("hops");
    QTest::addColumn<QString>("unit");
    for (const char* unit : {"silo", "record"})
        for (const char* topology : {"ring", "star", "complete"})
            for (const int hops : {1, 3})
                QTest::addRow("%s %s %d", unit, topology, hops) << topology << hops << unit;
}

/// What the wizard expects is what the silo that gives away most has spent in the end.
void TestPlanStrategies::epsilonIsThatOfTheSession()
{
    QFETCH(QString, topology);
    QFETCH(int, hops);
    QFETCH(QString, unit);
    const nlohmann::json pictures = {{"form", "simulated"},    {"presets", {"simulation", "phantom"}},
                                     {"scenes", 160},          {"frames_per_scene", 1},
                                     {"smallest_size_px", 64}, {"largest_size_px", 64}};
    const nlohmann::json plan = {
        {"training",
         {{"task", "classification"},
          {"batch_size", 4},
          {"model",
           {{"network", "timm_vit"},
            {"hyper_parameters",
             {{"img_size", 16},
              {"patch_size", 8},
              {"in_chans", 1},
              {"num_classes", 2},
              {"embed_dim", 8},
              {"depth", 1},
              {"num_heads", 1}}}}},
          {"input", {{"channels", 1}, {"size_px", 16}, {"multiple", 8}}}}},
        {"data",
         {{"pool", {{"train", pictures}, {"test", pictures}}},
          {"silo_count", 5},
          {"partition", {{"scheme", "iid"}}}}},
        {"topology", {{"name", topology.toStdString()}}},
        {"strategy",
         {{"name", "fedefm"}, {"local_steps", 1}, {"overseas_steps", 2}, {"hops", hops}, {"gossip", 2}}},
        {"rounds", 3},
        {"evaluate_every", 10},
        {"privacy", {{"unit", unit.toStdString()}, {"noise", 2.0}, {"visit_floor", 0}}}};
    const double expected = expectedEpsilon(plan, planOutlook(plan));
    SessionHooks hooks;
    hooks.openData = [](const nlohmann::json& description) { return openDataset(description, {}); };
    const QTemporaryDir runs;
    const auto result = federate(*parseSessionPlan(plan), hooks, runs.path().toStdString());
    QVERIFY2(result, result ? "" : describe(result.error()).c_str());
    const auto reader = RunReader::open(result->runFolder);
    QVERIFY(reader);
    double largest = 0.0;
    for (int silo = 0; silo < 5; ++silo)
        largest =
            std::max(largest, (*reader)->curve("epsilon/silo_" + std::to_string(silo))->points.back().value);
    QVERIFY(largest > 0.0);
    QVERIFY2(std::abs(expected - largest) < 1e-6 * largest,
             qPrintable(QStringLiteral("expected %1, spent %2").arg(expected).arg(largest)));
}

QTEST_APPLESS_MAIN(TestPlanStrategies)
#include "tst_plan_strategies.moc"
