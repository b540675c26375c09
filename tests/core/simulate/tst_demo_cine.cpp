// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/demo_cine.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace fedefm;

namespace {

double meanOfDisc(const Frame& frame, double x, double y, int radius)
{
    double sum = 0.0;
    int count = 0;
    for (int dy = -radius; dy <= radius; ++dy)
        for (int dx = -radius; dx <= radius; ++dx) {
            sum +=
                frame.valueAt(static_cast<int>(std::lround(x)) + dx, static_cast<int>(std::lround(y)) + dy);
            ++count;
        }
    return sum / count;
}

/// Share of the line's points that are darker than both sides at `sidePx`.
double darkShare(const Frame& frame, const Polyline& line, double sidePx)
{
    int dark = 0;
    int count = 0;
    for (std::size_t i = 4; i + 4 < line.size(); i += 3) {
        const Point p = line[i];
        const double dx = line[i + 4].x - line[i - 4].x;
        const double dy = line[i + 4].y - line[i - 4].y;
        const double length = std::hypot(dx, dy);
        if (p.x < 40 || p.y < 40 || p.x > frame.width() - 40 || p.y > frame.height() - 40)
            continue;
        const double nx = -dy / length * sidePx;
        const double ny = dx / length * sidePx;
        const double on = meanOfDisc(frame, p.x, p.y, 1);
        dark +=
            on < meanOfDisc(frame, p.x + nx, p.y + ny, 1) && on < meanOfDisc(frame, p.x - nx, p.y - ny, 1);
        ++count;
    }
    return count > 0 ? static_cast<double>(dark) / count : 0.0;
}

} // namespace

class TestDemoCine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void infoSaysWhatItIs()
    {
        const DemoCine cine({256, 10, 12.5, 3, 10});
        const SequenceInfo& info = cine.info();
        QCOMPARE(info.width, 256);
        QCOMPARE(info.frameCount, 10);
        QCOMPARE(info.bitsStored, 10);
        QVERIFY(info.pixelType == PixelType::U16);
        QCOMPARE(info.timing.fps, 12.5);
        QCOMPARE(info.timing.frameTimesMs.size(), std::size_t(10));
        QCOMPARE(info.timing.frameTimesMs[9], 720.0);
        QVERIFY(info.identity.patientName.find("Simulated") != std::string::npos);
        QVERIFY(info.spacing.kind == SpacingKind::Detector);
        QCOMPARE(info.spacing.rowMm, 0.6);
    }

    void isAPureFunctionOfSettingsAndIndex()
    {
        const DemoCine first({128, 4, 15.0, 7, 10});
        const DemoCine second({128, 4, 15.0, 7, 10});
        const FramePtr later = *first.read(3);
        const FramePtr a = *first.read(1);
        const FramePtr b = *second.read(1);
        QCOMPARE(std::memcmp(a->bytes(), b->bytes(), a->byteCount()), 0);
        QVERIFY(std::memcmp(a->bytes(), later->bytes(), a->byteCount()) != 0);
        const DemoCine other({128, 4, 15.0, 8, 10});
        QVERIFY(std::memcmp(a->bytes(), (*other.read(1))->bytes(), a->byteCount()) != 0);
    }

    void valuesFitTheBits_data()
    {
        QTest::addColumn<int>("bits");
        QTest::newRow("8") << 8;
        QTest::newRow("10") << 10;
        QTest::newRow("14") << 14;
    }

    void valuesFitTheBits()
    {
        QFETCH(int, bits);
        const DemoCine cine({128, 1, 15.0, 1, bits});
        const FramePtr frame = *cine.read(0);
        QVERIFY((frame->type() == PixelType::U8) == (bits == 8));
        int highest = 0;
        double centre = 0.0;
        for (int y = 0; y < 128; ++y)
            for (int x = 0; x < 128; ++x)
                highest = std::max(highest, frame->valueAt(x, y));
        centre = meanOfDisc(*frame, 40, 70, 8);
        QVERIFY(highest < (1 << bits));
        QVERIFY(highest > (1 << bits) / 2);
        // The tissue lies well inside the range and the collimated corner is nearly black.
        QVERIFY(centre > 0.3 * (1 << bits) && centre < 0.9 * (1 << bits));
        QVERIFY(meanOfDisc(*frame, 5, 5, 3) < 0.15 * (1 << bits));
    }

    void theTruthLiesOnDarkLines()
    {
        for (const std::uint64_t seed : {1, 2, 5}) {
            const DemoCine cine({512, 40, 15.0, seed, 10});
            for (const int index : {0, 20, 39}) {
                const FramePtr frame = *cine.read(index);
                const DemoTruth truth = cine.truth(index);
                const double catheter = darkShare(*frame, truth.catheter, truth.catheterWidthPx);
                QVERIFY2(catheter > 0.9, qPrintable(QString::number(catheter)));
                if (index > 0) {
                    const double wire = darkShare(*frame, truth.guidewire, 5.0);
                    QVERIFY2(wire > 0.9, qPrintable(QString::number(wire)));
                }
            }
        }
    }

    void theGuidewireLeavesTheCatheterAndAdvances()
    {
        const DemoCine cine({512, 48, 15.0, 1, 10});
        double last = 0.0;
        for (const int index : {0, 16, 32, 47}) {
            const DemoTruth truth = cine.truth(index);
            const Point catheterTip = truth.catheter.back();
            const Point start = truth.guidewire.front();
            QVERIFY(std::hypot(catheterTip.x - start.x, catheterTip.y - start.y) < 0.01);
            const double length = lengthPx(truth.guidewire);
            QVERIFY2(length > last, qPrintable(QString("frame %1: %2").arg(index).arg(length)));
            last = length;
        }
        QVERIFY(last > 200.0);
        QCOMPARE(cine.truth(0).guidewireWidthPx, 2.6);
    }

    void motionIsSmooth()
    {
        const DemoCine cine({512, 48, 15.0, 1, 10});
        for (int index = 1; index < 48; ++index) {
            const Point a = cine.truth(index - 1).guidewire.back();
            const Point b = cine.truth(index).guidewire.back();
            QVERIFY2(std::hypot(a.x - b.x, a.y - b.y) < 35.0, qPrintable(QString::number(index)));
        }
    }

    void framesOutsideAreRefused()
    {
        const DemoCine cine({64, 2, 15.0, 1, 8});
        QVERIFY(cine.read(-1).error().code == ErrorCode::OutOfRange);
        QVERIFY(cine.read(2).error().code == ErrorCode::OutOfRange);
        QVERIFY(cine.read(1));
    }
};

QTEST_APPLESS_MAIN(TestDemoCine)
#include "tst_demo_cine.moc"
