// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/batch_loader.h"

#include "made_dataset.h"

#include <QtTest>
#include <set>

using namespace fedefm;
using fedefm::test::MadeDataset;
using fedefm::test::plainSample;

namespace {

std::shared_ptr<MadeDataset> plainDataset(std::size_t count)
{
    return std::make_shared<MadeDataset>(count, [](std::size_t i) { return plainSample(i); });
}

std::vector<Batch> epochOf(BatchLoader& loader, int epoch, int firstBatch = 0)
{
    std::vector<Batch> batches;
    loader.startEpoch(epoch, firstBatch);
    const CancelToken cancel;
    while (true) {
        const auto batch = loader.next(cancel);
        if (!batch || !*batch)
            return batches;
        batches.push_back(**batch);
    }
}

bool isSame(const Batch& a, const Batch& b)
{
    return a.indices == b.indices && a.images == b.images && a.labels == b.labels;
}

std::vector<std::size_t> indicesOf(const std::vector<Batch>& batches)
{
    std::vector<std::size_t> all;
    for (const Batch& batch : batches)
        all.insert(all.end(), batch.indices.begin(), batch.indices.end());
    return all;
}

LoaderSettings plainSettings()
{
    LoaderSettings settings;
    settings.batchSize = 4;
    settings.seed = 9;
    return settings;
}

} // namespace

