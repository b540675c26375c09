// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/aperture.h"
#include "core/simulate/image_chain.h"
#include "core/simulate/plane_filters.h"
#include "core/simulate/scene_devices.h"
#include "core/simulate/tube_raster.h"
#include "core/simulate/vessel_tree.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

namespace {

ImageChainSettings plainChain()
{
    ImageChainSettings chain;
    chain.aperture.vignette = 0.0;
    chain.scatterShare = 0.0;
    chain.blurPx = 0.0;
    chain.noiseShare = 0.0;
    chain.electronicShare = 0.0;
    chain.response = 1.0;
    return chain;
}

ProjectedRod verticalRod(double x, double pxPerMm, double lengthMm, int sizePx)
{
    ProjectedRod rod;
    rod.catheterMm = lengthMm;
    for (int i = 0; i <= 20; ++i) {
        const double t = i / 20.0;
        rod.pointsMm.push_back({0.0, lengthMm * t, 0.0});
        rod.tube.push_back({{x, -5.0 + (sizePx + 10.0) * t}, pxPerMm, lengthMm * t});
    }
    return rod;
}

} // namespace

class TestImageChain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wedgesDarkenHalfPlanes()
    {
        ApertureSettings aperture;
        aperture.wedges = {{0.0, 0.25, 0.02, 0.6}, {0.0, 0.35, 0.02, 0.7}}; // both from the right
        const FloatPlane light = apertureLight(aperture, 100);
        QCOMPARE(light.at(50, 10), 1.0F);
        QCOMPARE(light.at(70, 90), 1.0F);
        QVERIFY(std::abs(light.at(80, 50) - 0.6F) < 1e-6F);
        QVERIFY2(std::abs(light.at(95, 50) - 0.6F) < 1e-6F, "where filters overlap, the denser one counts");
    }

    void coronariesNarrowButGreatVesselsDoNot()
    {
        const VesselTree before = aorticTree(RandomStream(3), 1, true, 1.0);
        VesselTree after = before;
        narrowInPlaces(after, RandomStream(4));
        double least = 1.0;
        for (std::size_t b = 0; b < before.branches.size(); ++b)
            for (std::size_t i = 0; i < before.branches[b].curve.size(); ++i) {
                const double share =
                    after.branches[b].curve[i].radiusMm / before.branches[b].curve[i].radiusMm;
                if (before.branches[b].group == 0)
                    QCOMPARE(share, 1.0);
                least = std::min(least, share);
            }
        QVERIFY2(least >= 0.349 && least < 0.9, qPrintable(QString::number(least)));
    }

    void pixelChordIsTheMeanChord()
    {
        for (const double radius : {0.3, 0.8, 2.5, 9.0})
            for (const double distance : {0.0, 0.4, 1.7, 3.0, 8.7}) {
                double sum = 0.0;
                constexpr int kSteps = 20000;
                for (int i = 0; i < kSteps; ++i) {
                    const double t = distance - 0.5 + (i + 0.5) / kSteps;
                    sum += std::abs(t) < radius ? 2.0 * std::sqrt(radius * radius - t * t) : 0.0;
                }
                QVERIFY2(std::abs(pixelChord(radius, distance) - sum / kSteps) < 0.02,
                         qPrintable(QString("%1 %2").arg(radius).arg(distance)));
            }
    }

    void oneCylinderFollowsBeerLambert()
    {
        constexpr int kSize = 64;
        const ImageChain chain(plainChain(), kSize, FloatPlane(32, 32));
        // A solid rod of 20 px whose axis absorbs e^-0.7, and a tube of the same size with a hole of 60 %.
        for (const double lumenShare : {0.0, 0.6}) {
            DeviceDesign design;
            design.radiusMm = 5.0;
            design.attenuation = 0.7;
            design.lumenShare = lumenShare;
            FloatPlane attenuation(kSize, kSize);
            TubeRaster raster(kSize);
            addDevice(attenuation, raster, verticalRod(31.0, 2.0, 100.0, kSize), design, 100.0, 1.0);
            const FloatPlane light = chain.primary(attenuation);
            for (const double offset : {0.0, 2.0, 4.0, 7.0, 9.0}) {
                const double inner = 10.0 * lumenShare;
                const double hole = offset < inner ? std::sqrt(inner * inner - offset * offset) : 0.0;
                const double expected = std::exp(-0.7 * (std::sqrt(100.0 - offset * offset) - hole) / 10.0);
                // The chord is averaged over the pixel: its curvature shows near the edges only.
                const double tolerance = std::abs(offset - inner) < 2.0 || offset > 8.0 ? 0.03 : 0.004;
                const double found = light.at(31 + static_cast<int>(offset), 32);
                QVERIFY2(std::abs(found - expected) < tolerance,
                         qPrintable(QString("%1: %2, expected %3").arg(offset).arg(found).arg(expected)));
            }
            QVERIFY(std::abs(light.at(50, 32) - 1.0) < 1e-4);
        }
    }

    void attenuationAddsUp()
    {
        const ImageChain chain(plainChain(), 64, FloatPlane(32, 32));
        const FloatPlane once = chain.primary(FloatPlane(64, 64, 0.4F));
        const FloatPlane twice = chain.primary(FloatPlane(64, 64, 0.8F));
        QVERIFY(std::abs(once.at(5, 5) - std::exp(-0.4)) < 2e-4);
        QVERIFY(std::abs(twice.at(5, 5) - once.at(5, 5) * once.at(5, 5)) < 4e-4);
    }

    void noiseHasTheStatedSize()
    {
        ImageChainSettings settings = plainChain();
        settings.noiseShare = 0.03;
        settings.noiseGrainPx = 0.6;
        settings.bitsStored = 12;
        settings.greyMedian = 0.5;
        settings.greySpread = 0.15; // of the least span, 0.15: grey = signal
        const ImageChain chain(settings, 256, FloatPlane(32, 32));
        const FramePtr frame = chain.expose(FloatPlane(256, 256), 5);
        double sum = 0.0;
        double square = 0.0;
        for (int y = 0; y < 256; ++y)
            for (int x = 0; x < 256; ++x) {
                const double v = frame->valueAt(x, y) / 4095.0;
                sum += v;
                square += v * v;
            }
        const double mean = sum / 65536.0;
        const double deviation = std::sqrt(square / 65536.0 - mean * mean);
        QVERIFY2(std::abs(mean - 0.5) < 0.002, qPrintable(QString::number(mean)));
        QVERIFY2(std::abs(deviation - 0.03) < 0.002, qPrintable(QString::number(deviation)));
    }

    void expAndLogAreAccurate()
    {
        FloatPlane plane(1000, 1);
        for (int i = 0; i < 1000; ++i)
            plane.values[static_cast<std::size_t>(i)] = -10.0F + 0.0123F * static_cast<float>(i);
        FloatPlane powers = plane;
        expInPlace(powers);
        FloatPlane back = powers;
        logInPlace(back);
        for (std::size_t i = 0; i < 1000; ++i) {
            const double exact = std::exp(static_cast<double>(plane.values[i]));
            QVERIFY(std::abs(powers.values[i] - exact) < 2e-4 * exact);
            QVERIFY(std::abs(back.values[i] - plane.values[i]) < 4e-4);
        }
    }

    void whiteNoiseIsWhiteAndNormal()
    {
        const FloatPlane noise = whiteNoise(256, 9);
        double sum = 0.0;
        double square = 0.0;
        double neighbour = 0.0;
        double below = 0.0;
        for (int y = 0; y < 255; ++y)
            for (int x = 0; x < 255; ++x) {
                const double v = noise.at(x, y);
                sum += v;
                square += v * v;
                neighbour += v * noise.at(x + 1, y);
                below += v * noise.at(x, y + 1);
            }
        const double count = 255.0 * 255.0;
        QVERIFY(std::abs(sum / count) < 0.02);
        QVERIFY(std::abs(square / count - 1.0) < 0.03);
        QVERIFY(std::abs(neighbour / count) < 0.02);
        QVERIFY(std::abs(below / count) < 0.02);
    }

    void blursKeepTheMeanAndWidenAsStated()
    {
        FloatPlane point(129, 129);
        point.values[point.index(64, 64)] = 1.0F;
        const auto spread = [](const FloatPlane& plane) {
            double sum = 0.0;
            double square = 0.0;
            for (int y = 0; y < plane.height; ++y)
                for (int x = 0; x < plane.width; ++x) {
                    sum += plane.at(x, y);
                    square += plane.at(x, y) * (x - 64.0) * (x - 64.0);
                }
            return std::pair<double, double>(sum, std::sqrt(square / sum));
        };
        FloatPlane small = point;
        smallBlur(small, 1.5);
        QVERIFY(std::abs(spread(small).first - 1.0) < 1e-3);
        QVERIFY(std::abs(spread(small).second - 1.5) < 0.1);
        const FloatPlane wide = wideBlur(point, 8.0);
        QVERIFY(std::abs(spread(wide).first - 1.0) < 0.05);
        QVERIFY(std::abs(spread(wide).second - 8.0) < 1.0);
    }
};

QTEST_APPLESS_MAIN(TestImageChain)
#include "tst_image_chain.moc"
