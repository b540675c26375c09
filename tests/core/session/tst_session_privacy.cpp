// SPDX-License-Identifier: GPL-3.0-or-later
// What privacy.unit promises: nothing leaves a silo but what is clipped, noised and counted.
#include "core/federate/privacy/rdp_accountant.h"
#include "tests/core/session/session_fixture.h"

#include <QTest>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr double kTiny = 1e-6; ///< bound of a change that is as good as none
constexpr double kNoChange = 1e-4;
constexpr double kDeadlineSeconds = 2.0;
constexpr auto kTooLong = std::chrono::milliseconds(2200);

/// Whatever a silo learns is clipped away: all models stay as they were at the beginning.
SessionPlan stillPlan(nlohmann::json strategy)
{
    SessionPlan plan = smallPlan(3, std::move(strategy));
    plan.privacy = {{"unit", "silo"}, {"clip", kTiny}, {"visit_floor", 0}};
    return plan;
}

/// Passes samples on and tells of each.
class WatchedDataset final : public Dataset
{
public:
    WatchedDataset(DatasetPtr base, std::function<void(std::size_t)> onSample)
        : m_base(std::move(base)), m_onSample(std::move(onSample))
    {
    }
    std::size_t size() const override { return m_base->size(); }
    SampleInfo sampleInfo(std::size_t index) const override { return m_base->sampleInfo(index); }
    Result<Sample> sample(std::size_t index) const override
    {
        m_onSample(index);
        return m_base->sample(index);
    }
    int classCount() const override { return m_base->classCount(); }
    std::vector<std::string> classNames() const override { return m_base->classNames(); }
    std::vector<std::string> imageClassNames() const override { return m_base->imageClassNames(); }

private:
    DatasetPtr m_base;
    std::function<void(std::size_t)> m_onSample;
};

/// The pictures of the silo that begins with `firstPicture` are watched.
Result<SessionResult> runWatched(SessionPlan plan, const fs::path& runs, int firstPicture,
                                 const std::function<void(std::size_t)>& onSample,
                                 std::function<Fault(const FaultPoint&)> fault = {})
{
    plan.data["cache_mb"] = 0U; // every use of a picture is a reading
    SessionHooks hooks;
    hooks.fault = std::move(fault);
    hooks.openData = [&](const nlohmann::json& description) -> Result<DatasetPtr> {
        auto opened = openSlice(description);
        if (!opened || description.value("from", -1) != firstPicture)
            return opened;
        return std::make_shared<WatchedDataset>(*opened, onSample);
    };
    return federate(plan, hooks, runs);
}

bool isRefused(const SessionPlan& plan, const fs::path& runs)
{
    const auto result = runSession(plan, runs);
    return !result && result.error().subject == "privacy.unit";
}

/// After that many counted steps of a sampling rate.
double epsilonOf(double rate, double noise, int steps)
{
    RdpAccountant accountant;
    const auto added = accountant.addSteps(rate, noise, steps);
    const auto spent = accountant.epsilon(1e-5);
    return added && spent ? spent->epsilon : -1.0;
}

} // namespace

class TestSessionPrivacy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void warmUpIsPartOfTheChange();
    void lateSiloForgetsWhatNobodyKnows();
    void cyclicMeasuresFromWhatItReceived();
    void silosThatKeepSomethingAreRefused();
    void recordsThatAreMixedAreRefused();
    void batchesAreDrawnByCoins();
    void emptyBatchesAreNoFault();
    void spentBudgetsFinishTheSession();
    void budgetThatIsTooSmallIsNamed();
};

void TestSessionPrivacy::warmUpIsPartOfTheChange()
{
    const RunsFolder runs;
    SessionPlan plan = stillPlan({{"name", "dpsgd"}});
    const auto cold = runSession(plan, runs / "a");
    plan.warmUpSteps = 5;
    const auto warm = runSession(plan, runs / "b");
    QVERIFY2(cold && warm, qPrintable(messageOf(warm)));
    for (int silo = 0; silo < 3; ++silo)
        QVERIFY(difference(siloState(*cold, silo), siloState(*warm, silo)) < kNoChange);
    // One release for both: nothing is counted twice.
    const auto curve = (*RunReader::open(warm->runFolder))->curve("epsilon/silo_1");
    QCOMPARE(curve->points.back().value, epsilonOf(1.0, 1.0, 3));
}

