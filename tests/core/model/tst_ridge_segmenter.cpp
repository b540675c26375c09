// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_matching.h"
#include "core/model/ridge_segmenter.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

using namespace fedefm;

namespace {

/// A catheter from the top edge, a guidewire out of it, over a sloping background with a diaphragm-like step
/// and noise.
struct Scene
{
    int size = 512;
    bool hasWires = true;
    bool hasStep = true;
    double noise = 0.01; ///< relative
    Polyline catheter;
    Polyline guidewire;

    explicit Scene(int sizePx = 512) : size(sizePx)
    {
        const double u = size / 512.0;
        const auto scaled = [u](const Polyline& line) {
            Polyline out;
            for (const Point& p : line)
                out.push_back({p.x * u, p.y * u});
            return spline(out, 1.0);
        };
        catheter = scaled({{200, -10}, {190, 80}, {205, 160}, {250, 220}});
        guidewire = scaled({{250, 220}, {300, 250}, {340, 310}, {345, 380}});
    }

    std::vector<double> brightness() const
    {
        std::mt19937 random(5);
        std::normal_distribution<double> normal(0.0, noise);
        std::vector<double> values;
        const double u = size / 512.0;
        for (int y = 0; y < size; ++y) {
            for (int x = 0; x < size; ++x) {
                double value = 0.5 + 0.2 * x / size;
                if (hasStep)
                    value *= y > size * 0.8 + x * 0.1 ? 0.55 : 1.0;
                values.push_back(value * (1.0 + normal(random)));
            }
        }
        if (hasWires) {
            darken(values, catheter, 7.0 * u, 0.25);
            darken(values, guidewire, 2.5 * u, 0.2);
        }
        return values;
    }

private:
    void darken(std::vector<double>& values, const Polyline& line, double width, double depth) const
    {
        const double sigma = width / 2.3548;
        std::vector<double> distance(values.size(), 1e9);
        const int reach = static_cast<int>(3 * width) + 2;
        for (const Point& p : line)
            for (int y = std::max(0, int(p.y) - reach); y < std::min(size, int(p.y) + reach); ++y)
                for (int x = std::max(0, int(p.x) - reach); x < std::min(size, int(p.x) + reach); ++x) {
                    double& d = distance[static_cast<std::size_t>(y) * size + x];
                    d = std::min(d, std::hypot(p.x - x, p.y - y));
                }
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= 1.0 - depth * std::exp(-distance[i] * distance[i] / (2 * sigma * sigma));
    }
};

SequenceInfo infoFor(const Scene& scene)
{
    SequenceInfo info;
    info.width = info.height = scene.size;
    info.bitsStored = 12;
    info.pixelType = PixelType::U16;
    return info;
}

Frame frame16(const Scene& scene, bool inverse = false)
{
    std::vector<std::uint8_t> bytes;
    for (const double value : scene.brightness()) {
        auto stored = static_cast<int>(std::clamp(value, 0.0, 1.0) * 4095.0);
        stored = inverse ? 4095 - stored : stored;
        bytes.push_back(static_cast<std::uint8_t>(stored & 255));
        bytes.push_back(static_cast<std::uint8_t>(stored >> 8));
    }
    return Frame(scene.size, scene.size, 1, PixelType::U16, std::move(bytes));
}

CenterlineScore scoreOf(const Segmentation& found, const Scene& scene, double tolerancePx)
{
    std::vector<Polyline> lines;
    for (const WireCurve& curve : found.curves)
        lines.push_back(curve.points);
    return scoreCenterlines(lines, {scene.catheter, scene.guidewire}, tolerancePx);
}

double nearestTip(const Segmentation& found, WireClass wireClass, Point truth)
{
    double best = 1e9;
    for (const WireTip& tip : found.tips)
        if (tip.wireClass == wireClass)
            best = std::min(best, std::hypot(tip.position.x - truth.x, tip.position.y - truth.y));
    return best;
}

void verifyScene(const Result<Segmentation>& found, const Scene& scene)
{
    QVERIFY(found.has_value());
    const CenterlineScore score = scoreOf(*found, scene, 2.0 * scene.size / 512.0);
    QVERIFY2(score.precision > 0.95, qPrintable(QString::number(score.precision)));
    QVERIFY2(score.recall > 0.9, qPrintable(QString::number(score.recall)));
    const double u = scene.size / 512.0;
    QVERIFY(std::abs(found->foundLengthPx(WireClass::Catheter) - lengthPx(scene.catheter)) < 35.0 * u);
    QVERIFY(std::abs(found->foundLengthPx(WireClass::Guidewire) - lengthPx(scene.guidewire)) < 35.0 * u);
    QVERIFY(nearestTip(*found, WireClass::Guidewire, scene.guidewire.back()) < 8.0 * u);
    QVERIFY(nearestTip(*found, WireClass::Catheter, scene.catheter.back()) < 20.0 * u);
}

} // namespace

