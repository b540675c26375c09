// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_linking.h"
#include "core/geometry/curve_profile.h"
#include "core/geometry/curve_tracing.h"
#include "core/geometry/hysteresis.h"
#include "core/geometry/ridge_filter.h"
#include "core/geometry/thinning.h"

#include <QtTest>
#include <cmath>
#include <random>

using namespace fedefm;

namespace {

constexpr int kSize = 160;

/// A valley of the given depth, Gaussian across, whose half-depth width is `widthPx`.
FloatPlane valley(const Polyline& line, double widthPx, double depth)
{
    FloatPlane plane(kSize, kSize, 100.0F);
    const double sigma = widthPx / 2.3548;
    for (int y = 0; y < kSize; ++y)
        for (int x = 0; x < kSize; ++x) {
            const double d = distanceTo(line, {double(x), double(y)});
            plane.values[plane.index(x, y)] -=
                static_cast<float>(depth * std::exp(-d * d / (2.0 * sigma * sigma)));
        }
    return plane;
}

const Polyline kSlanted{{-50, 30}, {220, 130}};

} // namespace

class TestRidgeFilter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ridgeIsFoundWithItsDirection()
    {
        const RidgeMap map = ridgeFilter(valley(kSlanted, 3.0, 10.0), {});
        const double angle = std::atan2(100.0, 270.0);
        for (double x = 30; x < 130; x += 7.0) {
            const double y = 30.0 + (x + 50.0) * 100.0 / 270.0;
            const std::size_t i = map.strength.index(int(std::lround(x)), int(std::lround(y)));
            QVERIFY(map.strength.values[i] > 4.0F);
            QVERIFY(std::abs(map.angleAt(i) - angle) < 0.25);
        }
        QVERIFY(map.strength.at(80, 150) < 0.1F);
    }

    void widerRidgeChoosesAWiderScale()
    {
        const auto scaleOf = [](double widthPx) {
            const RidgeMap map = ridgeFilter(valley({{-50, 80}, {220, 80}}, widthPx, 10.0), {});
            return int(map.scale[map.strength.index(80, 80)]);
        };
        QVERIFY(scaleOf(2.0) <= scaleOf(5.0));
        QVERIFY(scaleOf(2.0) < scaleOf(9.0));
    }

    void stepsAndBrightLinesGiveNothing()
    {
        FloatPlane step(kSize, kSize, 100.0F);
        for (int y = 0; y < kSize; ++y)
            for (int x = 0; x < kSize / 2; ++x)
                step.values[step.index(x, y)] = 40.0F;
        for (const float value : ridgeFilter(step, {}).strength.values)
            QVERIFY(value < 0.5F);
        FloatPlane bright = valley(kSlanted, 3.0, -10.0);
        const RidgeMap map = ridgeFilter(bright, {});
        QVERIFY(map.strength.at(80, 78) < 0.5F);
    }

    void tinyPicturesDoNotCrash()
    {
        for (const int size : {0, 1, 2, 5}) {
            const RidgeMap map = ridgeFilter(FloatPlane(size, size, 1.0F), {});
            QCOMPARE(map.strength.values.size(), std::size_t(size) * std::size_t(size));
            QCOMPARE(ridgeCrests(map).size(), map.strength.values.size());
        }
    }

    void hysteresisKeepsWhatHangsTogether()
    {
        FloatPlane strength(8, 1);
        strength.values = {1, 2, 5, 2, 0, 2, 2, 5};
        std::vector<std::uint8_t> candidates{1, 1, 1, 1, 1, 1, 1, 0};
        const std::vector<std::uint8_t> expected{0, 1, 1, 1, 0, 0, 0, 0};
        QVERIFY(hysteresis(strength, candidates, 2.0F, 5.0F) == expected);
    }

    void thinningLeavesConnectedLines()
    {
        std::vector<std::uint8_t> bar(60 * 20, 0);
        for (int y = 7; y < 13; ++y)
            for (int x = 5; x < 55; ++x)
                bar[std::size_t(y) * 60 + std::size_t(x)] = 1;
        const std::vector<std::uint8_t> line = thin(bar, 60, 20);
        for (int x = 12; x < 48; ++x) {
            int count = 0;
            for (int y = 0; y < 20; ++y)
                count += line[std::size_t(y) * 60 + std::size_t(x)];
            QCOMPARE(count, 1);
        }
        QVERIFY(thin(line, 60, 20) == line);
        const std::vector<std::uint8_t> full(25, 1);
        QVERIFY(thin(full, 5, 5) != std::vector<std::uint8_t>(25, 0));
    }

    void forkIsTracedAsThreePieces()
    {
        std::vector<std::uint8_t> skeleton(50 * 50, 0);
        for (int i = 0; i < 20; ++i) {
            skeleton[std::size_t(25) * 50 + std::size_t(5 + i)] = 1;
            skeleton[std::size_t(24 - i) * 50 + std::size_t(25 + i)] = 1;
            skeleton[std::size_t(26 + i) * 50 + std::size_t(25 + i)] = 1;
        }
        QCOMPARE(traceSkeleton(skeleton, 50, 50).size(), std::size_t{3});
    }

    void linkingCrossesAGapButNotACorner()
    {
        const FloatPlane strength(kSize, kSize, 0.5F);
        const Polyline left = resample({{10, 50}, {60, 50}}, 1.0);
        const Polyline right = resample({{70, 51}, {120, 53}}, 1.0);
        const Polyline away = resample({{66, 56}, {66, 110}}, 1.0);
        const auto linked = linkCurves({left, right, away}, strength, {});
        QCOMPARE(linked.size(), std::size_t{2});
        const double longest = std::max(lengthPx(linked[0]), lengthPx(linked[1]));
        QVERIFY(std::abs(longest - 110.0) < 1.0);
        QVERIFY(linkCurves({}, strength, {}).empty());
    }

    void crossingLinesStayApart()
    {
        const FloatPlane strength(kSize, kSize, 1.0F);
        const std::vector<Polyline> arms{
            resample({{10, 80}, {76, 80}}, 1.0), resample({{84, 80}, {150, 80}}, 1.0),
            resample({{80, 10}, {80, 76}}, 1.0), resample({{80, 84}, {80, 150}}, 1.0)};
        const auto linked = linkCurves(arms, strength, {});
        QCOMPARE(linked.size(), std::size_t{2});
        for (const Polyline& line : linked)
            QVERIFY(std::abs(lengthPx(line) - 140.0) < 1.0);
    }

    void profileMeasuresWidthDepthAndShift()
    {
        for (const double width : {2.5, 4.0, 7.0}) {
            const FloatPlane plane = valley({{-50, 80.4}, {220, 80.4}}, width, 10.0);
            const Polyline guess = resample({{20, 79.5}, {140, 79.5}}, 1.0);
            const auto profiles = crossProfiles(plane, guess, 12.0, 4.0);
            const CrossProfile& middle = profiles[60];
            QVERIFY(std::abs(middle.widthPx - width) < 0.35);
            QVERIFY(std::abs(middle.depth - 10.0) < 1.0);
            QVERIFY(middle.balance > 0.95);
            const Polyline centred = centreOnValley(guess, profiles, 2.0);
            QVERIFY(std::abs(centred[60].y - 80.4) < 0.15);
        }
    }

    void profileOfAStepIsUnbalanced()
    {
        FloatPlane step(kSize, kSize, 100.0F);
        for (int y = 0; y < 80; ++y)
            for (int x = 0; x < kSize; ++x)
                step.values[step.index(x, y)] = 40.0F;
        step.values[step.index(60, 79)] = 38.0F;
        const auto profiles = crossProfiles(step, resample({{20, 79}, {140, 79}}, 1.0), 10.0, 3.0);
        QVERIFY(profiles[40].balance < 0.1);
    }
};

QTEST_APPLESS_MAIN(TestRidgeFilter)
#include "tst_ridge_filter.moc"
