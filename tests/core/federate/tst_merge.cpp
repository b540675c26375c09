// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/merge.h"

#include <QTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace fedefm;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

ModelSchema line(std::int64_t size)
{
    return {{"w", {size}}};
}

MemoryModel modelOf(const std::vector<float>& values)
{
    MemoryModel model(line(static_cast<std::int64_t>(values.size())));
    model.values(0) = values;
    return model;
}

/// Models of one tensor with their merge.
struct Case
{
    std::vector<MemoryModel> models;
    std::vector<double> weights;

    explicit Case(const std::vector<std::vector<float>>& values)
    {
        for (const auto& of : values)
            models.push_back(modelOf(of));
        weights.assign(models.size(), 1.0);
    }
    Result<MergeReport> merge(const MergeOptions& options, MemoryModel& result)
    {
        std::vector<MergeMember> members;
        for (std::size_t i = 0; i < models.size(); ++i)
            members.push_back({"silo" + std::to_string(i), weights[i], &models[i]});
        return mergeModels(result.schema(), members, options, result);
    }
    std::vector<float> merged(const MergeOptions& options)
    {
        MemoryModel result(models.front().schema());
        const auto report = merge(options, result);
        return report ? result.values(0) : std::vector<float>();
    }
};

MergeOptions rule(MergeRule which)
{
    MergeOptions options;
    options.rule = which;
    return options;
}

/// Counts what is asked of it, and fails where told to.
class WatchedModel final : public ModelSource
{
public:
    explicit WatchedModel(const MemoryModel& model) : m_model(model) {}
    const ModelSchema& schema() const override { return m_model.schema(); }
    Status read(std::size_t tensor, std::size_t offset, std::size_t count, float* values) override
    {
        largestPiece = std::max(largestPiece, count);
        valuesRead += count;
        if (isBroken)
            return fail(ErrorCode::FileUnreadable, "w", "gone");
        return m_model.read(tensor, offset, count, values);
    }
    std::size_t largestPiece = 0;
    std::size_t valuesRead = 0;
    bool isBroken = false;

private:
    MemoryModel m_model;
};

std::vector<float> randomValues(std::size_t size, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<float> values(size);
    for (float& value : values)
        value = static_cast<float>(random()) / 2147483648.0F - 1.0F;
    return values;
}

} // namespace

