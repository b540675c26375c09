// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_matching.h"
#include "core/geometry/polyline.h"

#include <QtTest>
#include <cmath>

using namespace fedefm;

namespace {

double distance(Point a, Point b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

Polyline circleArc(double radius, double fromDeg, double toDeg, int points)
{
    Polyline line;
    for (int i = 0; i < points; ++i) {
        const double angle =
            (fromDeg + (toDeg - fromDeg) * i / (points - 1)) * 3.14159265358979323846 / 180.0;
        line.push_back({radius * std::cos(angle), radius * std::sin(angle)});
    }
    return line;
}

} // namespace

class TestPolyline : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lengthAndDistance()
    {
        const Polyline line{{0, 0}, {3, 4}, {3, 10}};
        QCOMPARE(lengthPx(line), 11.0);
        QCOMPARE(lengthPx({}), 0.0);
        QCOMPARE(distanceTo(line, {3, 7}), 0.0);
        QCOMPARE(distanceTo(line, {6, 7}), 3.0);
        QCOMPARE(distanceTo(line, {0, -2}), 2.0);
        QCOMPARE(distanceTo({{1, 1}}, {4, 5}), 5.0);
        QVERIFY(std::isinf(distanceTo({}, {0, 0})));
    }

    void resampleKeepsEndsAndStep()
    {
        const Polyline even = resample({{0, 0}, {10, 0}}, 4.0);
        const Polyline expected{{0, 0}, {4, 0}, {8, 0}, {10, 0}};
        QVERIFY(even == expected);
        QCOMPARE(resample({{0, 0}, {0, 0}, {8, 0}}, 4.0).size(), std::size_t{3});
        const Polyline arc = resample(circleArc(50, 0, 170, 400), 1.0);
        for (std::size_t i = 1; i + 1 < arc.size(); ++i)
            QVERIFY(std::abs(distance(arc[i - 1], arc[i]) - 1.0) < 1e-3);
        QVERIFY(resample({}, 1.0).empty());
        QCOMPARE(resample({{5, 5}}, 1.0).size(), std::size_t{1});
    }

    void splinePassesThroughItsVertices()
    {
        const Polyline vertices{{0, 0}, {20, 5}, {22, 30}, {60, 31}, {61, 31}};
        const Polyline curve = spline(vertices, 0.5);
        QVERIFY(curve.front() == vertices.front());
        QVERIFY(curve.back() == vertices.back());
        for (const Point& vertex : vertices)
            QVERIFY(
                std::any_of(curve.begin(), curve.end(), [&](Point p) { return distance(p, vertex) < 1e-9; }));
        for (std::size_t i = 1; i < curve.size(); ++i)
            QVERIFY(distance(curve[i - 1], curve[i]) < 0.5 + 1e-6);
    }

    void splineOfPointsOnALineIsTheLine()
    {
        for (const Point& p : spline({{0, 0}, {10, 5}, {40, 20}, {44, 22}}, 1.0))
            QVERIFY(std::abs(p.y - p.x / 2.0) < 1e-9);
    }

    void splineApproachesACircle()
    {
        // 13 vertices on a half circle, chords 1.7 px off; the two end spans lack a neighbour.
        for (const Point& p : spline(circleArc(200, 0, 180, 13), 1.0)) {
            const bool isInner = p.y > 200.0 * std::sin(15.0 * 3.14159265 / 180.0);
            QVERIFY(std::abs(std::hypot(p.x, p.y) - 200.0) < (isInner ? 0.1 : 1.3));
        }
    }

    void simplifyStaysWithinTolerance()
    {
        Polyline wave;
        for (int i = 0; i <= 300; ++i)
            wave.push_back({static_cast<double>(i), 12.0 * std::sin(i / 20.0)});
        const Polyline simple = simplify(wave, 0.7);
        QVERIFY(simple.size() < wave.size() / 4);
        QVERIFY(simple.front() == wave.front() && simple.back() == wave.back());
        for (const Point& p : wave)
            QVERIFY(distanceTo(simple, p) <= 0.7 + 1e-9);
        QCOMPARE(simplify({{0, 0}, {5, 0}, {9, 0}}, 0.1).size(), std::size_t{2});
    }

    void smoothKeepsEndsAndStraightLines()
    {
        const Polyline straight = resample({{2, 3}, {50, 27}}, 1.0);
        const Polyline same = smooth(straight, 5.0);
        QCOMPARE(same.size(), straight.size());
        for (std::size_t i = 0; i < same.size(); ++i)
            QVERIFY(distance(same[i], straight[i]) < 1e-9);
        Polyline zigzag;
        for (int i = 0; i <= 100; ++i)
            zigzag.push_back({static_cast<double>(i), i % 2 == 0 ? 0.0 : 1.0});
        const Polyline flat = smooth(zigzag, 6.0);
        QVERIFY(flat.front() == zigzag.front() && flat.back() == zigzag.back());
        for (std::size_t i = 10; i < 90; ++i)
            QVERIFY(std::abs(flat[i].y - 0.5) < 0.1);
    }

    void scoreOfShiftedAndPartialLines()
    {
        const Polyline reference{{0, 0}, {100, 0}};
        const CenterlineScore exact = scoreCenterlines({reference}, {reference}, 3.0);
        QCOMPARE(exact.precision, 1.0);
        QCOMPARE(exact.recall, 1.0);
        QCOMPARE(scoreCenterlines({{{0, 2.9}, {100, 2.9}}}, {reference}, 3.0).f1(), 1.0);
        QCOMPARE(scoreCenterlines({{{0, 3.1}, {100, 3.1}}}, {reference}, 3.0).f1(), 0.0);
        // Half of the reference, and as much again somewhere else: 50 of 101 points, within the tolerance 3
        // more.
        const CenterlineScore half =
            scoreCenterlines({{{0, 0}, {50, 0}}, {{0, 90}, {50, 90}}}, {reference}, 3.0);
        QCOMPARE(half.precision, 0.5);
        QCOMPARE(half.recall, 54.0 / 101.0);
        QCOMPARE(half.foundLengthPx, 100.0);
    }

    void scoreOfNothing()
    {
        const Polyline line{{0, 0}, {10, 0}};
        QCOMPARE(scoreCenterlines({}, {line}, 3.0).recall, 0.0);
        QCOMPARE(scoreCenterlines({}, {line}, 3.0).precision, 1.0);
        QCOMPARE(scoreCenterlines({line}, {}, 3.0).precision, 0.0);
        QCOMPARE(scoreCenterlines({}, {}, 3.0).f1(), 1.0);
    }
};

QTEST_APPLESS_MAIN(TestPolyline)
#include "tst_polyline.moc"
