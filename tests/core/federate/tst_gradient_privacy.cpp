// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/gradient_privacy.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace fedefm;

namespace {

std::vector<FloatSpan> spans(std::vector<std::vector<float>>& tensors)
{
    std::vector<FloatSpan> list;
    for (auto& tensor : tensors)
        list.push_back({tensor.data(), tensor.size()});
    return list;
}

} // namespace

class TestGradientPrivacy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clipsTheJointNorm()
    {
        std::vector<std::vector<float>> tensors{{3.0F}, {0.0F, -4.0F}};
        QCOMPARE(*clipToNorm(spans(tensors), 10.0), 5.0);
        QCOMPARE(tensors[1][1], -4.0F); // below the bound nothing changes
        QCOMPARE(*clipToNorm(spans(tensors), 5.0), 5.0);
        QCOMPARE(tensors[1][1], -4.0F);
        QCOMPARE(*clipToNorm(spans(tensors), 1.0), 5.0);
        QVERIFY(std::abs(tensors[0][0] - 0.6F) < 1e-6F);
        QVERIFY(std::abs(tensors[1][1] + 0.8F) < 1e-6F);
    }

    /// Rounding must not carry the norm beyond the bound, on which the noise is scaled.
    void neverExceedsTheBound()
    {
        NoiseSource noise(3);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::vector<float>> tensors{std::vector<float>(37),
                                                    std::vector<float>(1 + round % 5)};
            for (auto& tensor : tensors)
                for (float& value : tensor)
                    value =
                        static_cast<float>(noise.normal() * std::pow(10.0, 30.0 * noise.uniform() - 10.0));
            const double bound = 0.1 + noise.uniform();
            QVERIFY(clipToNorm(spans(tensors), bound));
            QVERIFY(jointNorm(spans(tensors)) <= bound);
            QVERIFY(jointNorm(spans(tensors)) > 0.999 * std::min(bound, 1e-12));
        }
    }

    void sumsClippedRecords()
    {
        std::vector<std::vector<float>> sum{{1.0F, 1.0F}};
        std::vector<std::vector<float>> small{{0.25F, 0.0F}};
        std::vector<std::vector<float>> large{{0.0F, 1000.0F}};
        QCOMPARE(*addClipped(spans(sum), spans(small), 1.0), 0.25);
        QCOMPARE(*addClipped(spans(sum), spans(large), 1.0), 1000.0);
        QCOMPARE(sum[0][0], 1.25F);
        QVERIFY(std::abs(sum[0][1] - 2.0F) < 1e-6F);
        QCOMPARE(large[0][1], 1000.0F); // the record's own gradient is only read
    }

    void brokenRecordsCountAsNone()
    {
        std::vector<std::vector<float>> sum{{1.0F, 2.0F}};
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            std::vector<std::vector<float>> record{{1.0F, bad}};
            QVERIFY(!addClipped(spans(sum), spans(record), 1.0));
            QVERIFY(!clipToNorm(spans(record), 1.0));
            QCOMPARE(record[0][0], 1.0F);
        }
        std::vector<std::vector<float>> other{{1.0F}};
        const auto mismatch = addClipped(spans(sum), spans(other), 1.0);
        QVERIFY(!mismatch);
        QCOMPARE(mismatch.error().code, ErrorCode::SizeMismatch);
        for (const double bound : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
            QVERIFY(!addClipped(spans(sum), spans(sum), bound));
        QCOMPARE(sum[0], (std::vector<float>{1.0F, 2.0F}));
    }

    void noiseIsGaussianAndSeeded()
    {
        constexpr std::size_t kCount = 200000;
        std::vector<std::vector<float>> values{std::vector<float>(kCount, 10.0F)};
        NoiseSource noise(42, 7);
        QVERIFY(addGaussianNoise(spans(values), 3.0, noise));
        double mean = 0.0, square = 0.0, fourth = 0.0;
        std::size_t within = 0;
        for (const float value : values[0]) {
            const double z = (value - 10.0) / 3.0;
            mean += z / kCount;
            square += z * z / kCount;
            fourth += z * z * z * z / kCount;
            within += std::abs(z) < 1.0 ? 1 : 0;
        }
        QVERIFY(std::abs(mean) < 0.01);
        QVERIFY(std::abs(square - 1.0) < 0.015);
        QVERIFY(std::abs(fourth - 3.0) < 0.12);
        QVERIFY(std::abs(static_cast<double>(within) / kCount - 0.682689) < 0.005);
        NoiseSource again(42, 7), otherStream(42, 8), otherSeed(43, 7);
        const double first = again.normal();
        QCOMPARE(static_cast<float>(10.0 + 3.0 * first), values[0][0]);
        QVERIFY(otherStream.normal() != first);
        QVERIFY(otherSeed.normal() != first);
        QVERIFY(NoiseSource::systemSeed() != NoiseSource::systemSeed());
        const auto before = values;
        QVERIFY(addGaussianNoise(spans(values), 0.0, noise));
        QVERIFY(values == before);
        QVERIFY(!addGaussianNoise(spans(values), -1.0, noise));
        QVERIFY(!addGaussianNoise(spans(values), std::nan(""), noise));
        QVERIFY(values == before);
    }

    void poissonBatches()
    {
        NoiseSource noise(5);
        std::size_t total = 0;
        std::vector<int> hits(100, 0);
        for (int step = 0; step < 2000; ++step) {
            const auto batch = drawPoissonBatch(100, 0.1, noise);
            total += batch.size();
            for (const std::size_t record : batch)
                ++hits[record];
        }
        QVERIFY(std::abs(static_cast<double>(total) / 2000.0 - 10.0) < 0.3);
        for (const int count : hits)
            QVERIFY(count > 120 && count < 280);
        QVERIFY(drawPoissonBatch(100, 0.0, noise).empty());
        QCOMPARE(drawPoissonBatch(100, 1.0, noise).size(), std::size_t(100));
    }
};

QTEST_APPLESS_MAIN(TestGradientPrivacy)
#include "tst_gradient_privacy.moc"