class TestRidgeSegmenter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsBothDevicesAndTheirTips()
    {
        const Scene scene;
        RidgeSegmenter segmenter;
        const auto found = segmenter.segment(frame16(scene), infoFor(scene), {});
        verifyScene(found, scene);
        QCOMPARE(found->provenance.modelId, std::string("ridge"));
        QCOMPARE(found->provenance.inputScale, 1.0);
        QVERIFY(found->confidence > 0.5 && found->confidence <= 1.0);
        for (const WireCurve& curve : found->curves) {
            const bool isCatheter = curve.wireClass == WireClass::Catheter;
            QVERIFY(std::abs(curve.widthPx - (isCatheter ? 7.0 : 2.5)) < 1.5);
        }
        QVERIFY(found->curves.front().points.front().y < found->curves.front().points.back().y);
    }

    void masksDoNotOverlap()
    {
        const Scene scene;
        const auto found = RidgeSegmenter().segment(frame16(scene), infoFor(scene), {});
        QVERIFY(found.has_value());
        const RleMask* catheter = found->mask(WireClass::Catheter);
        const RleMask* guidewire = found->mask(WireClass::Guidewire);
        QVERIFY(catheter && guidewire && !catheter->isEmpty() && !guidewire->isEmpty());
        QVERIFY(catheter->intersect(*guidewire).isEmpty());
    }

    void inverseGreyGivesTheSame()
    {
        const Scene scene;
        SequenceInfo info = infoFor(scene);
        info.grey.inverse = true;
        verifyScene(RidgeSegmenter().segment(frame16(scene, true), info, {}), scene);
    }

    void colourFramesAreReadAsLuminance()
    {
        const Scene scene;
        std::vector<std::uint8_t> bytes;
        for (const double value : scene.brightness())
            bytes.insert(bytes.end(), 3, static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255.0));
        SequenceInfo info = infoFor(scene);
        info.samples = 3;
        info.colorModel = ColorModel::Rgb;
        verifyScene(
            RidgeSegmenter().segment(Frame(scene.size, scene.size, 3, PixelType::U8, bytes), info, {}),
            scene);
    }

    void largeAndSmallPicturesAreScaled()
    {
        const Scene large(1024);
        const auto found = RidgeSegmenter().segment(frame16(large), infoFor(large), {});
        verifyScene(found, large);
        QCOMPARE(found->provenance.inputScale, 640.0 / 1024.0);
        QCOMPARE(found->width, 1024);
        const Scene small(256);
        verifyScene(RidgeSegmenter().segment(frame16(small), infoFor(small), {}), small);
    }

    void nothingIsFoundWhereNothingIs()
    {
        Scene scene;
        scene.hasWires = false;
        for (const double noise : {0.0, 0.01, 0.05}) {
            scene.noise = noise;
            const auto found = RidgeSegmenter().segment(frame16(scene), infoFor(scene), {});
            QVERIFY(found.has_value());
            QVERIFY(found->curves.empty());
            QCOMPARE(found->confidence, 0.0);
        }
    }

    void errorsAreReported()
    {
        const Scene scene;
        CancelToken cancel;
        cancel.cancel();
        RidgeSegmenter segmenter;
        QCOMPARE(segmenter.segment(frame16(scene), infoFor(scene), cancel).error().code,
                 ErrorCode::Cancelled);
        const Frame tiny(4, 4, 1, PixelType::U8, std::vector<std::uint8_t>(16, 0));
        QCOMPARE(segmenter.segment(tiny, {}, {}).error().code, ErrorCode::OutOfRange);
    }

    void flatAndOddlyShapedFramesAreFine()
    {
        RidgeSegmenter segmenter;
        for (const auto& [width, height] : {std::pair{16, 3000}, std::pair{3000, 16}, std::pair{300, 300}}) {
            const Frame flat(width, height, 1, PixelType::U8,
                             std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height, 128));
            SequenceInfo info;
            info.width = width;
            info.height = height;
            const auto found = segmenter.segment(flat, info, {});
            QVERIFY(found.has_value() || found.error().code == ErrorCode::OutOfRange);
        }
    }
};

QTEST_APPLESS_MAIN(TestRidgeSegmenter)
#include "tst_ridge_segmenter.moc"
