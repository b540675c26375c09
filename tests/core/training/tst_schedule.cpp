// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/distance_map.h"
#include "core/train/torch/schedule.h"

#include <QTest>
#include <cmath>

using namespace fedefm;

class TestSchedule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void warmUpIsLinear();
    void cosineHasClosedForm();
    void polyHasClosedForm();
    void constantStaysAndShortRunsWarmUpHalf();
    void distancesAreExact();
    void signedMapFollowsItsDefinition();
    void signedMapOfNothingIsZero();
};

void TestSchedule::warmUpIsLinear()
{
    ScheduleSettings settings;
    settings.warmUpSteps = 10;
    QCOMPARE(scheduleFactor(settings, 0, 1000), 0.1);
    QCOMPARE(scheduleFactor(settings, 4, 1000), 0.5);
    QCOMPARE(scheduleFactor(settings, 9, 1000), 1.0);
}

void TestSchedule::cosineHasClosedForm()
{
    ScheduleSettings settings;
    settings.kind = "cosine";
    settings.warmUpSteps = 0;
    settings.finalFactor = 0.1;
    QCOMPARE(scheduleFactor(settings, 0, 100), 1.0);
    QCOMPARE(scheduleFactor(settings, 50, 100), 0.55);
    QVERIFY(std::abs(scheduleFactor(settings, 25, 100) - (0.1 + 0.9 * 0.5 * (1.0 + std::sqrt(0.5)))) < 1e-12);
    QCOMPARE(scheduleFactor(settings, 100, 100), 0.1);
}

void TestSchedule::polyHasClosedForm()
{
    ScheduleSettings settings;
    settings.kind = "poly";
    settings.warmUpSteps = 0;
    settings.power = 0.9;
    QVERIFY(std::abs(scheduleFactor(settings, 30, 100) - std::pow(0.7, 0.9)) < 1e-12);
    QCOMPARE(scheduleFactor(settings, 100, 100), 0.0);
}

void TestSchedule::constantStaysAndShortRunsWarmUpHalf()
{
    ScheduleSettings settings;
    settings.kind = "constant";
    settings.warmUpSteps = 100;
    QCOMPARE(scheduleFactor(settings, 0, 8), 0.25);
    QCOMPARE(scheduleFactor(settings, 3, 8), 1.0);
    QCOMPARE(scheduleFactor(settings, 7, 8), 1.0);
}

void TestSchedule::distancesAreExact()
{
    constexpr int kWidth = 23;
    constexpr int kHeight = 17;
    std::vector<std::uint8_t> mask(kWidth * kHeight, 0);
    const std::vector<std::pair<int, int>> points{{3, 2}, {20, 15}, {11, 8}, {0, 16}};
    for (const auto& [x, y] : points)
        mask[static_cast<std::size_t>(y * kWidth + x)] = 1;
    const std::vector<float> distance = distanceTo(mask, kWidth, kHeight);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            double nearest = 1e9;
            for (const auto& [px, py] : points)
                nearest = std::min(nearest, std::hypot(px - x, py - y));
            QVERIFY(std::abs(distance[static_cast<std::size_t>(y * kWidth + x)] - nearest) < 1e-5);
        }
}

void TestSchedule::signedMapFollowsItsDefinition()
{
    // Columns 3, 4, 5 of nine.
    std::vector<std::uint8_t> region(9 * 4, 0);
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 3; x <= 5; ++x)
            region[y * 9 + x] = 1;
    const std::vector<float> map = signedDistanceMap(region, 9, 4);
    const std::vector<float> expected{3, 2, 1, 0, -1, 0, 1, 2, 3};
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 9; ++x)
            QCOMPARE(map[y * 9 + x], expected[x]);
}

void TestSchedule::signedMapOfNothingIsZero()
{
    QCOMPARE(signedDistanceMap(std::vector<std::uint8_t>(12, 0), 4, 3), std::vector<float>(12, 0.0F));
    QCOMPARE(signedDistanceMap(std::vector<std::uint8_t>(12, 1), 4, 3), std::vector<float>(12, 0.0F));
}

QTEST_APPLESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