class TestBatchLoader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameForAnyNumberOfThreads()
    {
        LoaderSettings settings = plainSettings();
        BatchLoader one(plainDataset(21), settings);
        settings.threads = 5;
        settings.prefetch = 2;
        BatchLoader five(plainDataset(21), settings);
        for (int epoch = 0; epoch < 3; ++epoch) {
            const auto a = epochOf(one, epoch);
            const auto b = epochOf(five, epoch);
            QCOMPARE(a.size(), std::size_t(5));
            QCOMPARE(one.batchesPerEpoch(), 5);
            QCOMPARE(b.size(), a.size());
            for (std::size_t k = 0; k < a.size(); ++k)
                QVERIFY(isSame(a[k], b[k]));
        }
    }

    void epochsAndSeedsDiffer()
    {
        BatchLoader loader(plainDataset(16), plainSettings());
        const auto first = epochOf(loader, 0);
        QVERIFY(indicesOf(first) != indicesOf(epochOf(loader, 1)));
        QCOMPARE(indicesOf(first), indicesOf(epochOf(loader, 0)));
        LoaderSettings other = plainSettings();
        other.seed = 10;
        BatchLoader otherLoader(plainDataset(16), other);
        QVERIFY(indicesOf(first) != indicesOf(epochOf(otherLoader, 0)));
        // The same sample looks different in another epoch.
        const auto second = epochOf(loader, 1);
        QVERIFY(first[0].images != second[0].images);
    }

    void eachSampleOncePerEpoch()
    {
        LoaderSettings settings = plainSettings();
        settings.dropLast = false;
        settings.threads = 3;
        BatchLoader loader(plainDataset(18), settings);
        const auto batches = epochOf(loader, 4);
        QCOMPARE(batches.size(), std::size_t(5));
        QCOMPARE(batches.back().count, 2);
        const auto indices = indicesOf(batches);
        QCOMPARE(indices.size(), std::size_t(18));
        QCOMPARE(std::set<std::size_t>(indices.begin(), indices.end()).size(), std::size_t(18));
    }

    void resumesInTheMiddleOfAnEpoch()
    {
        LoaderSettings settings = plainSettings();
        settings.threads = 2;
        BatchLoader loader(plainDataset(40), settings);
        const auto whole = epochOf(loader, 2);
        BatchLoader fresh(plainDataset(40), settings);
        const auto rest = epochOf(fresh, 2, 7);
        QCOMPARE(rest.size(), whole.size() - 7);
        for (std::size_t k = 0; k < rest.size(); ++k)
            QVERIFY(isSame(rest[k], whole[k + 7]));
        QVERIFY(epochOf(fresh, 2, 10).empty());
    }

    void fewerDrawsWalkThroughAllSamples()
    {
        LoaderSettings settings = plainSettings();
        settings.samplesPerEpoch = 8;
        BatchLoader loader(plainDataset(24), settings);
        std::vector<std::size_t> seen;
        for (int epoch = 0; epoch < 3; ++epoch)
            for (const std::size_t index : indicesOf(epochOf(loader, epoch)))
                seen.push_back(index);
        QCOMPARE(seen.size(), std::size_t(24));
        QCOMPARE(std::set<std::size_t>(seen.begin(), seen.end()).size(), std::size_t(24));
    }

    void moreDrawsThanSamples()
    {
        LoaderSettings settings = plainSettings();
        settings.samplesPerEpoch = 50;
        settings.dropLast = false;
        BatchLoader loader(plainDataset(7), settings);
        const auto batches = epochOf(loader, 0);
        QCOMPARE(indicesOf(batches).size(), std::size_t(50));
        QVERIFY(batches.front().images != batches[2].images);
    }

    void aSmallSetGivesOneSmallBatch()
    {
        BatchLoader loader(plainDataset(3), plainSettings());
        const auto batches = epochOf(loader, 0);
        QCOMPARE(batches.size(), std::size_t(1));
        QCOMPARE(batches.front().count, 3);
        BatchLoader none(plainDataset(0), plainSettings());
        QVERIFY(epochOf(none, 0).empty());
    }

    void inOrderWithoutShuffle()
    {
        LoaderSettings settings = plainSettings();
        settings.shuffle = false;
        settings.augment = false;
        settings.dropLast = false;
        settings.threads = 3;
        settings.input.stretch = false;
        BatchLoader loader(plainDataset(6), settings);
        const auto batches = epochOf(loader, 3);
        QCOMPARE(indicesOf(batches), (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
        const Sample fifth = plainSample(4);
        QVERIFY(std::equal(fifth.image.begin(), fifth.image.end(), batches[1].images.begin()));
        QVERIFY(std::equal(fifth.labels.begin(), fifth.labels.end(), batches[1].labels.begin()));
    }

    void blocksStayNear()
    {
        const auto set = plainDataset(400);
        set->perBlock = 4;
        LoaderSettings settings = plainSettings();
        settings.augment = false;
        BatchLoader loader(set, settings);
        const auto indices = indicesOf(epochOf(loader, 0));
        // A block's samples lie within one window of eight blocks.
        std::vector<std::size_t> first(100, indices.size()), last(100, 0);
        for (std::size_t k = 0; k < indices.size(); ++k) {
            first[indices[k] / 4] = std::min(first[indices[k] / 4], k);
            last[indices[k] / 4] = k;
        }
        for (std::size_t block = 0; block < 100; ++block)
            QVERIFY(last[block] - first[block] < 32);
        QVERIFY(indices[0] / 4 != indices[1] / 4 || indices[0] / 4 != indices[2] / 4);
    }

    void brokenSamplesAreReplaced()
    {
        const auto set = plainDataset(12);
        set->broken = {0, 3, 7};
        LoaderSettings settings = plainSettings();
        settings.threads = 2;
        BatchLoader loader(set, settings);
        const auto batches = epochOf(loader, 0);
        QCOMPARE(batches.size(), std::size_t(3));
        for (const Batch& batch : batches)
            QCOMPARE(batch.count, 4);
        settings.shuffle = false;
        BatchLoader ordered(set, settings);
        QCOMPARE(indicesOf(epochOf(ordered, 0)), (std::vector<std::size_t>{1, 2, 4, 5, 6, 8, 9, 10, 11}));
    }

    void errorsWhenNothingCanBeRead()
    {
        const auto set = plainDataset(4);
        set->broken = {0, 1, 2, 3};
        BatchLoader loader(set, plainSettings());
        loader.startEpoch(0);
        const auto batch = loader.next({});
        QVERIFY(!batch);
        QCOMPARE(batch.error().code, ErrorCode::FileUnreadable);
    }

    void sizesMustAgree()
    {
        const auto set = std::make_shared<MadeDataset>(
            8, [](std::size_t i) { return plainSample(i, i % 2 ? 64 : 32, 32); });
        LoaderSettings settings = plainSettings();
        BatchLoader loader(set, settings);
        loader.startEpoch(0);
        const auto batch = loader.next({});
        QVERIFY(!batch);
        QCOMPARE(batch.error().code, ErrorCode::InvalidArgument);
        settings.augmentation.cropPx = 32;
        BatchLoader cropping(set, settings);
        QCOMPARE(epochOf(cropping, 0).size(), std::size_t(2));
    }

    void stopsWhenCancelled()
    {
        std::atomic<bool> go{false};
        const auto set = std::make_shared<MadeDataset>(8, [&go](std::size_t i) {
            while (!go)
                std::this_thread::yield();
            return plainSample(i);
        });
        BatchLoader loader(set, plainSettings());
        loader.startEpoch(0);
        const CancelToken cancel;
        cancel.cancel();
        const auto batch = loader.next(cancel);
        go = true;
        QVERIFY(!batch);
        QCOMPARE(batch.error().code, ErrorCode::Cancelled);
    }

    void missingMasksAreIgnored()
    {
        const auto set = std::make_shared<MadeDataset>(2, [](std::size_t i) {
            Sample sample = plainSample(i);
            if (i == 1)
                sample.labels.clear();
            return sample;
        });
        LoaderSettings settings = plainSettings();
        settings.shuffle = false;
        settings.augment = false;
        BatchLoader loader(set, settings);
        loader.startEpoch(0);
        const auto batch = loader.next({});
        QVERIFY(batch && *batch);
        const Batch& both = **batch;
        QCOMPARE(both.labels.size(), std::size_t(2 * 32 * 32));
        QCOMPARE(int(both.labels.back()), int(kIgnoreLabel));
        QCOMPARE(int(both.labels.front()), 1);
    }
};

QTEST_APPLESS_MAIN(TestBatchLoader)
#include "tst_batch_loader.moc"
