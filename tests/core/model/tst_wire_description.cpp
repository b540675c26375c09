// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_matching.h"
#include "core/geometry/rasterize.h"
#include "core/model/wire_description.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

namespace {

constexpr int kSide = 256;

/// A network that is sure of what it says.
LabelMap mapOf(const std::vector<std::pair<Polyline, std::pair<double, std::uint8_t>>>& lines)
{
    LabelMap map{std::vector<std::uint8_t>(kSide * kSide, 0), FloatPlane(kSide, kSide)};
    for (const auto& [line, look] : lines)
        rasterize(line, look.first, kSide, kSide).paint(map.labels.data(), look.second);
    for (std::size_t i = 0; i < map.labels.size(); ++i)
        map.foreground.values[i] = map.labels[i] != 0 ? 0.9F : 0.0F;
    return map;
}

double apart(Point a, Point b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

} // namespace

class TestWireDescription : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wireComesOutOfCatheter()
    {
        const Polyline shaft{{128, 255}, {128, 140}};
        const Polyline wire{{128, 140}, {128, 40}};
        const Segmentation found = describeWires(mapOf({{wire, {2.0, 2}}, {shaft, {7.0, 1}}}));
        QCOMPARE(found.curves.size(), std::size_t(2));
        QCOMPARE(found.curves[0].wireClass, WireClass::Catheter);
        QCOMPARE(found.curves[1].wireClass, WireClass::Guidewire);
        const CenterlineScore score =
            scoreCenterlines({found.curves[0].points, found.curves[1].points}, {shaft, wire}, 2.0);
        QVERIFY2(score.precision > 0.99 && score.recall > 0.97, qPrintable(QString::number(score.recall)));
        QCOMPARE(found.tips.size(), std::size_t(2));
        QVERIFY(apart(found.tips[0].position, {128, 140}) < 6.0);
        QVERIFY(apart(found.tips[1].position, {128, 40}) < 4.0);
        QVERIFY(std::abs(found.confidence - 0.9) < 0.05);
    }

    void directionIsFromTheBorderInwards()
    {
        const Segmentation found = describeWires(mapOf({{{{60, 60}, {0, 60}}, {3.0, 2}}}));
        QCOMPARE(found.curves.size(), std::size_t(1));
        QVERIFY(apart(found.curves[0].points.back(), {60, 60}) < 4.0);
        QCOMPARE(found.tips.size(), std::size_t(1));
    }

    void thickDevicesKeepTheirTips()
    {
        for (const double width : {8.0, 12.0}) {
            const Segmentation found = describeWires(mapOf({{{{0, 100}, {150, 170}}, {width, 1}}}));
            QCOMPARE(found.tips.size(), std::size_t(1));
            const double error = apart(found.tips[0].position, {150, 170});
            QVERIFY2(error < 0.3 * width, qPrintable(QString::number(error)));
            QVERIFY(apart(found.tips[0].position, found.curves[0].points.back()) < 1e-9);
        }
    }

    void linesThroughThePictureHaveNoTip()
    {
        const Segmentation found = describeWires(mapOf({{{{0, 100}, {255, 120}}, {4.0, 1}}}));
        QCOMPARE(found.curves.size(), std::size_t(1));
        QVERIFY(found.tips.empty());
        QVERIFY2(std::abs(found.curves[0].widthPx - 4.0) <= 1.0,
                 qPrintable(QString::number(found.curves[0].widthPx)));
    }

    void smallGapsAreBridged()
    {
        const Segmentation found =
            describeWires(mapOf({{{{20, 128}, {110, 128}}, {3.0, 2}}, {{{116, 128}, {230, 128}}, {3.0, 2}}}));
        QCOMPARE(found.curves.size(), std::size_t(1));
        QVERIFY(lengthPx(found.curves[0].points) > 200.0);
        const RleMask* mask = found.mask(WireClass::Guidewire);
        QVERIFY(mask);
        for (int x = 108; x <= 118; ++x)
            QVERIFY2(mask->contains(x, 128), qPrintable(QString::number(x)));
        QVERIFY(!mask->contains(113, 132));
    }

    void specksAreDropped()
    {
        const Segmentation found =
            describeWires(mapOf({{{{0, 30}, {200, 30}}, {3.0, 1}}, {{{100, 200}, {104, 200}}, {3.0, 2}}}));
        QVERIFY(found.mask(WireClass::Catheter));
        QVERIFY(!found.mask(WireClass::Guidewire));
        QCOMPARE(found.curves.size(), std::size_t(1));
    }

    void someStrayPixelsOfTheOtherClassDoNotSplit()
    {
        LabelMap map = mapOf({{{{0, 128}, {200, 128}}, {5.0, 1}}});
        for (int x = 80; x < 86; ++x)
            for (int y = 120; y < 136; ++y)
                if (map.labels[static_cast<std::size_t>(y) * kSide + x] != 0)
                    map.labels[static_cast<std::size_t>(y) * kSide + x] = 2;
        const Segmentation found = describeWires(map);
        QCOMPARE(found.curves.size(), std::size_t(1));
        QCOMPARE(found.curves[0].wireClass, WireClass::Catheter);
        QVERIFY(!found.mask(WireClass::Guidewire));
    }

    void nothingGivesNothing()
    {
        const Segmentation found = describeWires(mapOf({}));
        QVERIFY(found.curves.empty() && found.masks.empty() && found.tips.empty());
        QCOMPARE(found.width, kSide);
        QCOMPARE(found.confidence, 0.0);
    }
};

QTEST_APPLESS_MAIN(TestWireDescription)
#include "tst_wire_description.moc"