void TestSessionPrivacy::lateSiloForgetsWhatNobodyKnows()
{
    const RunsFolder runs;
    SessionPlan plan = stillPlan({{"name", "dpsgd"}, {"local_steps", 4}});
    const auto undisturbed = runSession(plan, runs / "a");
    plan.deadlineSeconds = kDeadlineSeconds;
    std::mutex mutex;
    int picturesLeft = -1;
    const auto late = runWatched(
        plan, runs / "b", 8,
        [&](std::size_t) {
            const std::lock_guard lock(mutex);
            if (picturesLeft > 0 && --picturesLeft == 0)
                std::this_thread::sleep_for(kTooLong);
        },
        [&](const FaultPoint& point) {
            const std::lock_guard lock(mutex);
            // The second batch of two epochs: there are steps before it is late.
            if (point.round == 1 && point.silo == 1 && point.stage == FaultStage::Training &&
                picturesLeft < 0)
                picturesLeft = 9;
            return Fault::None;
        });
    QVERIFY2(undisturbed && late, qPrintable(messageOf(late)));
    QCOMPARE(picturesLeft, 0);
    const nlohmann::json rounds = (*RunReader::open(late->runFolder))->epochs();
    QVERIFY(!rounds[1]["silos"][1]["finished"].get<bool>());
    QVERIFY(rounds[2]["silos"][1]["finished"].get<bool>());
    for (int silo = 0; silo < 3; ++silo)
        QVERIFY(difference(siloState(*undisturbed, silo), siloState(*late, silo)) < kNoChange);
}

void TestSessionPrivacy::cyclicMeasuresFromWhatItReceived()
{
    const RunsFolder runs;
    SessionPlan plan = stillPlan({{"name", "cyclic"}, {"local_steps", 3}});
    plan.training.optimizer = {"sgd", 0.1, 0.0, 0.0, 0.0};
    const auto still = runSession(plan, runs / "a");
    QVERIFY2(still, qPrintable(messageOf(still)));
    plan.warmUpSteps = 2;
    const auto warm = runSession(plan, runs / "b");
    QVERIFY2(warm && difference(mergedOf(*still), mergedOf(*warm)) < kNoChange, qPrintable(messageOf(warm)));
    plan.warmUpSteps = 0;
    // No change is that large and the noise is none: plain training.
    plan.privacy["clip"] = 1e3;
    plan.privacy["noise"] = 1e-9;
    const auto open = runSession(plan, runs / "c");
    plan.privacy = nlohmann::json();
    const auto plain = runSession(plan, runs / "d");
    QVERIFY2(open && plain, qPrintable(messageOf(open)));
    QVERIFY(difference(mergedOf(*open), mergedOf(*plain)) < 1e-3);
    QVERIFY(difference(mergedOf(*still), mergedOf(*plain)) > 1e-2);
}

void TestSessionPrivacy::silosThatKeepSomethingAreRefused()
{
    const RunsFolder runs;
    for (const char* strategy :
         {R"({"name": "fedefm", "gossip": 0, "home_steps": 1})", R"({"name": "fedefm", "gossip": 2})",
          R"({"name": "fedefm", "gossip": 2, "home_steps": 0, "fuse_weights": "emd"})",
          R"({"name": "fedefm", "strict": true})", R"({"name": "local"})", R"({"name": "cll"})"})
        QVERIFY2(isRefused(stillPlan(nlohmann::json::parse(strategy)), runs / "a"), strategy);
    for (const char* strategy : {R"({"name": "fedefm", "gossip": 2, "home_steps": 0})",
                                 R"({"name": "fedefm", "gossip": 1, "fuse_weights": "emd"})"}) {
        const auto result = runSession(stillPlan(nlohmann::json::parse(strategy)), runs / "b");
        QVERIFY2(result, qPrintable(messageOf(result)));
    }
    SessionPlan plan = stillPlan({{"name", "fedavg"}});
    plan.training.task = "segmentation";
    plan.training.selectBy = "foreground.dice";
    plan.training.model = smallConfig().model;
    plan.batchNorm = "local";
    QVERIFY(isRefused(plan, runs / "c"));
}

void TestSessionPrivacy::recordsThatAreMixedAreRefused()
{
    const RunsFolder runs;
    const nlohmann::json byRecord = {{"unit", "record"}, {"visit_floor", 0}};
    for (const char* strategy :
         {R"({"name": "fedefm", "home_steps": 0, "fuse_weights": "emd"})",
          R"({"name": "fedefm", "home_steps": 0, "logit_adjustment": 1})",
          R"({"name": "fedavg", "logit_adjustment": 1})", R"({"name": "dpsgd", "logit_adjustment": 1})"}) {
        SessionPlan plan = smallPlan(3, nlohmann::json::parse(strategy));
        plan.privacy = byRecord;
        QVERIFY2(isRefused(plan, runs / "a"), strategy);
    }
    SessionPlan plan = smallPlan(3, {{"name", "fedefm"}, {"home_steps", 0}});
    plan.privacy = byRecord;
    const auto allowed = runSession(plan, runs / "b");
    QVERIFY2(allowed, qPrintable(messageOf(allowed)));
    for (const char* policy : {"average", "local"}) {
        SessionPlan segmentation = smallPlan(3, {{"name", "fedavg"}});
        segmentation.training.task = "segmentation";
        segmentation.training.selectBy = "foreground.dice";
        segmentation.training.model = smallConfig().model;
        segmentation.batchNorm = policy;
        segmentation.privacy = byRecord;
        QVERIFY2(isRefused(segmentation, runs / "c"), policy);
    }
}

