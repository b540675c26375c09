// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/fedefm_options_private.h"
#include "tests/core/session/session_fixture.h"

#include <QTest>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// Silos with the same pictures, all of them in one batch, one step of plain SGD.
SessionPlan fullBatchPlan(const char* strategy, const char* topology)
{
    SessionPlan plan = smallPlan(4, {{"name", strategy}}, topology);
    for (nlohmann::json& silo : plan.data["silos"])
        silo["train"] = slice(0, 8);
    plan.training.batchSize = 8;
    plan.training.optimizer = {"sgd", 0.1, 0.0, 0.0, 0.0};
    plan.rounds = 1;
    return plan;
}

double meanOfFirst(const SessionResult& result, int silos, const std::string& name)
{
    double sum = 0.0;
    for (int silo = 0; silo < silos; ++silo) {
        float value = 0.0F;
        const TensorFile state = siloState(result, silo);
        std::memcpy(&value, state.tensors.at(name).data, sizeof value);
        sum += value;
    }
    return sum / silos;
}

} // namespace

class TestStrategies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStrategyRuns_data();
    void everyStrategyRuns();
    void everyVariantOfFedEfmRuns_data();
    void everyVariantOfFedEfmRuns();
    void proximalWithoutMuIsFedAvg();
    void oneFullBatchStepIsTheSameEverywhere();
    void averagedSilosAgree();
    void gossipPreservesTheMean();
    void manyMixesAreOneAverage();
    void treeIsOneAverage();
    void refusesToTrainNothing();
    void controlVariatesBeginAsFedAvg();
    void robustMergeIgnoresAStranger();
    void localBatchNormStaysLocal();
    void adaptiveHubsAverageRunningValues();
    void fedEfmWithoutExchangeIsLocal();
    void fusingWholeExpertsReplacesTheModel();
    void strictModeDoesNotMix();
    void learnsTheTask();
};

