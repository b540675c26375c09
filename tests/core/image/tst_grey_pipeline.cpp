// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/grey_pipeline.h"

#include "tests/core/image/make_frame.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace fedefm;
using fedefm::test::makeFrame;

class TestGreyPipeline : public QObject
{
    Q_OBJECT

    static void close(double actual, double expected)
    {
        QVERIFY2(std::abs(actual - expected) < 1e-12, qPrintable(QString::number(actual, 'g', 17)));
    }

    static GreyTable tableOf(PixelType type, const GreyDefaults& defaults, const Window& window,
                             bool invert = false)
    {
        DisplayTransform transform;
        transform.window = window;
        transform.invert = invert;
        return GreyTable(type, defaults, transform);
    }

private Q_SLOTS:
    void linear()
    {
        // The example of PS3.3 C.11.2.1.2.1: c = 2048, w = 4096 is the identity on 0…4095.
        const Window window{2048, 4096, WindowFunction::Linear, {}};
        close(windowValue(window, 0), 0.0);
        close(windowValue(window, 4095), 1.0);
        close(windowValue(window, 1000), 1000.0 / 4095.0);
        close(windowValue(window, -5), 0.0);
        close(windowValue(window, 5000), 1.0);
        // w = 1 is a threshold: c = 2048 shows 2047 black and 2048 white.
        const Window threshold{2048, 1, WindowFunction::Linear, {}};
        close(windowValue(threshold, 2047), 0.0);
        close(windowValue(threshold, 2048), 1.0);
        // c = 0, w = 100: x ≤ −50 black, x > 49 white.
        const Window small{0, 100, WindowFunction::Linear, {}};
        close(windowValue(small, -50), 0.0);
        close(windowValue(small, -49), 1.0 / 99.0);
        close(windowValue(small, 49), 1.0);
    }

    void linearExact()
    {
        const Window window{0, 100, WindowFunction::LinearExact, {}};
        close(windowValue(window, -50), 0.0);
        close(windowValue(window, 0), 0.5);
        close(windowValue(window, 25), 0.75);
        close(windowValue(window, 50), 1.0);
        close(windowValue(window, 51), 1.0);
    }

    void sigmoid()
    {
        const Window window{100, 40, WindowFunction::Sigmoid, {}};
        close(windowValue(window, 100), 0.5);
        close(windowValue(window, 120), 1.0 / (1.0 + std::exp(-2.0)));
        close(windowValue(window, 80), 1.0 / (1.0 + std::exp(2.0)));
    }

    void windowsNeverFall()
    {
        for (const auto function :
             {WindowFunction::Linear, WindowFunction::LinearExact, WindowFunction::Sigmoid}) {
            for (const double width : {1.0, 1.5, 2.0, 77.0, 4096.0}) {
                const Window window{300.0, width, function, {}};
                double before = 0.0;
                for (int value = -3000; value <= 3000; ++value) {
                    const double now = windowValue(window, value);
                    QVERIFY(now >= before && now <= 1.0);
                    before = now;
                }
            }
        }
    }

    void everyEntryOfTheTableIsTheWindowsValue()
    {
        for (const double slope : {1.0, -2.5}) {
            for (const Window& window :
                 {Window{500, 300, WindowFunction::Linear, {}}, Window{500, 1, WindowFunction::Linear, {}},
                  Window{-9e5, 10, WindowFunction::LinearExact, {}},
                  Window{9e5, 10, WindowFunction::LinearExact, {}},
                  Window{0, 1e6, WindowFunction::LinearExact, {}},
                  Window{100, 900, WindowFunction::Sigmoid, {}}}) {
                for (const bool inverse : {false, true}) {
                    GreyDefaults defaults;
                    defaults.rescaleSlope = slope;
                    defaults.inverse = inverse;
                    const GreyTable table = tableOf(PixelType::I16, defaults, window);
                    for (int stored = -32768; stored <= 32767; ++stored) {
                        const int grey =
                            static_cast<int>(std::floor(windowValue(window, slope * stored) * 255.0 + 0.5));
                        QCOMPARE(int(table.map(stored)), inverse ? 255 - grey : grey);
                    }
                }
            }
        }
    }

