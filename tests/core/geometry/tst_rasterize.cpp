// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/contour.h"
#include "core/geometry/rasterize.h"

#include <QtTest>
#include <cmath>

using namespace fedefm;

class TestRasterize : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheDistanceDefinition()
    {
        const Polyline line{{5.3, 4.1}, {30.2, 11.7}, {18.0, 33.3}};
        const RleMask mask = rasterize(line, 4.6, 40, 36);
        for (int y = 0; y < 36; ++y)
            for (int x = 0; x < 40; ++x) {
                const double d = distanceTo(line, {static_cast<double>(x), static_cast<double>(y)});
                QCOMPARE(mask.contains(x, y), d <= 2.3);
            }
    }

    void widthVariesAlongTheLine()
    {
        const RleMask mask = rasterize({{10, 20}, {90, 20}}, {2.0, 10.0}, 100, 40);
        const auto heightAt = [&](int x) {
            int count = 0;
            for (int y = 0; y < 40; ++y)
                count += mask.contains(x, y) ? 1 : 0;
            return count;
        };
        QCOMPARE(heightAt(10), 3);
        QCOMPARE(heightAt(50), 7);
        QCOMPARE(heightAt(89), 9);
    }

    void outsideIsCutOffAndHugeCoordinatesAreSafe()
    {
        QVERIFY(rasterize({{-1e12, -1e12}, {-5e11, 1e12}}, 3.0, 20, 20).isEmpty());
        const RleMask crossing = rasterize({{-50, 10}, {1e10, 10}}, 1.0, 20, 20);
        QCOMPARE(crossing.area(), std::size_t{20});
        QVERIFY(rasterize({}, 3.0, 20, 20).isEmpty());
        QVERIFY(rasterize(Polyline{{1, 1}, {2, 2}}, std::vector<double>{1.0}, 20, 20).isEmpty());
    }

    void outlineOfARectangleWithAHole()
    {
        RleMask rectangle = rasterize({{2, 5}, {17, 5}}, 1.0, 20, 20);
        for (int y = 6; y <= 12; ++y)
            rectangle = rectangle.unite(rasterize({{2.0, double(y)}, {17.0, double(y)}}, 1.0, 20, 20));
        QCOMPARE(outlines(rectangle).size(), std::size_t{1});
        const Polyline outline = outlines(rectangle).front();
        QCOMPARE(outline.size(), std::size_t{4});
        for (const Point& corner : outline) {
            QVERIFY(corner.x == 2.0 || corner.x == 17.0);
            QVERIFY(corner.y == 5.0 || corner.y == 12.0);
        }
        const RleMask hole = rasterize({{8, 8}, {11, 8}}, 3.0, 20, 20);
        QCOMPARE(outlines(rectangle.subtract(hole)).size(), std::size_t{2});
        QVERIFY(outlines(RleMask(20, 20)).empty());
    }
};

QTEST_APPLESS_MAIN(TestRasterize)
#include "tst_rasterize.moc"
