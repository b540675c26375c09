// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/simulated_dataset.h"

#include "core/train/data/batch_loader.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <set>

using namespace fedefm;

namespace {

SimulatedDatasetSettings smallSettings()
{
    SimulatedDatasetSettings settings;
    settings.presets = {"phantom", "simulation"};
    settings.scenes = 6;
    settings.framesPerScene = 3;
    settings.smallestSizePx = 96;
    settings.largestSizePx = 160;
    return settings;
}

} // namespace

class TestSimulatedDataset : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenesAreGroups()
    {
        const auto set = simulatedDataset(smallSettings());
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(18));
        std::set<std::string> ids, groups;
        for (std::size_t i = 0; i < (*set)->size(); ++i) {
            const SampleInfo info = (*set)->sampleInfo(i);
            ids.insert(info.id);
            groups.insert(info.group);
            QCOMPARE(info.source, (*set)->imageClassNames()[static_cast<std::size_t>(info.imageClass)]);
            QCOMPARE((*set)->blockOf(i), i / 3);
        }
        QCOMPARE(ids.size(), std::size_t(18));
        QCOMPARE(groups.size(), std::size_t(6));
    }

    void samplesAreExactAndRepeatable()
    {
        const auto first = simulatedDataset(smallSettings());
        const auto second = simulatedDataset(smallSettings());
        QVERIFY(first && second);
        std::size_t labelled = 0;
        for (std::size_t i = 0; i < 9; ++i) {
            const auto a = (*first)->sample(i);
            const auto b = (*second)->sample(8 - i);
            const auto c = (*second)->sample(i);
            QVERIFY(a && b && c);
            QVERIFY(a->image == c->image && a->labels == c->labels);
            QVERIFY(a->width % 32 == 0 && a->width >= 96 && a->width <= 160);
            QCOMPARE(a->image.size(), a->labels.size());
            QVERIFY(std::all_of(a->labels.begin(), a->labels.end(), [](auto l) { return l <= 2; }));
            labelled += static_cast<std::size_t>(
                std::count_if(a->labels.begin(), a->labels.end(), [](auto l) { return l > 0; }));
        }
        QVERIFY(labelled > 100);
        QCOMPARE((*first)->sample(18).error().code, ErrorCode::OutOfRange);
    }

    void loadsInThreads()
    {
        const auto set = simulatedDataset(smallSettings());
        QVERIFY(set);
        LoaderSettings settings;
        settings.batchSize = 4;
        settings.threads = 3;
        settings.augmentation.cropPx = 96;
        BatchLoader loader(*set, settings);
        loader.startEpoch(0);
        int batches = 0;
        while (true) {
            const auto batch = loader.next({});
            QVERIFY(batch);
            if (!*batch)
                break;
            QCOMPARE((*batch)->width, 96);
            ++batches;
        }
        QCOMPARE(batches, 4);
    }

    void wrongSettings()
    {
        SimulatedDatasetSettings settings = smallSettings();
        settings.presets = {"phantm"};
        const auto preset = simulatedDataset(settings);
        QVERIFY(!preset);
        QVERIFY(preset.error().detail.find("nearest: phantom") != std::string::npos);
        settings = smallSettings();
        settings.scenes = 0;
        QVERIFY(!simulatedDataset(settings));
        QVERIFY(openSimulatedDataset({{"form", "simulated"}, {"scenes", 3}}));
        QVERIFY(!openSimulatedDataset({{"form", "simulated"}, {"scnes", 3}}));
    }
};

QTEST_APPLESS_MAIN(TestSimulatedDataset)
#include "tst_simulated_dataset.moc"
