// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/dataset.h"

#include "core/train/data/split.h"
#include "made_dataset.h"

#include <QtTest>
#include <cmath>
#include <set>

using namespace fedefm;
using fedefm::test::MadeDataset;
using fedefm::test::plainSample;

namespace {

std::shared_ptr<MadeDataset> plainDataset(std::size_t count)
{
    return std::make_shared<MadeDataset>(count, [](std::size_t i) { return plainSample(i); });
}

std::set<std::string> groupsOf(const Dataset& dataset, const std::vector<std::size_t>& part)
{
    std::set<std::string> groups;
    for (const std::size_t index : part)
        groups.insert(dataset.sampleInfo(index).group);
    return groups;
}

} // namespace

class TestDataset : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void subsetKeepsOrder()
    {
        const auto part = subset(plainDataset(10), {7, 2, 99});
        QCOMPARE(part->size(), std::size_t(2));
        QCOMPARE(part->sampleInfo(0).id, std::string("s7"));
        QVERIFY(part->sample(1)->image == plainSample(2).image);
        QCOMPARE(part->sample(2).error().code, ErrorCode::OutOfRange);
    }

    void concatenationOfEqualClasses()
    {
        const auto both = concatenate({plainDataset(3), plainDataset(5)});
        QVERIFY(both);
        QCOMPARE((*both)->size(), std::size_t(8));
        QVERIFY((*both)->sample(4)->image == plainSample(1).image);
        QVERIFY((*both)->sampleInfo(1).id != (*both)->sampleInfo(4).id);
        // Groups of one name may be the same patient in two sets.
        QCOMPARE((*both)->sampleInfo(1).group, (*both)->sampleInfo(4).group);
        QVERIFY((*both)->blockOf(2) != (*both)->blockOf(3));
        QVERIFY(!concatenate({}));
    }

    void cacheReadsOnce()
    {
        const auto base = plainDataset(4);
        const auto cache = cached(base, std::size_t(1) << 20);
        QVERIFY(cache->sample(1)->image == plainSample(1).image);
        QVERIFY(cache->sample(1)->image == plainSample(1).image);
        QCOMPARE(base->reads.load(), 1);
        const auto tight = cached(base, 100);
        QVERIFY(tight->sample(1) && tight->sample(1));
        QCOMPARE(base->reads.load(), 3);
    }

    void transformSeesTheIndex()
    {
        const auto changed = transformed(
            plainDataset(3), [](Sample& sample, std::size_t index) { sample.imageClass = int(index); });
        QCOMPARE(changed->sample(2)->imageClass, 2);
    }

    void statisticsByHand()
    {
        const auto set = std::make_shared<MadeDataset>(6, [](std::size_t i) {
            Sample sample = plainSample(0, 4, i == 5 ? 3 : 2);
            std::fill(sample.image.begin(), sample.image.end(), i < 3 ? 0.0F : 1.0F);
            std::fill(sample.labels.begin(), sample.labels.end(), std::uint8_t(0));
            if (i == 4)
                sample.labels[0] = sample.labels[3] = 2;
            return sample;
        });
        set->broken = {1};
        const auto statistics = statisticsOf(*set, 100);
        QVERIFY(statistics);
        QCOMPARE(statistics->samples, std::size_t(6));
        QCOMPARE(statistics->groups, std::size_t(3));
        QCOMPARE(statistics->pixelsPerClass, (std::vector<std::uint64_t>{42, 0, 2}));
        QCOMPARE(statistics->samplesWithClass, (std::vector<std::size_t>{5, 0, 1}));
        QCOMPARE(statistics->smallestHeight, 2);
        QCOMPARE(statistics->largestHeight, 3);
        QCOMPARE(statistics->meanGrey, 28.0 / 44.0);
        const double mean = 28.0 / 44.0;
        QVERIFY(std::abs(statistics->greyDeviation - std::sqrt(mean * (1 - mean))) < 1e-9);
        QCOMPARE(statistics->perSource.size(), std::size_t(2));
        QCOMPARE(statistics->perSource[0].second, std::size_t(3));
    }

    void splitsKeepGroupsWhole()
    {
        const auto set = plainDataset(40);
        const auto split = splitByGroup(*set, 0.2, 0.25, 3);
        QVERIFY(split);
        QCOMPARE(split->validation.size(), std::size_t(8));
        QCOMPARE(split->test.size(), std::size_t(10));
        QCOMPARE(split->train.size(), std::size_t(22));
        for (const std::string& group : groupsOf(*set, split->validation))
            QVERIFY(groupsOf(*set, split->train).count(group) + groupsOf(*set, split->test).count(group) ==
                    0);
        QCOMPARE(splitByGroup(*set, 0.2, 0.25, 3)->test, split->test);
        QVERIFY(splitByGroup(*set, 0.2, 0.25, 4)->test != split->test);
    }

    void splitsOfFewGroups()
    {
        const auto set = plainDataset(6); // three groups
        const auto split = splitByGroup(*set, 0.01, 0.9, 1);
        QVERIFY(split);
        QCOMPARE(split->train.size(), std::size_t(2));
        QCOMPARE(split->validation.size(), std::size_t(2));
        const auto noTrain = splitByGroup(*set, 0.0, 1.0, 1);
        QVERIFY(noTrain);
        QCOMPARE(noTrain->test.size(), std::size_t(6));
        QVERIFY(!splitByGroup(*plainDataset(4), 0.2, 0.2, 1));
        QVERIFY(!splitByGroup(*set, 0.6, 0.6, 1));
        QVERIFY(!splitByGroup(*set, -0.1, 0.6, 1));
    }

    void splitsByName()
    {
        const auto set = plainDataset(30); // groups g0 … g14
        const auto split = splitByNames(*set, {{"g1*"}, {"g2"}, {"g0", "g3"}});
        QVERIFY(split);
        QCOMPARE(groupsOf(*set, split->train),
                 (std::set<std::string>{"g1", "g10", "g11", "g12", "g13", "g14"}));
        QCOMPARE(split->test.size(), std::size_t(4));
        QCOMPARE(toJson(*split, *set)["validation"], (nlohmann::json{"s4", "s5"}));
        QCOMPARE(splitByNames(*set, {{"x*"}, {}, {}}).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(splitByNames(*set, {{"g1"}, {"g1*"}, {}}).error().code, ErrorCode::InvalidArgument);
    }

    void findsTheSamePictureOnBothSides()
    {
        const auto set =
            std::make_shared<MadeDataset>(6, [](std::size_t i) { return plainSample(i == 5 ? 0 : i); });
        const auto leaks = findLeaks(*set, {{0, 1, 2}, {3}, {4, 5}});
        QVERIFY(leaks);
        QCOMPARE(leaks->size(), std::size_t(1));
        QCOMPARE(leaks->front().first, std::string("s0"));
        QCOMPARE(leaks->front().second, std::string("s5"));
        QVERIFY(findLeaks(*set, {{0, 5}, {1, 2}, {3, 4}})->empty());
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "tst_dataset.moc"
