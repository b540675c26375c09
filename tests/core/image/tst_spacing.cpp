// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/spacing.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

using namespace fedefm;

class TestSpacing : public QObject
{
    Q_OBJECT

    using Pair = std::pair<double, double>;

    static void compare(const PixelSpacing& spacing, double row, double column, SpacingKind kind)
    {
        QVERIFY2(std::abs(spacing.rowMm - row) < 1e-12, qPrintable(QString::number(spacing.rowMm)));
        QVERIFY2(std::abs(spacing.columnMm - column) < 1e-12, qPrintable(QString::number(spacing.columnMm)));
        QCOMPARE(spacing.kind, kind);
    }

private Q_SLOTS:
    void imagerSpacingIsDetector()
    {
        SpacingAttributes in;
        in.imagerPixelSpacing = Pair{0.3, 0.2};
        compare(resolveSpacing(in), 0.3, 0.2, SpacingKind::Detector);
        in.magnification = 1.5;
        compare(resolveSpacing(in), 0.2, 0.2 / 1.5, SpacingKind::Geometry);
        in.magnification = 0.5;
        compare(resolveSpacing(in), 0.3, 0.2, SpacingKind::Detector);
        in.magnification = std::nan("");
        compare(resolveSpacing(in), 0.3, 0.2, SpacingKind::Detector);
    }

    void calibrationTypeDecides()
    {
        SpacingAttributes in;
        in.pixelSpacing = Pair{0.25, 0.25};
        in.imagerPixelSpacing = Pair{0.3, 0.3};
        in.calibrationType = "FIDUCIAL";
        compare(resolveSpacing(in), 0.25, 0.25, SpacingKind::Calibrated);
        in.calibrationType = "GEOMETRY";
        compare(resolveSpacing(in), 0.25, 0.25, SpacingKind::Geometry);
        in.calibrationType.clear();
        compare(resolveSpacing(in), 0.25, 0.25, SpacingKind::Geometry);
    }

    void equalSpacingsOfAProjectionAreDetector()
    {
        SpacingAttributes in;
        in.pixelSpacing = Pair{0.3, 0.3};
        in.imagerPixelSpacing = Pair{0.30000001, 0.3};
        compare(resolveSpacing(in), 0.3, 0.3, SpacingKind::Detector);
        in.imagerPixelSpacing.reset();
        compare(resolveSpacing(in), 0.3, 0.3, SpacingKind::Detector);
        in.isProjection = false;
        compare(resolveSpacing(in), 0.3, 0.3, SpacingKind::Geometry);
    }

    void unusableValuesCountAsNone()
    {
        for (const double bad : {0.0, -0.3, std::nan(""), std::numeric_limits<double>::infinity()}) {
            SpacingAttributes in;
            in.pixelSpacing = Pair{bad, 0.3};
            in.imagerPixelSpacing = Pair{0.3, bad};
            QVERIFY(!resolveSpacing(in).isKnown());
            in.imagerPixelSpacing = Pair{0.4, 0.4};
            compare(resolveSpacing(in), 0.4, 0.4, SpacingKind::Detector);
        }
    }

    void scannedFilm()
    {
        SpacingAttributes in;
        in.nominalScannedPixelSpacing = Pair{0.1, 0.1};
        in.isProjection = false;
        compare(resolveSpacing(in), 0.1, 0.1, SpacingKind::Detector);
    }

    void aspectWithoutMillimetres()
    {
        SpacingAttributes in;
        in.aspectRatio = {2, 1};
        const PixelSpacing spacing = resolveSpacing(in);
        compare(spacing, 2.0, 1.0, SpacingKind::None);
        QCOMPARE(lengthOf(spacing, 3.0, 4.0), 5.0); // pixels
        QVERIFY(std::abs(angleDeg(spacing, 2, 0, 2, 1) - 45.0) < 1e-9);
        in.aspectRatio = {0, 1};
        compare(resolveSpacing(in), 0.0, 0.0, SpacingKind::None);
    }

    void lengthsAndAngles()
    {
        const PixelSpacing spacing{0.5, 0.25, SpacingKind::Detector};
        QCOMPARE(lengthOf(spacing, 12.0, 8.0), 5.0); // 3 mm and 4 mm
        QVERIFY(std::abs(angleDeg(spacing, 1, 0, 0, 1) - 90.0) < 1e-9);
        QVERIFY(std::abs(angleDeg(spacing, 2, 0, 2, 1) - 45.0) < 1e-9);
        QVERIFY(std::abs(angleDeg(spacing, 1, 0, -3, 0) - 180.0) < 1e-9);
        QCOMPARE(angleDeg({}, 1, 1, 2, 2), 0.0);
    }

    void angleIsSymmetricAndFreeOfLength()
    {
        std::mt19937 random(3);
        std::uniform_real_distribution<double> value(-100.0, 100.0);
        const PixelSpacing spacing{0.3, 0.2, SpacingKind::Geometry};
        for (int i = 0; i < 1000; ++i) {
            const double ax = value(random), ay = value(random), bx = value(random), by = value(random);
            const double angle = angleDeg(spacing, ax, ay, bx, by);
            QVERIFY(angle >= 0.0 && angle <= 180.0);
            QVERIFY(std::abs(angle - angleDeg(spacing, bx, by, ax, ay)) < 1e-9);
            QVERIFY(std::abs(angle - angleDeg(spacing, 3 * ax, 3 * ay, bx, by)) < 1e-6);
        }
    }

    void calibrationByLine()
    {
        const auto spacing = calibrateByLine(30.0, 40.0, 100.0);
        QVERIFY(spacing.has_value());
        compare(*spacing, 2.0, 2.0, SpacingKind::Calibrated);
        const auto stretched = calibrateByLine(30.0, 20.0, 100.0, 2.0);
        compare(*stretched, 4.0, 2.0, SpacingKind::Calibrated);
        QVERIFY(!calibrateByLine(0.5, 0.5, 10.0));
        QVERIFY(!calibrateByLine(30.0, 40.0, 0.0));
        QVERIFY(!calibrateByLine(30.0, 40.0, -1.0));
        QVERIFY(!calibrateByLine(std::nan(""), 40.0, 10.0));
    }

    void calibratedLineMeasuresItsLength()
    {
        std::mt19937 random(4);
        std::uniform_real_distribution<double> pixels(2.0, 500.0);
        for (int i = 0; i < 500; ++i) {
            const double dx = pixels(random), dy = pixels(random), mm = pixels(random),
                         aspect = pixels(random) / 100;
            const auto spacing = calibrateByLine(dx, dy, mm, aspect);
            QVERIFY(std::abs(lengthOf(*spacing, dx, dy) - mm) < 1e-9 * mm);
            QVERIFY(std::abs(spacing->rowMm / spacing->columnMm - aspect) < 1e-9 * aspect);
        }
    }

    void calibrationByCatheter()
    {
        const auto spacing = calibrateByCatheter(8.0, 6.0); // 6 F = 2 mm
        compare(*spacing, 0.25, 0.25, SpacingKind::Calibrated);
        QVERIFY(!calibrateByCatheter(0.9, 6.0));
        QVERIFY(!calibrateByCatheter(8.0, 0.0));
    }

    void units()
    {
        QCOMPARE(unitText(SpacingKind::None), "px");
        QCOMPARE(unitText(SpacingKind::Detector), "mm (detector)");
        QCOMPARE(unitText(SpacingKind::Geometry), "mm (geometry)");
        QCOMPARE(unitText(SpacingKind::Calibrated), "mm (calibrated)");
    }
};

QTEST_APPLESS_MAIN(TestSpacing)
#include "tst_spacing.moc"