    void tableAppliesModalityOnlyWhereAllowed()
    {
        GreyDefaults defaults;
        defaults.rescaleSlope = 2.0;
        defaults.rescaleIntercept = -100.0;
        const Window window{128, 256, WindowFunction::Linear, {}}; // identity on 0…255
        QCOMPARE(int(tableOf(PixelType::U16, defaults, window).map(100)), 100);
        QCOMPARE(int(tableOf(PixelType::U16, defaults, window).map(60)), 20);
        defaults.applyModalityLut = false;
        QCOMPARE(int(tableOf(PixelType::U16, defaults, window).map(60)), 60);
    }

    void modalityLutIsClampedAtItsEnds()
    {
        GreyDefaults defaults;
        defaults.modalityLut = VoiLut{10, 8, {5, 50, 200}, {}};
        const GreyTable table = tableOf(PixelType::U8, defaults, {128, 256, WindowFunction::Linear, {}});
        QCOMPARE(int(table.map(0)), 5);
        QCOMPARE(int(table.map(11)), 50);
        QCOMPARE(int(table.map(255)), 200);
    }

    void voiLut()
    {
        GreyDefaults defaults;
        defaults.voiLuts.push_back({-1, 8, {0, 10, 255}, {}});
        const GreyTable table(PixelType::I16, defaults, {});
        QCOMPARE(int(table.map(-5)), 0);
        QCOMPARE(int(table.map(0)), 10);
        QCOMPARE(int(table.map(700)), 255);
        // Entries beyond the declared bits: the bits are wrong, not the entries.
        defaults.voiLuts[0] = {0, 8, {0, 1023}, {}};
        QCOMPARE(int(GreyTable(PixelType::U16, defaults, {}).map(1)), 255);
        defaults.voiLuts[0] = {0, 16, {0, 32768}, {}};
        QCOMPARE(int(GreyTable(PixelType::U16, defaults, {}).map(1)), 128);
    }

    void inversions()
    {
        GreyDefaults defaults;
        const Window window{128, 256, WindowFunction::Linear, {}};
        QCOMPARE(int(tableOf(PixelType::U8, defaults, window, true).map(10)), 245);
        defaults.inverse = true;
        QCOMPARE(int(tableOf(PixelType::U8, defaults, window).map(10)), 245);
        QCOMPARE(int(tableOf(PixelType::U8, defaults, window, true).map(10)), 10);
    }

    void paddingIsBlack()
    {
        GreyDefaults defaults;
        defaults.inverse = true;
        defaults.paddingValue = -2000;
        const GreyTable table = tableOf(PixelType::I16, defaults, {0, 4000, WindowFunction::Linear, {}});
        QCOMPARE(int(table.map(-2000)), 0);
        QCOMPARE(int(table.map(-1999)), 255);
    }

    void signedValues()
    {
        const GreyTable table = tableOf(PixelType::I16, {}, {0, 256, WindowFunction::Linear, {}});
        const auto frame = makeFrame(3, 1, PixelType::I16, [](int x, int) {
            return x == 0 ? -128 : x == 1 ? 0 : 127;
        });
        std::uint8_t out[3];
        table.apply(*frame, out);
        QCOMPARE(int(out[0]), 0);
        QCOMPARE(int(out[1]), 128);
        QCOMPARE(int(out[2]), 255);
    }

    void applyAgreesWithMapForEverySize()
    {
        std::mt19937 random(5);
        for (const PixelType type : {PixelType::U8, PixelType::U16, PixelType::I16}) {
            const GreyTable table = tableOf(type, {}, {1000, 3000, WindowFunction::Sigmoid, {}});
            for (int width = 1; width < 40; ++width) {
                const auto frame =
                    makeFrame(width, 1, type, [&](int, int) { return static_cast<int>(random()); });
                std::vector<std::uint8_t> out(static_cast<std::size_t>(width) + 1, 77);
                table.apply(*frame, out.data());
                for (int x = 0; x < width; ++x)
                    QCOMPARE(out[static_cast<std::size_t>(x)], table.map(frame->valueAt(x, 0)));
                QCOMPARE(int(out.back()), 77); // nothing behind the end
            }
        }
    }

