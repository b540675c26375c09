// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/elastic_rod.h"
#include "core/simulate/scene_settings.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

namespace {

/// A straight tube along y.
VesselCurve straightLumen(double radiusMm, int points)
{
    VesselCurve lumen;
    for (int i = 0; i < points; ++i)
        lumen.push_back({{0.0, kVesselStepMm * i, 0.0}, radiusMm});
    return lumen;
}

/// A quarter of a circle in the x–y plane.
VesselCurve bentLumen(double bendRadiusMm, double radiusMm)
{
    VesselCurve lumen;
    const int points = static_cast<int>(1.5708 * bendRadiusMm / kVesselStepMm);
    for (int i = 0; i < points; ++i) {
        const double angle = kVesselStepMm * i / bendRadiusMm;
        lumen.push_back(
            {{bendRadiusMm * (1.0 - std::cos(angle)), bendRadiusMm * std::sin(angle), 0.0}, radiusMm});
    }
    return lumen;
}

double chainLength(const std::vector<Point3>& nodes)
{
    double sum = 0.0;
    for (std::size_t i = 1; i < nodes.size(); ++i)
        sum += norm(nodes[i] - nodes[i - 1]);
    return sum;
}

/// Distance to the lumen's axis less its radius; positive outside.
double beyondWall(const VesselCurve& lumen, Point3 p)
{
    double least = 1e9;
    for (std::size_t i = 0; i + 1 < lumen.size(); ++i) {
        const Point3 edge = lumen[i + 1].position - lumen[i].position;
        const double t = std::clamp(dot(p - lumen[i].position, edge) / dot(edge, edge), 0.0, 1.0);
        const double radius = lumen[i].radiusMm + (lumen[i + 1].radiusMm - lumen[i].radiusMm) * t;
        least = std::min(least, norm(p - (lumen[i].position + edge * t)) - radius);
    }
    return least;
}

std::vector<RodMaterial> material(std::size_t nodes, double stiffness, double restCurvature)
{
    return std::vector<RodMaterial>(nodes, RodMaterial{stiffness, restCurvature, 0.4});
}

} // namespace

class TestElasticRod : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void straightRodInAWideTubeStaysStraight()
    {
        const VesselCurve lumen = straightLumen(10.0, 60);
        ElasticRod rod(lumen, 0.0, 80.0, 2.0);
        rod.relax(material(rod.nodes().size(), 0.7, 0.0), 0.0, 0.0, 40);
        QVERIFY(!rod.touchesWall());
        for (std::size_t i = 0; i < rod.nodes().size(); ++i) {
            QVERIFY(std::abs(rod.nodes()[i].x) < 1e-6);
            QVERIFY(std::abs(rod.nodes()[i].y - rod.spacingMm() * static_cast<double>(i)) < 1e-6);
        }
    }

    void restCurvatureGivesACircle()
    {
        // Without a wall in the way a rod takes its rest shape: an arc of radius 20 mm.
        const VesselCurve lumen = straightLumen(500.0, 60);
        ElasticRod rod(lumen, 0.0, 30.0, 1.5);
        rod.relax(material(rod.nodes().size(), 1.0, 1.0 / 20.0), 0.4, 0.0, 600);
        const auto& n = rod.nodes();
        for (std::size_t i = 5; i + 3 < n.size(); ++i) {
            const double turn = norm(n[i - 1] - n[i] * 2.0 + n[i + 1]) / (rod.spacingMm() * rod.spacingMm());
            QVERIFY2(std::abs(turn - 0.05) < 0.015, qPrintable(QString::number(turn)));
        }
    }

    void rodStaysInABend()
    {
        const VesselCurve lumen = bentLumen(50.0, 6.0);
        ElasticRod rod(lumen, 0.0, 70.0, 1.5);
        rod.relax(material(rod.nodes().size(), 0.9, 0.0), 0.0, 0.02, 120);
        QVERIFY(rod.touchesWall());
        for (const Point3& p : rod.nodes())
            QVERIFY2(beyondWall(lumen, p) < 0.3, qPrintable(QString::number(beyondWall(lumen, p))));
    }

    void pushGoesToTheOuterWallAndPullToTheInnerOne()
    {
        const VesselCurve lumen = bentLumen(60.0, 8.0);
        const auto meanRadius = [&](double push) {
            ElasticRod rod(lumen, 0.0, 80.0, 1.5);
            rod.relax(material(rod.nodes().size(), 0.3, 0.0), 0.0, push, 200);
            double sum = 0.0;
            int count = 0;
            for (const Point3& p : rod.nodes())
                if (p.x > 10.0) {
                    sum += norm(p - Point3{60.0, 0.0, 0.0});
                    ++count;
                }
            return sum / count;
        };
        QVERIFY(meanRadius(0.04) > meanRadius(-0.02) + 1.0);
    }

    void lengthIsKept()
    {
        const VesselCurve lumen = bentLumen(50.0, 6.0);
        ElasticRod rod(lumen, 4.0, 60.0, 1.5);
        for (const double length : {60.0, 63.0, 66.5, 61.0}) {
            rod.setLength(length);
            rod.relax(material(rod.nodes().size(), 0.6, 0.0), 0.0, 0.01, 20);
            QVERIFY(std::abs(rod.lengthMm() - length) < 1e-6);
            QVERIFY(std::abs(chainLength(rod.nodes()) - length) < 1e-6);
        }
    }

    void advancingMovesTheTipForward()
    {
        const VesselCurve lumen = straightLumen(5.0, 100);
        ElasticRod rod(lumen, 0.0, 80.0, 2.0);
        rod.relax(material(rod.nodes().size(), 0.6, 0.0), 0.0, 0.0, 20);
        const double before = rod.nodes().back().y;
        rod.setLength(90.0);
        rod.relax(material(rod.nodes().size(), 0.6, 0.0), 0.0, 0.0, 20);
        QVERIFY(std::abs(rod.nodes().back().y - before - 10.0) < 0.2);
        rod.setLength(70.0);
        rod.relax(material(rod.nodes().size(), 0.6, 0.0), 0.0, 0.0, 20);
        QVERIFY(std::abs(rod.nodes().back().y - before + 10.0) < 0.2);
    }

    void presetsKeepTheirRodsInTheVessels()
    {
        int nodes = 0;
        int outside = 0;
        double sharpest = 0.0;
        for (const SourcePreset& preset : sourcePresets())
            for (std::uint64_t seed = 1; seed <= 6; ++seed) {
                const RandomStream random(seed);
                const SceneSettings scene = drawScene(preset, 256, 6, random, random);
                for (const ProcedureState& state : simulateProcedure(scene.procedure, random.branch(5))) {
                    QVERIFY(std::abs(chainLength(state.rod) - std::max(state.catheterMm, state.wireMm)) <
                            0.5);
                    for (std::size_t i = 1; i + 1 < state.rod.size(); ++i) {
                        ++nodes;
                        outside += beyondWall(scene.procedure.lumen, state.rod[i]) > 0.5 ? 1 : 0;
                        const Point3 a = normalised(state.rod[i] - state.rod[i - 1]);
                        const Point3 b = normalised(state.rod[i + 1] - state.rod[i]);
                        sharpest = std::max(sharpest, std::acos(std::clamp(dot(a, b), -1.0, 1.0)));
                    }
                }
            }
        QVERIFY2(outside < nodes / 200, qPrintable(QString("%1 of %2").arg(outside).arg(nodes)));
        QVERIFY2(sharpest < 2.6, qPrintable(QString::number(sharpest)));
    }
};

QTEST_APPLESS_MAIN(TestElasticRod)
#include "tst_elastic_rod.moc"
