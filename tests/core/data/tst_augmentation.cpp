// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"

#include "core/geometry/rasterize.h"
#include "core/image/percentile_stretch.h"
#include "core/model/model_input.h"
#include "core/train/data/frame_sample.h"

#include <QtTest>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

using namespace fedefm;

namespace {

AugmentationSettings nothing()
{
    AugmentationSettings s;
    s.flipProbability = s.rotationDeg = s.scaleRange = s.shearDeg = s.elasticPx = 0.0;
    s.gammaRange = s.contrastRange = s.brightnessRange = 0.0;
    s.noiseSigma = s.noiseCorrelationPx = s.blurSigmaPx = 0.0;
    s.invertProbability = s.collimatorProbability = s.cutOutProbability = 0.0;
    s.cropOnLabelProbability = 0.0;
    return s;
}

/// A bent line of 5 px, dark on a bright ground, with its centre-line.
Sample wireSample(int width, int height)
{
    Sample sample;
    sample.width = width;
    sample.height = height;
    const Polyline line = spline({{0.15 * width, 0.2 * height},
                                  {0.45 * width, 0.35 * height},
                                  {0.6 * width, 0.6 * height},
                                  {0.8 * width, 0.7 * height}},
                                 1.0);
    sample.labels = rasterize(line, 5.0, width, height).toBytes();
    for (const std::uint8_t label : sample.labels)
        sample.image.push_back(label ? 0.2F : 0.8F);
    sample.curves.push_back({1, line, 5.0});
    return sample;
}

bool isLabelled(const Sample& sample, Point p)
{
    const auto x = static_cast<int>(std::lround(p.x));
    const auto y = static_cast<int>(std::lround(p.y));
    return x >= 0 && y >= 0 && x < sample.width && y < sample.height &&
           sample.labels[static_cast<std::size_t>(y) * sample.width + x] == 1;
}

bool isInside(const Sample& sample, Point p)
{
    return p.x >= 1 && p.y >= 1 && p.x <= sample.width - 2 && p.y <= sample.height - 2;
}

/// Within a pixel: a collimator's edge may part a point from its pixel.
bool isNearLabel(const Sample& sample, Point p)
{
    for (const double dy : {-1.0, 0.0, 1.0})
        for (const double dx : {-1.0, 0.0, 1.0})
            if (isLabelled(sample, {p.x + dx, p.y + dy}))
                return true;
    return false;
}

/// Curve and mask belong together: the curve's points lie on the mask, the mask's pixels near the curve.
void compareCurveWithMask(const Sample& sample)
{
    int inside = 0;
    for (const SampleCurve& curve : sample.curves)
        for (const Point& p : curve.points)
            if (isInside(sample, p)) {
                ++inside;
                QVERIFY(isNearLabel(sample, p));
            }
    double farthest = 0.0;
    for (int y = 0; y < sample.height; ++y)
        for (int x = 0; x < sample.width; ++x)
            if (sample.labels[static_cast<std::size_t>(y) * sample.width + x] == 1) {
                double nearest = 1e9;
                for (const SampleCurve& curve : sample.curves)
                    nearest = std::min(nearest, distanceTo(curve.points, {double(x), double(y)}) -
                                                    0.5 * curve.widthPx);
                farthest = std::max(farthest, nearest);
            }
    QVERIFY2(farthest < 2.5, qPrintable(QString::number(farthest)));
    QVERIFY(inside > 0);
}

/// The picture of a training beside that of the model in use.
void compareInputs(const Frame& frame, int sizePx, int pick, bool stretch, bool inverse)
{
    SequenceInfo info;
    info.grey.inverse = inverse;
    ModelInputRules rules;
    rules.sizePx = sizePx;
    rules.channelPick = pick;
    rules.stretch = stretch;
    const ModelInput expected = prepareInput(frame, info, rules);
    Sample sample = sampleOf(frame, info);
    InputSettings settings;
    settings.sizePx = sizePx;
    settings.channelPick = pick;
    settings.stretch = stretch;
    applyInput(sample, settings);
    QCOMPARE(sample.width, expected.width);
    QCOMPARE(sample.height, expected.height);
    for (std::size_t i = 0; i < expected.values.size(); ++i)
        QVERIFY(std::abs(sample.image[i] - expected.values[i]) < 1e-4F);
}

} // namespace

