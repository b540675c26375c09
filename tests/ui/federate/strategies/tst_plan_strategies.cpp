// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session.h"
#include "core/federate/session_data.h"
#include "core/federate/torch/fedefm_options_private.h"
#include "core/federate/torch/strategy_private.h"
#include "core/train/readers/dataset_readers.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_outlook.h"
#include "ui/federate/plan_strategies.h"

#include <QTest>

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

QTEST_APPLESS_MAIN(TestPlanStrategies)
#include "tst_plan_strategies.moc"