class TestMerge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weightedMeanByHand()
    {
        Case three({{1, 10}, {2, 20}, {4, -40}});
        three.weights = {1, 2, 5};
        QCOMPARE(three.merged({}), (std::vector<float>{25.0F / 8.0F, -150.0F / 8.0F}));
        // Weights need no sum of 1, and a weight of 0 has no part.
        three.weights = {0, 3, 0};
        QCOMPARE(three.merged({}), (std::vector<float>{2, 20}));
    }

    void onlyTheOwnWeightMayBeNegative()
    {
        Case three({{1, 10}, {2, 20}, {4, -40}});
        three.weights = {-0.5, 0.75, 0.75};
        MergeOptions own;
        own.ownMember = 0;
        QCOMPARE(three.merged(own), (std::vector<float>{4.0F, -20.0F}));
        QCOMPARE(three.merged({}), (std::vector<float>{3.0F, -10.0F})); // a server has no own model
        own.ownMember = 1;
        QCOMPARE(three.merged(own), (std::vector<float>{3.0F, -10.0F}));
    }

    void oneMemberComesOutBitForBit()
    {
        const std::vector<float> values{-0.0F, 0.0F, 1e-44F, std::numeric_limits<float>::max(), -1.0F / 3.0F};
        for (const double weight : {1.0, 0.1, 7e8}) {
            Case one({values});
            one.weights = {weight};
            const auto merged = one.merged({});
            QCOMPARE(std::memcmp(merged.data(), values.data(), values.size() * sizeof(float)), 0);
        }
    }

    void sharedValuesStay()
    {
        const std::vector<float> values = randomValues(500, 1);
        Case same({values, values, values, values, values, values, values});
        same.weights = {0.1, 0.2, 0.3, 1e-9, 1, 3, 1.0 / 7.0};
        for (const MergeRule which : {MergeRule::WeightedMean, MergeRule::CoordinateMedian,
                                      MergeRule::TrimmedMean, MergeRule::Krum, MergeRule::MultiKrum})
            QCOMPARE(same.merged(rule(which)), values);
    }

    /// Gossip with rows and columns that sum to 1 keeps the mean over silos; 40 rounds, 7 silos in a ring.
    void gossipPreservesTheMean()
    {
        constexpr std::size_t kSilos = 7, kSize = 300;
        std::vector<std::vector<float>> silos;
        for (unsigned i = 0; i < kSilos; ++i)
            silos.push_back(randomValues(kSize, i));
        const auto meanAt = [&silos](std::size_t k) {
            double sum = 0.0;
            for (const auto& silo : silos)
                sum += silo[k];
            return sum / kSilos;
        };
        std::vector<double> before;
        for (std::size_t k = 0; k < kSize; ++k)
            before.push_back(meanAt(k));
        for (int round = 0; round < 40; ++round) {
            std::vector<std::vector<float>> next;
            for (std::size_t i = 0; i < kSilos; ++i) {
                Case ring({silos[i], silos[(i + 1) % kSilos], silos[(i + kSilos - 1) % kSilos]});
                ring.weights = {0.5, 0.25, 0.25};
                next.push_back(ring.merged({}));
            }
            silos = next;
        }
        for (std::size_t k = 0; k < kSize; ++k)
            QVERIFY(std::abs(meanAt(k) - before[k]) < 1e-6);
        QVERIFY(std::abs(silos[0][0] - silos[3][0]) < 1e-2); // it did mix
    }

    void sumsInDouble()
    {
        // In float 1e8 + 1 is 1e8.
        std::vector<std::vector<float>> values(101, {1.0F});
        values[0] = {1e8F};
        Case many(values);
        QCOMPARE(many.merged({}), (std::vector<float>{static_cast<float>((1e8 + 100.0) / 101.0)}));
    }

    void medianByHand()
    {
        QCOMPARE(Case({{1, 5}, {9, -5}, {2, 1e30F}}).merged(rule(MergeRule::CoordinateMedian)),
                 (std::vector<float>{2, 5}));
        QCOMPARE(Case({{1}, {9}, {2}, {4}}).merged(rule(MergeRule::CoordinateMedian)),
                 (std::vector<float>{3}));
        QCOMPARE(Case({{1}, {2}}).merged(rule(MergeRule::CoordinateMedian)), (std::vector<float>{1.5F}));
    }

    void trimmedMeanByHand()
    {
        MergeOptions options = rule(MergeRule::TrimmedMean);
        Case five({{1}, {1000}, {3}, {-1000}, {5}});
        options.trimmedShare = 0.2; // one at each end
        QCOMPARE(five.merged(options), (std::vector<float>{3}));
        options.trimmedShare = 0.4; // two: the median
        QCOMPARE(five.merged(options), (std::vector<float>{3}));
        options.trimmedShare = 0.0;
        QCOMPARE(five.merged(options), (std::vector<float>{1.8F}));
        // A tenth of four is none; a robust rule leaves out one anyway.
        options.trimmedShare = 0.1;
        QCOMPARE(Case({{1}, {1000}, {3}, {-1000}}).merged(options), (std::vector<float>{2}));
        QCOMPARE(Case({{1}, {2}}).merged(options), std::vector<float>());
        options.trimmedShare = 0.5;
        QCOMPARE(five.merged(options), std::vector<float>());
    }

    void krumByHand()
    {
        // n = 5, f = 1: the two nearest. Squared distances of 1: 1 and 4; of 0: 1 and 9; of 3: 4 and 9.
        Case five({{100}, {0}, {1}, {3}, {6}});
        MemoryModel result(line(1));
        const auto report = five.merge(rule(MergeRule::Krum), result);
        QVERIFY(report);
        QCOMPARE(report->krumScores, (std::vector<double>{94 * 94 + 97 * 97, 10, 5, 13, 34}));
        QCOMPARE(report->shares, (std::vector<double>{0, 0, 1, 0, 0}));
        QCOMPARE(result.values(0), (std::vector<float>{1}));
        // All but the faulty one: (0 + 1 + 3 + 6) / 4.
        QCOMPARE(five.merged(rule(MergeRule::MultiKrum)), (std::vector<float>{2.5F}));
        MergeOptions two = rule(MergeRule::MultiKrum);
        two.chosenMembers = 2;
        QCOMPARE(five.merged(two), (std::vector<float>{0.5F}));
    }

    /// Two of nine send garbage of any size: a robust merge stays among the honest ones.
    void robustRulesStandGarbage()
    {
        std::vector<std::vector<float>> values;
        for (unsigned i = 0; i < 7; ++i)
            values.push_back(randomValues(200, i));
        values.emplace_back(200, 1e30F);
        values.emplace_back(200, -3e38F);
        Case nine(values);
        for (const MergeRule which :
             {MergeRule::CoordinateMedian, MergeRule::TrimmedMean, MergeRule::Krum, MergeRule::MultiKrum}) {
            MergeOptions options = rule(which);
            options.trimmedShare = 0.25;
            options.faultyMembers = 2;
            for (const float value : nine.merged(options))
                QVERIFY2(std::abs(value) <= 1.0F, mergeRuleName(which));
        }
        QVERIFY(std::abs(nine.merged({})[0]) > 1e30F);
    }

    void orderOfMembersCountsNothing()
    {
        const auto a = randomValues(50, 1), b = randomValues(50, 2), c = randomValues(50, 3),
                   d = randomValues(50, 4), e = randomValues(50, 5);
        for (const MergeRule which : {MergeRule::CoordinateMedian, MergeRule::TrimmedMean, MergeRule::Krum})
            QCOMPARE(Case({a, b, c, d, e}).merged(rule(which)), Case({e, c, a, d, b}).merged(rule(which)));
    }

    /// Tensors larger than a piece, and several of them, come together again.
    void streamsInPieces()
    {
        const ModelSchema schema{{"big", {3, 70000}}, {"none", {0, 4}}, {"scalar", {}}, {"last", {65536}}};
        std::vector<WatchedModel> sources;
        std::vector<MemoryModel> models;
        for (unsigned m = 0; m < 3; ++m) {
            MemoryModel model(schema);
            for (std::size_t t = 0; t < schema.size(); ++t)
                model.values(t) = randomValues(schema[t].elementCount(), 10 * m + static_cast<unsigned>(t));
            models.push_back(model);
            sources.emplace_back(model);
        }
        MemoryModel result(schema);
        const auto report = mergeModels(
            schema, {{"a", 1, &sources[0]}, {"b", 1, &sources[1]}, {"c", 2, &sources[2]}}, {}, result);
        QVERIFY(report);
        QCOMPARE(report->mergedValues, std::size_t(210000 + 1 + 65536));
        for (std::size_t t = 0; t < schema.size(); ++t)
            for (std::size_t i = 0; i < schema[t].elementCount(); ++i) {
                const double expected = 0.25 * models[0].values(t)[i] + 0.25 * models[1].values(t)[i] +
                                        0.5 * models[2].values(t)[i];
                QCOMPARE(result.values(t)[i], static_cast<float>(expected));
            }
        QCOMPARE(sources[0].largestPiece, std::size_t(65536));
        QCOMPARE(sources[0].valuesRead, 2 * report->mergedValues); // the check, and the merge
        MergeOptions checked;
        checked.isChecked = true;
        sources[0].valuesRead = 0;
        QVERIFY(mergeModels(schema, {{"a", 1, &sources[0]}}, checked, result));
        QCOMPARE(sources[0].valuesRead, report->mergedValues);
    }

    void faultyMembersAreLeftOutAndReported()
    {
        Case six({{1, 2}, {kNan, 2}, {3, kInfinity}, {5, 6}, {1, 2}, {9, 9}});
        six.models[4] = modelOf({1, 2, 3});
        six.weights[5] = -1.0;
        MemoryModel result(line(2));
        const auto report = six.merge({}, result);
        QVERIFY(report);
        QCOMPARE(result.values(0), (std::vector<float>{3, 4}));
        QCOMPARE(report->shares, (std::vector<double>{0.5, 0, 0, 0.5, 0, 0}));
        QCOMPARE(report->leftOut.size(), std::size_t(4));
        QCOMPARE(report->leftOut[0].name, std::string("silo1"));
        QCOMPARE(report->leftOut[0].reason, std::string("w has a value that is not finite"));
        QCOMPARE(report->leftOut[1].member, std::size_t(2));
        QCOMPARE(report->leftOut[2].reason, std::string("w is 3, expected 2"));
        QCOMPARE(report->leftOut[3].member, std::size_t(5));
        for (const MergeRule which : {MergeRule::CoordinateMedian}) {
            MemoryModel robust(line(2));
            QVERIFY(six.merge(rule(which), robust));
            QCOMPARE(robust.values(0), (std::vector<float>{3, 4}));
        }
        six.weights[5] = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(six.merge({}, result));
    }

    void theOwnModelInheritsLostWeights()
    {
        Case three({{1}, {kNan}, {5}});
        three.weights = {0.5, 0.25, 0.25};
        MergeOptions options;
        options.ownMember = 0;
        MemoryModel result(line(1));
        const auto report = three.merge(options, result);
        QVERIFY(report);
        QCOMPARE(report->shares, (std::vector<double>{0.75, 0, 0.25}));
        QCOMPARE(result.values(0), (std::vector<float>{2}));
        options.ownMember = 1; // faulty itself: the others are scaled up
        QVERIFY(three.merge(options, result));
        QCOMPARE(result.values(0), (std::vector<float>{static_cast<float>(0.5 / 0.75 + 5 * 0.25 / 0.75)}));
    }

    void aSourceThatFailsIsLeftOut()
    {
        WatchedModel good(modelOf({1, 2})), broken(modelOf({3, 4}));
        broken.isBroken = true;
        MemoryModel result(line(2));
        const auto report = mergeModels(line(2), {{"good", 1, &good}, {"broken", 1, &broken}}, {}, result);
        QVERIFY(report);
        QCOMPARE(report->leftOut.size(), std::size_t(1));
        QCOMPARE(report->leftOut[0].reason, std::string("cannot be read: gone"));
        QCOMPARE(result.values(0), (std::vector<float>{1, 2}));
        // Told that it was checked, the merge stops instead of writing garbage.
        MergeOptions checked;
        checked.isChecked = true;
        WatchedModel spoilt(modelOf({kNan, 4}));
        QVERIFY(!mergeModels(line(2), {{"good", 1, &good}, {"spoilt", 1, &spoilt}}, checked, result));
        QCOMPARE(result.values(0), (std::vector<float>{1, 2}));
    }

    void refusesWhatCannotBeMerged()
    {
        MemoryModel result(line(1));
        MemoryModel one(line(1));
        const auto codeOf = [&](const std::vector<MergeMember>& members, const MergeOptions& options) {
            const auto report = mergeModels(line(1), members, options, result);
            return report ? std::string() : report.error().detail;
        };
        QVERIFY(!codeOf({}, {}).empty());
        QVERIFY(!codeOf({{"a", 1, nullptr}}, {}).empty());
        QVERIFY(!codeOf({{"a", 0, &one}}, {}).empty());
        QVERIFY(!mergeModels({}, {{"a", 1, &one}}, {}, result));
        MergeOptions options;
        options.ownMember = 1;
        QVERIFY(!codeOf({{"a", 1, &one}}, options).empty());
        const std::vector<MergeMember> four{{"a", 1, &one}, {"b", 1, &one}, {"c", 1, &one}, {"d", 1, &one}};
        QCOMPARE(codeOf(four, rule(MergeRule::Krum)),
                 std::string("4 of 4 members can be used, krum needs 5"));
        options = rule(MergeRule::MultiKrum);
        options.faultyMembers = -1;
        QVERIFY(!codeOf(four, options).empty());
        const CancelToken cancel;
        cancel.cancel();
        const auto stopped = mergeModels(line(1), four, {}, result, cancel);
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    }

    void rulesHaveNames()
    {
        for (const MergeRule which : {MergeRule::WeightedMean, MergeRule::CoordinateMedian,
                                      MergeRule::TrimmedMean, MergeRule::Krum, MergeRule::MultiKrum})
            QCOMPARE(*parseMergeRule(mergeRuleName(which)), which);
        const auto wrong = parseMergeRule("medien");
        QVERIFY(!wrong);
        QVERIFY(wrong.error().detail.find("median") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestMerge)
#include "tst_merge.moc"
