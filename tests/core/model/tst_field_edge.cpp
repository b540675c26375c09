// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/field_edge.h"
#include "core/model/wire_description.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace fedefm;

namespace {

constexpr int kSide = 256;
constexpr double kRadius = 120.0;
constexpr double kCentre = 127.5;

double radiusAt(double x, double y)
{
    return std::hypot(x - kCentre, y - kCentre);
}

/// A round field with noise; outside one value.
std::vector<float> roundField(int stride)
{
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0.6F, 0.03F);
    std::vector<float> grey(static_cast<std::size_t>(stride) * kSide, 0.9F);
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x)
            grey[static_cast<std::size_t>(y) * stride + x] = radiusAt(x, y) > kRadius ? 0.1F : noise(random);
    return grey;
}

Polyline arc(double radius, double fromDeg, double toDeg)
{
    Polyline line;
    for (double at = fromDeg; at <= toDeg; at += 180.0 / M_PI / radius)
        line.push_back(
            {kCentre + radius * std::cos(at * M_PI / 180.0), kCentre + radius * std::sin(at * M_PI / 180.0)});
    return line;
}

CutLines cut(const Polyline& line, const FieldOutside& outside)
{
    return cutAlongEdge(line, outside, kSide, kSide, 7.0, 18.0);
}

void paint(LabelMap& map, double x, double y)
{
    for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
            const int px = static_cast<int>(std::lround(x)) + dx;
            const int py = static_cast<int>(std::lround(y)) + dy;
            if (map.foreground.contains(px, py)) {
                map.labels[map.foreground.index(px, py)] = 1;
                map.foreground.values[map.foreground.index(px, py)] = 0.9F;
            }
        }
}

} // namespace

class TestFieldEdge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheOutside()
    {
        const int stride = kSide + 32; // padded
        const FieldOutside outside(roundField(stride).data(), kSide, kSide, stride);
        QVERIFY(outside.contains(3, 3, kSide, kSide));
        QVERIFY(outside.contains(kSide - 4, kSide - 4, kSide, kSide));
        QVERIFY(!outside.contains(kCentre, kCentre, kSide, kSide));
        QVERIFY(!outside.contains(kCentre, kCentre - kRadius + 2, kSide, kSide));
        QVERIFY(outside.contains(-2, kCentre, kSide, kSide));
        QVERIFY(outside.contains(6, 6, 2 * kSide, 2 * kSide)); // of a larger picture
        QVERIFY(!outside.contains(kSide, kSide, 2 * kSide, 2 * kSide));
    }
    /// A smooth background is no outside, nor is a small spot.
    void smoothPicturesHaveNone()
    {
        std::vector<float> grey(kSide * kSide);
        for (int i = 0; i < kSide * kSide; ++i)
            grey[static_cast<std::size_t>(i)] = 0.3F + 0.4F * static_cast<float>(i % kSide) / kSide;
        for (int y = 0; y < 12; ++y)
            std::fill_n(grey.begin() + static_cast<std::ptrdiff_t>(y) * kSide, 12, 0.0F);
        QVERIFY(FieldOutside(grey.data(), kSide, kSide, kSide).isEmpty());
        QVERIFY(!FieldOutside().contains(-5, -5, kSide, kSide));
        std::vector<float> black = roundField(kSide); // a device that is all black and reaches the border
        for (std::size_t i = 0; i < black.size(); ++i)
            if (black[i] < 0.2F)
                black[i] = i % 2 == 0 ? 0.5F : 0.55F;
        for (int y = 100; y < 120; ++y)
            std::fill_n(black.begin() + static_cast<std::ptrdiff_t>(y) * kSide, kSide, 0.0F);
        QVERIFY(FieldOutside(black.data(), kSide, kSide, kSide).isEmpty());
    }
    void cutsWhatRunsAlong()
    {
        const FieldOutside outside(roundField(kSide).data(), kSide, kSide, kSide);
        QVERIFY(cut(arc(kRadius - 1, 20, 80), outside).kept.empty());
        QCOMPARE(cut(arc(kRadius - 1, 20, 80), outside).cut.size(), std::size_t(1));
        QVERIFY(cut(arc(kRadius - 20, 20, 80), outside).cut.empty());
        Polyline across; // a device comes in over the edge
        for (double x = 4; x < 200; x += 1.0)
            across.push_back({x, kCentre + 10});
        QVERIFY(cut(across, outside).cut.empty());
        Polyline joined = arc(kRadius - 1, 180, 240); // and one that the network has joined to it
        const Point end = joined.back();
        for (int i = 1; i < 60; ++i)
            joined.push_back({end.x + i * 0.5, end.y + i * 0.866});
        const CutLines parts = cut(joined, outside);
        QCOMPARE(parts.kept.size(), std::size_t(1));
        QVERIFY(parts.kept.front().size() > 45 && parts.kept.front().size() < 75);
    }
    void descriptionLeavesTheEdgeOut_data()
    {
        QTest::addColumn<double>("insidePx");
        QTest::newRow("thin line around the field") << 1.0;
        QTest::newRow("middle of a wide blurred edge") << 2.5;
    }
    void descriptionLeavesTheEdgeOut()
    {
        QFETCH(double, insidePx);
        LabelMap map;
        map.foreground = FloatPlane(kSide, kSide);
        map.labels.assign(kSide * kSide, 0);
        for (const Point p : arc(kRadius - insidePx, 150, 250))
            paint(map, p.x, p.y);
        for (double y = 60; y < 200; y += 0.5)
            paint(map, 150, y);
        const auto marked = [](const Segmentation& segmentation) {
            std::size_t pixels = 0;
            for (const auto& mask : segmentation.masks)
                pixels += static_cast<std::size_t>(mask.mask.area());
            return pixels;
        };
        const std::size_t all = marked(describeWires(map));
        map.outside = FieldOutside(roundField(kSide).data(), kSide, kSide, kSide);
        const Segmentation described = describeWires(map);
        QCOMPARE(described.curves.size(), std::size_t(1));
        QVERIFY(marked(described) > 400 && marked(described) < 450);
        QVERIFY(all > marked(described) + 500);
        QCOMPARE(described.tips.size(), std::size_t(1));
    }
    /// A device that comes in over the edge has its tip inside, whichever way it is drawn.
    void devicesLeaveTheFieldWithoutATip()
    {
        LabelMap map;
        map.foreground = FloatPlane(kSide, kSide);
        map.labels.assign(kSide * kSide, 0);
        for (double x = kCentre - 20; x < kCentre + kRadius - 1; x += 0.5)
            paint(map, x, kCentre);
        map.outside = FieldOutside(roundField(kSide).data(), kSide, kSide, kSide);
        const Segmentation described = describeWires(map);
        QCOMPARE(described.tips.size(), std::size_t(1));
        QVERIFY(std::abs(described.tips.front().position.x - (kCentre - 20)) < 5.0);
    }
};

QTEST_GUILESS_MAIN(TestFieldEdge)
#include "tst_field_edge.moc"