void TestStrategies::everyStrategyRuns_data()
{
    QTest::addColumn<QString>("strategy");
    for (const std::string& name : strategyNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestStrategies::everyStrategyRuns()
{
    QFETCH(QString, strategy);
    const RunsFolder runs;
    const auto result = runSession(smallPlan(4, {{"name", strategy.toStdString()}}), runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(result->roundsDone, 3);
    QVERIFY(result->mergedMetrics.contains("accuracy"));
    QVERIFY(std::isfinite(difference(mergedOf(*result), mergedOf(*result))));
}

void TestStrategies::everyVariantOfFedEfmRuns_data()
{
    QTest::addColumn<QString>("options");
    const char* variants[] = {R"({"strict": true})",
                              R"({"weighting": "none"})",
                              R"({"weighting": "normalised"})",
                              R"({"weighting": "raw", "emd_gradient": "through"})",
                              R"({"masses": "uniform"})",
                              R"({"solver": "sinkhorn"})",
                              R"({"solver": "quadratic", "gamma": 0.5})",
                              R"({"gossip": 0})",
                              R"({"gossip": 2})",
                              R"({"averaging": "neighbours", "mixes": 2})",
                              R"({"overseas_steps": 5})",
                              R"({"hops": 2})",
                              R"({"home_steps": 9})",
                              R"({"home_steps": 0, "fuse": 1.0})",
                              R"({"fuse_weights": "emd", "fuse_when": "after"})",
                              R"({"distil": "not_true", "logit_adjustment": 1.0})"};
    for (const char* variant : variants)
        QTest::newRow(variant) << variant;
}

void TestStrategies::everyVariantOfFedEfmRuns()
{
    QFETCH(QString, options);
    nlohmann::json strategy = nlohmann::json::parse(options.toStdString());
    strategy["name"] = "fedefm";
    SessionPlan plan = smallPlan(3, strategy);
    plan.rounds = 2;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QVERIFY(std::isfinite(difference(mergedOf(*result), mergedOf(*result))));
    // Every option does something.
    const auto usual = runSession(
        [&] {
            SessionPlan base = smallPlan(3, {{"name", "fedefm"}});
            base.rounds = plan.rounds;
            return base;
        }(),
        runs / "b");
    QVERIFY(usual);
    QVERIFY(difference(mergedOf(*result), mergedOf(*usual)) > 0.0);
}

void TestStrategies::proximalWithoutMuIsFedAvg()
{
    const RunsFolder runs;
    const auto average = runSession(smallPlan(3, {{"name", "fedavg"}, {"local_steps", 3}}), runs / "a");
    const auto without =
        runSession(smallPlan(3, {{"name", "fedprox"}, {"local_steps", 3}, {"mu", 0.0}}), runs / "b");
    const auto with =
        runSession(smallPlan(3, {{"name", "fedprox"}, {"local_steps", 3}, {"mu", 1.0}}), runs / "c");
    QVERIFY(average && without && with);
    QVERIFY(isSame(mergedOf(*average), mergedOf(*without)));
    QVERIFY(difference(mergedOf(*average), mergedOf(*with)) > 1e-7);
}

void TestStrategies::oneFullBatchStepIsTheSameEverywhere()
{
    const RunsFolder runs;
    const auto server = runSession(fullBatchPlan("fedavg", "star"), runs / "a");
    const auto peers = runSession(fullBatchPlan("dpsgd", "complete"), runs / "b");
    SessionPlan pooled = fullBatchPlan("cll", "ring");
    pooled.training.batchSize = 32;
    const auto central = runSession(pooled, runs / "c");
    QVERIFY2(server && peers && central, qPrintable(messageOf(central)));
    QVERIFY(difference(mergedOf(*server), mergedOf(*peers)) < 1e-6);
    const double gap = difference(mergedOf(*server), mergedOf(*central));
    QVERIFY2(gap < 1e-6, std::to_string(gap).c_str());
    // The step was a real one.
    SessionPlan slow = fullBatchPlan("fedavg", "star");
    slow.training.optimizer.learningRate = 1e-9;
    const auto still = runSession(slow, runs / "d");
    QVERIFY(still && difference(mergedOf(*server), mergedOf(*still)) > 1e-4);
}

void TestStrategies::averagedSilosAgree()
{
    const RunsFolder runs;
    for (const char* name : {"fedavg", "fedyogi", "swarm", "cyclic"}) {
        const auto result = runSession(smallPlan(3, {{"name", name}}), runs / name);
        QVERIFY(result);
        for (int silo = 1; silo < 3; ++silo)
            QVERIFY2(isSame(siloState(*result, 0), siloState(*result, silo)), name);
    }
    const auto ring = runSession(smallPlan(4, {{"name", "dpsgd"}}), runs / "ring");
    QVERIFY(ring && !isSame(siloState(*ring, 0), siloState(*ring, 1)));
}

void TestStrategies::gossipPreservesTheMean()
{
    // Averaging is linear: the mean of all silos after a round is that of the trained ones, whatever the
    // links. With no training the second round changes the silos and leaves the mean.
    const RunsFolder runs;
    for (const char* topology : {"ring", "star", "mst", "complete"}) {
        SessionPlan once = smallPlan(5, {{"name", "local"}}, topology);
        SessionPlan mixed = smallPlan(5, {{"name", "dpsgd"}}, topology);
        once.rounds = mixed.rounds = 1;
        const auto apart = runSession(once, runs / "apart");
        const auto together = runSession(mixed, runs / "together");
        QVERIFY2(apart && together, qPrintable(messageOf(together)));
        const double gap = difference(mergedOf(*apart), mergedOf(*together));
        QVERIFY2(gap < 1e-6, topology);
        QVERIFY(std::abs(meanOfFirst(*apart, 5, "head.weight") - meanOfFirst(*together, 5, "head.weight")) <
                1e-6);
        QVERIFY(difference(siloState(*apart, 0), siloState(*together, 0)) > 1e-4);
    }
}

void TestStrategies::manyMixesAreOneAverage()
{
    const RunsFolder runs;
    const auto gapAfter = [&runs](int mixes) {
        const auto result = runSession(smallPlan(5, {{"name", "fedefm"},
                                                     {"fuse", 0.0},
                                                     {"home_steps", 0},
                                                     {"averaging", "neighbours"},
                                                     {"mixes", mixes}}),
                                       runs / "m");
        return result ? difference(siloState(*result, 0), siloState(*result, 2)) : -1.0;
    };
    const double once = gapAfter(1);
    const double twice = gapAfter(2);
    QVERIFY2(once > 1e-4, std::to_string(once).c_str());
    QVERIFY2(twice > 0.0 && twice < once, std::to_string(twice).c_str());
    const double often = gapAfter(60);
    QVERIFY2(often >= 0.0 && often < 1e-6, std::to_string(often).c_str());
}

void TestStrategies::refusesToTrainNothing()
{
    const auto isRight = [](int local, int overseas, int home) {
        StrictObject object({{"local_steps", local}, {"overseas_steps", overseas}, {"home_steps", home}},
                            "strategy");
        readFedEfmOptions(object);
        return object.finish().has_value();
    };
    QVERIFY(!isRight(0, 0, 0));
    QVERIFY(isRight(1, 0, 0) && isRight(0, 1, 0) && isRight(0, 0, 1));
}

void TestStrategies::treeIsOneAverage()
{
    // Without visits this is FedAvg with equal weights, without a server, whatever the links.
    const RunsFolder runs;
    const auto average = runSession(smallPlan(5, {{"name", "fedavg"}, {"weights", "equal"}}), runs / "a");
    QVERIFY2(average, qPrintable(messageOf(average)));
    for (const char* topology : {"ring", "mst", "star", "complete"}) {
        const auto tree =
            runSession(smallPlan(5, {{"name", "fedefm"}, {"overseas_steps", 0}, {"home_steps", 0}}, topology),
                       runs / topology);
        QVERIFY2(tree, qPrintable(messageOf(tree)));
        QVERIFY2(difference(mergedOf(*average), mergedOf(*tree)) < 1e-5, topology);
        for (int silo = 1; silo < 5; ++silo)
            QVERIFY2(isSame(siloState(*tree, 0), siloState(*tree, silo)), topology);
        // Two models for each of the tree's four links, besides those of the visits.
        const nlohmann::json round = (*RunReader::open(tree->runFolder))->epochs()[0];
        const auto means = std::count_if(round["edges"].begin(), round["edges"].end(), [](const auto& edge) {
            return edge["phase"] >= 2 && edge["kind"] == "weights";
        });
        QCOMPARE(means, 8);
    }
}

void TestStrategies::controlVariatesBeginAsFedAvg()
{
    const RunsFolder runs;
    const auto run = [&](const char* name, int rounds, const char* folder) {
        SessionPlan plan = smallPlan(3, {{"name", name}, {"local_steps", 3}});
        plan.training.optimizer = {"sgd", 0.05, 0.0, 0.0, 0.0};
        plan.rounds = rounds;
        return runSession(plan, runs / folder);
    };
    const auto average = run("fedavg", 1, "a");
    const auto scaffold = run("scaffold", 1, "b");
    QVERIFY(average && scaffold);
    QVERIFY(difference(mergedOf(*average), mergedOf(*scaffold)) < 1e-7);
    const auto averageLater = run("fedavg", 3, "c");
    const auto scaffoldLater = run("scaffold", 3, "d");
    QVERIFY(difference(mergedOf(*averageLater), mergedOf(*scaffoldLater)) > 1e-6);
}

void TestStrategies::robustMergeIgnoresAStranger()
{
    const RunsFolder runs;
    const auto run = [&](const char* rule, const char* folder) {
        SessionPlan plan = smallPlan(5, {{"name", "fedavg"}, {"merge", rule}}, "star");
        plan.rounds = 1;
        return runSession(plan, runs / folder);
    };
    const auto mean = run("mean", "a");
    for (const char* rule : {"median", "trimmed-mean", "krum", "multi-krum"}) {
        const auto robust = run(rule, rule);
        QVERIFY2(robust, rule);
        QVERIFY(difference(mergedOf(*mean), mergedOf(*robust)) > 0.0);
    }
}

void TestStrategies::localBatchNormStaysLocal()
{
    const RunsFolder runs;
    const auto run = [&](const char* policy) {
        SessionPlan plan = smallPlan(3, {{"name", "fedavg"}});
        plan.training.task = "segmentation";
        plan.training.selectBy = "foreground.dice";
        plan.training.model = smallConfig().model;
        plan.batchNorm = policy;
        plan.rounds = 1;
        return runSession(plan, runs / policy);
    };
    const auto isShared = [](const SessionResult& result, const std::string& end) {
        const TensorFile first = siloState(result, 0), second = siloState(result, 1);
        bool same = true;
        for (const auto& [name, tensor] : first.tensors)
            if (name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0)
                same =
                    same && std::memcmp(tensor.data, second.tensors.at(name).data, tensor.byteCount()) == 0;
        return same;
    };
    const auto average = run("average");
    const auto local = run("local");
    const auto statistics = run("local_statistics");
    QVERIFY2(average && local && statistics, qPrintable(messageOf(local)));
    QVERIFY(isShared(*average, "running_mean") && isShared(*average, "double_conv.1.weight"));
    QVERIFY(!isShared(*local, "running_mean") && !isShared(*local, "double_conv.1.weight"));
    QVERIFY(!isShared(*statistics, "running_mean") && isShared(*statistics, "double_conv.1.weight"));
    QVERIFY(isShared(*local, "double_conv.0.weight"));
}

void TestStrategies::adaptiveHubsAverageRunningValues()
{
    const RunsFolder runs;
    const auto run = [&](const char* name) {
        SessionPlan plan = smallPlan(3, {{"name", name}});
        plan.training.task = "segmentation";
        plan.training.selectBy = "foreground.dice";
        plan.training.model = smallConfig().model;
        plan.rounds = 1;
        return runSession(plan, runs / name);
    };
    const auto average = run("fedavg");
    for (const char* name : {"fedadam", "fedyogi"}) {
        const auto adaptive = run(name);
        QVERIFY2(average && adaptive, qPrintable(messageOf(adaptive)));
        TensorFile learnt[2], running[2];
        int at = 0;
        for (const TensorFile& model : {mergedOf(*average), mergedOf(*adaptive)}) {
            for (const auto& [key, tensor] : model.tensors)
                (key.find("running_") != std::string::npos ? running : learnt)[at].tensors.emplace(key,
                                                                                                   tensor);
            ++at;
        }
        QVERIFY(isSame(running[0], running[1]));
        QVERIFY(difference(learnt[0], learnt[1]) > 1e-4);
    }
}

void TestStrategies::fedEfmWithoutExchangeIsLocal()
{
    const RunsFolder runs;
    SessionPlan alone = smallPlan(1, {{"name", "fedefm"}, {"local_steps", 2}, {"home_steps", 1}});
    SessionPlan plain = smallPlan(1, {{"name", "local"}, {"local_steps", 3}});
    const auto first = runSession(alone, runs / "a");
    const auto second = runSession(plain, runs / "b");
    QVERIFY(first && second);
    QVERIFY(isSame(mergedOf(*first), mergedOf(*second)));
}

void TestStrategies::fusingWholeExpertsReplacesTheModel()
{
    // On a directed ring each silo has one expert. Without steps anywhere it is the silo's own model again.
    const RunsFolder runs;
    SessionPlan plan = smallPlan(3, {{"name", "fedefm"},
                                     {"local_steps", 2},
                                     {"overseas_steps", 0},
                                     {"home_steps", 0},
                                     {"fuse", 1.0},
                                     {"gossip", 0}});
    const auto fused = runSession(plan, runs / "a");
    const auto local = runSession(smallPlan(3, {{"name", "local"}, {"local_steps", 2}}), runs / "b");
    QVERIFY2(fused && local, qPrintable(messageOf(fused)));
    for (int silo = 0; silo < 3; ++silo)
        QVERIFY(isSame(siloState(*fused, silo), siloState(*local, silo)));
}

void TestStrategies::strictModeDoesNotMix()
{
    const RunsFolder runs;
    const auto strict = runSession(smallPlan(4, {{"name", "fedefm"}, {"strict", true}}), runs / "a");
    QVERIFY(strict);
    const auto reader = RunReader::open(strict->runFolder);
    const nlohmann::json rounds = (*reader)->epochs();
    for (const nlohmann::json& edge : rounds[0]["edges"])
        QVERIFY(edge["phase"].get<int>() <= 2);
    // Models there and back, nothing else.
    QCOMPARE(rounds[0]["edges"].size(), std::size_t(8));
}

void TestStrategies::learnsTheTask()
{
    const RunsFolder runs;
    for (const char* name : {"fedavg", "fedefm"}) {
        SessionPlan plan = smallPlan(3, {{"name", name}, {"local_steps", 4}}, "complete");
        plan.rounds = 40;
        plan.evaluateEvery = 40;
        plan.checkpointEvery = 40;
        plan.training.optimizer.learningRate = 3e-3;
        const auto result = runSession(plan, runs / name);
        QVERIFY2(result, qPrintable(messageOf(result)));
        QVERIFY2(result->mergedMetrics["accuracy"].get<double>() >= 0.75,
                 result->mergedMetrics.dump().c_str());
    }
}

QTEST_APPLESS_MAIN(TestStrategies)
#include "tst_strategies.moc"