class TestAugmentation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void zeroSettingsChangeNothing()
    {
        const Sample original = wireSample(96, 64);
        Sample sample = original;
        augment(sample, nothing(), 5);
        QVERIFY(sample.image == original.image);
        QVERIFY(sample.labels == original.labels);
        QVERIFY(sample.curves[0].points == original.curves[0].points);
    }

    void sameSeedSameSample()
    {
        AugmentationSettings settings;
        settings.elasticPx = 4.0;
        settings.collimatorProbability = settings.cutOutProbability = settings.invertProbability = 0.5;
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            Sample a = wireSample(96, 96), b = wireSample(96, 96), c = wireSample(96, 96);
            augment(a, settings, seed);
            augment(b, settings, seed);
            augment(c, settings, seed + 100);
            QVERIFY(a.image == b.image && a.labels == b.labels);
            QVERIFY(a.image != c.image);
        }
    }

    void curvesMoveWithThePicture_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("flip") << 0;
        QTest::newRow("rotate, scale, shear") << 1;
        QTest::newRow("elastic") << 2;
        QTest::newRow("crop") << 3;
        QTest::newRow("collimator") << 4;
        QTest::newRow("all") << 5;
    }
    void curvesMoveWithThePicture()
    {
        QFETCH(int, kind);
        const bool all = kind == 5;
        AugmentationSettings settings = nothing();
        settings.flipProbability = kind == 0 || all ? 1.0 : 0.0;
        settings.rotationDeg = kind == 1 || all ? 40.0 : 0.0;
        settings.scaleRange = kind == 1 || all ? 0.3 : 0.0;
        settings.shearDeg = kind == 1 || all ? 10.0 : 0.0;
        settings.elasticPx = kind == 2 || all ? 8.0 : 0.0;
        settings.cropPx = kind == 3 || all ? 96 : 0;
        settings.cropOnLabelProbability = 1.0;
        settings.collimatorProbability = kind == 4 || all ? 1.0 : 0.0;
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            Sample sample = wireSample(160, 128);
            augment(sample, settings, seed);
            compareCurveWithMask(sample);
            for (const std::uint8_t label : sample.labels)
                QVERIFY(label == 0 || label == 1 || label == kIgnoreLabel);
        }
    }

    void flipByHand()
    {
        AugmentationSettings settings = nothing();
        settings.flipProbability = 1.0;
        const Sample original = wireSample(31, 20);
        int upsideDown = 0;
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            Sample sample = original;
            augment(sample, settings, seed);
            const bool turned = sample.curves[0].points[0].y != original.curves[0].points[0].y;
            upsideDown += turned ? 1 : 0;
            for (int y = 0; y < 20; ++y)
                for (int x = 0; x < 31; ++x)
                    QCOMPARE(
                        int(sample.labels[static_cast<std::size_t>(y * 31 + x)]),
                        int(original.labels[static_cast<std::size_t>((turned ? 19 - y : y) * 31 + 30 - x)]));
        }
        QVERIFY(upsideDown > 8 && upsideDown < 32);
    }

    void cropCopiesPixels()
    {
        AugmentationSettings settings = nothing();
        settings.cropPx = 24;
        Sample sample;
        sample.width = 40;
        sample.height = 50;
        for (int i = 0; i < 2000; ++i)
            sample.image.push_back(static_cast<float>(i) / 2000.0F);
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            Sample crop = sample;
            augment(crop, settings, seed);
            QCOMPARE(crop.width, 24);
            QCOMPARE(crop.image.size(), std::size_t(576));
            const long start = std::lround(crop.image[0] * 2000.0F);
            for (int y = 0; y < 24; ++y)
                for (int x = 0; x < 24; ++x)
                    QVERIFY(std::abs(crop.image[static_cast<std::size_t>(y * 24 + x)] * 2000.0F -
                                     static_cast<float>(start + y * 40 + x)) < 0.01F);
        }
    }

    void noiseHasItsStrength()
    {
        for (const double correlation : {0.0, 2.0}) {
            AugmentationSettings settings = nothing();
            settings.noiseSigma = 0.1;
            settings.noiseCorrelationPx = correlation;
            double largest = 0.0;
            for (std::uint64_t seed = 0; seed < 40; ++seed) {
                Sample sample;
                sample.width = sample.height = 128;
                sample.image.assign(128 * 128, 0.5F);
                augment(sample, settings, seed);
                double squares = 0.0;
                for (const float value : sample.image)
                    squares += (value - 0.5) * (value - 0.5);
                largest = std::max(largest, std::sqrt(squares / sample.image.size()));
            }
            QVERIFY(largest > 0.085 && largest < 0.112);
        }
    }

    void greyChangesByHand()
    {
        AugmentationSettings settings = nothing();
        settings.invertProbability = 1.0;
        Sample sample = wireSample(64, 64);
        augment(sample, settings, 1);
        QVERIFY(std::abs(sample.image[0] - 0.2F) < 1e-6F);
        settings = nothing();
        settings.brightnessRange = 0.1;
        sample = wireSample(64, 64);
        augment(sample, settings, 3);
        const float offset = sample.image[0] - 0.8F;
        QVERIFY(std::abs(offset) > 1e-4F && std::abs(offset) <= 0.1F);
        const auto dark = std::min_element(sample.image.begin(), sample.image.end());
        QVERIFY(std::abs(*dark - 0.2F - offset) < 1e-5F);
        settings = nothing();
        settings.gammaRange = 0.5;
        sample = wireSample(64, 64);
        augment(sample, settings, 3);
        const double gamma = std::log(sample.image[0]) / std::log(0.8);
        QVERIFY(std::abs(std::log(gamma)) <= 0.51);
        QVERIFY(std::abs(*std::min_element(sample.image.begin(), sample.image.end()) - std::pow(0.2, gamma)) <
                1e-3);
    }

    /// What a network was trained on is what it is given later.
    void inputEqualsThatOfTheModel()
    {
        for (const int samples : {1, 3}) {
            std::vector<std::uint8_t> bytes;
            for (int i = 0; i < 100 * 70 * samples; ++i)
                bytes.push_back(static_cast<std::uint8_t>((i * i / 7 + 3 * i) % 211));
            const Frame frame(100, 70, samples, PixelType::U8, bytes);
            for (const int size : {0, 48, 130})
                for (const int pick : {-1, 0, 1})
                    for (const bool stretch : {true, false})
                        for (const bool inverse : {false, true})
                            compareInputs(frame, size, pick, stretch, inverse);
        }
    }

    void paddingIsIgnored()
    {
        Sample sample = wireSample(40, 33);
        applyInput(sample, {});
        QCOMPARE(sample.width, 64);
        QCOMPARE(sample.height, 64);
        QCOMPARE(int(sample.labels[40]), int(kIgnoreLabel));
        QCOMPARE(int(sample.labels[39]), 0);
        QCOMPARE(std::count(sample.labels.begin(), sample.labels.end(), kIgnoreLabel), 64L * 64 - 40 * 33);
    }

    void sizeMovesCurves()
    {
        Sample sample = wireSample(128, 64);
        InputSettings settings;
        settings.sizePx = 96;
        settings.channels = 3;
        settings.mean = {0.5, 0.5, 0.5};
        settings.deviation = {0.5, 0.5, 0.25};
        applyInput(sample, settings);
        QCOMPARE(sample.channels, 3);
        QCOMPARE(sample.image.size(), std::size_t(3 * 96 * 96));
        QVERIFY(std::abs(sample.image[0] - 1.0F) < 1e-5F);
        QVERIFY(std::abs(sample.image[2 * 96 * 96] - 2.0F) < 1e-5F);
        QVERIFY(isLabelled(sample, sample.curves[0].points[sample.curves[0].points.size() / 2]));
    }

    void channelPick()
    {
        Sample sample;
        sample.width = sample.height = 32;
        sample.channels = 3;
        for (const float value : {0.1F, 0.2F, 0.3F})
            sample.image.insert(sample.image.end(), 1024, value);
        InputSettings settings;
        settings.stretch = false;
        settings.channelPick = 1;
        Sample green = sample;
        applyInput(green, settings);
        QCOMPARE(green.channels, 1);
        QCOMPARE(green.image[77], 0.2F);
        settings.channelPick = -1;
        applyInput(sample, settings);
        QVERIFY(std::abs(sample.image[5] - (0.0299F + 0.1174F + 0.0342F)) < 1e-6F);
    }

    void percentilesAreExact()
    {
        std::vector<float> values;
        for (int i = 0; i < 1000; ++i)
            values.push_back(static_cast<float>((i * 389) % 1000 - 300));
        const GreyRange range = percentileRange(values);
        QCOMPARE(range.low, -296.0F); // rank 4 of −300 …
        QCOMPARE(range.high, 694.0F); // rank 994
        QCOMPARE(percentileRange({}).high, 0.0F);
        std::vector<float> even(50, 3.0F);
        stretchGrey(even, false, 1.0F);
        QCOMPARE(even[7], 0.0F);
    }

    void settingsRoundTrip()
    {
        AugmentationSettings settings;
        settings.cropPx = 256;
        settings.elasticPx = 3.5;
        QCOMPARE(toJson(*parseAugmentation(toJson(settings))), toJson(settings));
        InputSettings input;
        input.channels = 3;
        input.mean = {1, 2, 3};
        input.views = {{0.75, true, false}, {}};
        QCOMPARE(toJson(*parseInputSettings(toJson(input))), toJson(input));
        const auto unknown = parseAugmentation({{"rotation", 3}});
        QCOMPARE(unknown.error().code, ErrorCode::InvalidArgument);
        QVERIFY(unknown.error().detail.find("rotation_deg") != std::string::npos);
        QVERIFY(!parseAugmentation({{"noise_sigma", -1}}));
        QVERIFY(!parseAugmentation({{"noise_sigma", "much"}}));
        QVERIFY(!parseInputSettings({{"channels", 2}}));
        QVERIFY(!parseInputSettings({{"mean", {1, 2}}}));
        QVERIFY(!parseInputSettings(nlohmann::json::parse(R"({"views": [{"mirror": "z"}]})")));
        QVERIFY(parseInputSettings(nullptr));
    }

    /// 512² with the default settings; far below a training step, so that two threads always keep up.
    void isFast()
    {
        Sample original = wireSample(512, 512);
        double best = 1e9;
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            Sample sample = original;
            const auto start = std::chrono::steady_clock::now();
            augment(sample, {}, seed);
            const std::chrono::duration<double, std::milli> elapsed =
                std::chrono::steady_clock::now() - start;
            best = std::min(best, elapsed.count());
            qInfo("%.1f ms", elapsed.count());
        }
        QVERIFY2(best < 40.0, qPrintable(QString::number(best)));
    }
};

QTEST_APPLESS_MAIN(TestAugmentation)
#include "tst_augmentation.moc"
