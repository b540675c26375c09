// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/device_thresholds.h"

#include <QTest>

using namespace fedefm;

namespace {

/// One row of pixels.
FloatPlane row(const std::vector<float>& values)
{
    FloatPlane plane(static_cast<int>(values.size()), 1);
    plane.values = values;
    return plane;
}

bool isNear(double value, double expected)
{
    return std::abs(value - expected) < 1e-6;
}

} // namespace

class TestDeviceThresholds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingLabelledGivesEvenOnes()
    {
        ThresholdSearch search;
        search.add(row({0.9F, 0.2F}), {0, 0});
        QVERIFY(isNear(search.best().least, 0.5));
        QVERIFY(isNear(search.best().sure, 0.5));
    }

    void faintTruthLowersBoth()
    {
        ThresholdSearch search;
        search.add(row({0.05F, 0.35F, 0.35F, 0.05F}), {0, 1, 2, 0});
        const DeviceThresholds best = search.best();
        QVERIFY(best.least < 0.35 && best.sure < 0.35);
    }

    void tooWideLinesRaiseTheLeast()
    {
        ThresholdSearch search;
        search.add(row({0.02F, 0.65F, 0.95F, 0.65F, 0.02F}), {0, 0, 1, 0, 0});
        QVERIFY(search.best().least > 0.65);
    }

    /// A faint part that goes on from a sure one belongs to the device, a faint one alone does not.
    void faintPartsCountBesideSureOnes()
    {
        ThresholdSearch search;
        search.add(row({0.95F, 0.35F, 0.35F, 0.0F, 0.45F, 0.45F, 0.0F}), {1, 1, 1, 0, 0, 0, 0});
        const DeviceThresholds best = search.best();
        QVERIFY(best.least < 0.35);
        QVERIFY(best.sure > 0.45);
    }

    void picturesArePooled()
    {
        ThresholdSearch search;
        search.add(row({0.35F, 0.0F}), {0, 0}); // alone it would ask for more than 0.35
        for (int i = 0; i < 3; ++i)
            search.add(row({0.35F, 0.0F}), {1, 255});
        QVERIFY(search.best().sure < 0.35);
    }
};

QTEST_GUILESS_MAIN(TestDeviceThresholds)
#include "tst_device_thresholds.moc"