void TestSessionPrivacy::batchesAreDrawnByCoins()
{
    constexpr int kPictures = 40;
    constexpr int kSteps = 10;
    const auto drawsWith = [&](int batchSize) {
        SessionPlan plan = smallPlan(1, {{"name", "fedavg"}, {"local_steps", kSteps}});
        plan.data["silos"][0]["train"] = slice(0, kPictures);
        plan.training.batchSize = batchSize;
        plan.rounds = 1;
        plan.privacy = {{"unit", "record"}, {"noise", 2.0}};
        std::mutex mutex;
        std::vector<int> draws(kPictures, 0);
        const RunsFolder runs;
        const auto result = runWatched(plan, runs / "a", 0, [&](std::size_t index) {
            const std::lock_guard lock(mutex);
            ++draws[index];
        });
        const auto curve = (*RunReader::open(result->runFolder))->curve("epsilon/silo_0");
        const double rate = static_cast<double>(batchSize) / kPictures;
        const bool isCounted = qFuzzyCompare(curve->points.back().value, epsilonOf(rate, 2.0, kSteps)) &&
                               result->epsilon.at(0) == curve->points.back().value;
        return isCounted ? draws : std::vector<int>();
    };
    // An epoch of shuffled batches would have each picture once; the opening reads each, too.
    constexpr int kOpening = 1;
    const std::vector<int> few = drawsWith(4);
    QCOMPARE(few.size(), std::size_t(kPictures));
    QVERIFY(std::any_of(few.begin(), few.end(), [](int count) { return count != kOpening + 1; }));
    const int all = std::accumulate(few.begin(), few.end(), -kPictures * kOpening);
    QVERIFY2(all > 4 && all < 76, std::to_string(all).c_str()); // 40 ± 6 standard deviations
    std::vector<int> expected(kPictures, kSteps + kOpening);
    ++expected.front(); // for its size: whether the network fits
    QCOMPARE(drawsWith(kPictures), expected);
}

void TestSessionPrivacy::emptyBatchesAreNoFault()
{
    // One of eight pictures a step: every third batch is empty.
    SessionPlan plan = smallPlan(2, {{"name", "dpsgd"}, {"local_steps", 20}});
    plan.training.batchSize = 1;
    plan.privacy = {{"unit", "record"}};
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    for (const RunReader::Event& event : (*RunReader::open(result->runFolder))->events())
        QVERIFY2(event.level == "info", event.text.c_str());
}

void TestSessionPrivacy::spentBudgetsFinishTheSession()
{
    constexpr int kFitting = 2;
    SessionPlan plan = stillPlan({{"name", "dpsgd"}});
    plan.rounds = 5;
    plan.evaluateEvery = 5;
    plan.checkpointEvery = 4;
    plan.privacy["epsilon_limit"] = epsilonOf(1.0, 1.0, kFitting) + 1e-3;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY2(result, qPrintable(messageOf(result)));
    QCOMPARE(result->roundsDone, kFitting);
    QVERIFY2(result->endedBecause.find("2 of 5 rounds") != std::string::npos, result->endedBecause.c_str());
    QVERIFY(result->mergedMetrics.contains("accuracy") && result->siloMetrics.size() == 3);
    QVERIFY(std::isfinite(difference(mergedOf(*result), mergedOf(*result))));
    const auto reader = RunReader::open(result->runFolder);
    const auto summary = (*reader)->summary();
    QCOMPARE(summary->state, RunState::Done);
    QCOMPARE(summary->message, result->endedBecause);
    QCOMPARE((*reader)->curve("merged/accuracy")->points.size(), std::size_t(1));
    SessionHooks hooks;
    hooks.openData = openSlice;
    QVERIFY(!resumeFederation(result->runFolder, hooks));
}

void TestSessionPrivacy::budgetThatIsTooSmallIsNamed()
{
    SessionPlan plan = stillPlan({{"name", "dpsgd"}});
    plan.privacy["epsilon_limit"] = 1e-3;
    const RunsFolder runs;
    const auto result = runSession(plan, runs / "a");
    QVERIFY(!result);
    QVERIFY2(messageOf(result).contains("not even one round fits into privacy.epsilon_limit"),
             qPrintable(messageOf(result)));
}

QTEST_APPLESS_MAIN(TestSessionPrivacy)
#include "tst_session_privacy.moc"