    void fullRange()
    {
        GreyDefaults defaults;
        defaults.paddingValue = 0;
        const auto frame = makeFrame(4, 1, PixelType::U16, [](int x, int) { return x == 0 ? 0 : 100 * x; });
        const Window window = fullRangeWindow(*frame, defaults);
        QCOMPARE(window.center, 200.5);
        QCOMPARE(window.width, 201.0);
        close(windowValue(window, 100), 0.0);
        close(windowValue(window, 300), 1.0);
        defaults.rescaleSlope = -1.0;
        QCOMPARE(fullRangeWindow(*frame, defaults).center, -199.5);
        defaults.rescaleSlope = 0.5;
        const Window exact = fullRangeWindow(*frame, defaults);
        QCOMPARE(exact.center, 100.0);
        QCOMPARE(exact.width, 100.0); // 50 … 150
    }

    void autoWindowLeavesOutTheTails()
    {
        // 1000 values 0…999: the ranks 4.995 and 994.005 fall on 5 and 995.
        const auto frame = makeFrame(1000, 1, PixelType::U16, [](int x, int) { return x; });
        const Window window = autoWindow(*frame, {});
        QCOMPARE(window.center, (5 + 995 + 1) / 2.0);
        QCOMPARE(window.width, 991.0);
    }

    void autoWindowOfUniformPictures()
    {
        const auto flat = makeFrame(50, 50, PixelType::U16, [](int, int) { return 500; });
        close(windowValue(autoWindow(*flat, {}), 500), 0.5);
        const auto dot =
            makeFrame(50, 50, PixelType::U16, [](int x, int y) { return x == 0 && y == 0 ? 900 : 500; });
        close(windowValue(autoWindow(*dot, {}), 500), 0.0);
        close(windowValue(autoWindow(*dot, {}), 900), 1.0);
        GreyDefaults padded;
        padded.paddingValue = 500;
        QVERIFY(autoWindow(*flat, padded).width > 0.0);
    }

    void openingTransform()
    {
        const auto frame = makeFrame(4, 1, PixelType::U16, [](int x, int) { return x; });
        GreyDefaults defaults;
        QCOMPARE(defaultTransform(*frame, defaults).window->width, 4.0);
        defaults.windows.push_back({0, 0, WindowFunction::Linear, {}});
        defaults.windows.push_back({7, 9, WindowFunction::Linear, {}});
        QCOMPARE(defaultTransform(*frame, defaults).window->center, 7.0);
        defaults.voiLuts.push_back({0, 8, {1, 2}, {}});
        QVERIFY(!defaultTransform(*frame, defaults).window);
        QCOMPARE(defaultTransform(*frame, defaults).voiLut, 0);
        // Eight bits without a window come out as they are.
        const auto bytes = makeFrame(4, 1, PixelType::U8, [](int x, int) { return 50 + x; });
        const GreyTable table(PixelType::U8, {}, defaultTransform(*bytes, {}));
        for (int value = 0; value < 256; ++value)
            QCOMPARE(int(table.map(value)), value);
    }

    void colors()
    {
        const std::vector<std::uint8_t> rgb{1, 2, 3, 250, 251, 252};
        std::uint8_t out[6];
        colorToRgb(Frame(2, 1, 3, PixelType::U8, rgb), false, out);
        QVERIFY(std::equal(rgb.begin(), rgb.end(), out));
        // Pure red in YBR_FULL is (76, 85, 255).
        colorToRgb(Frame(2, 1, 3, PixelType::U8, {76, 85, 255, 128, 128, 128}), true, out);
        QCOMPARE(int(out[0]), 254);
        QCOMPARE(int(out[1]), 0);
        QCOMPARE(int(out[2]), 0);
        QCOMPARE(int(out[3]), 128);
        QCOMPARE(int(out[5]), 128);
    }

    void palette()
    {
        Palette palette;
        palette.firstMapped = 2;
        palette.entries = {{{10, 11, 12}}, {{20, 21, 22}}};
        const auto frame = makeFrame(3, 1, PixelType::U8, [](int x, int) { return x == 2 ? 200 : x + 1; });
        std::uint8_t out[9];
        paletteToRgb(*frame, palette, out);
        QCOMPARE(int(out[0]), 10); // 1 lies below the table
        QCOMPARE(int(out[4]), 11); // 2
        QCOMPARE(int(out[8]), 22); // 200 lies above
        paletteToRgb(*frame, {}, out);
        QCOMPARE(int(out[8]), 0);
    }
};

QTEST_APPLESS_MAIN(TestGreyPipeline)
#include "tst_grey_pipeline.moc"
