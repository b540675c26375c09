// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/subtraction.h"

#include "tests/core/image/make_frame.h"

#include <QtTest>

#include <cmath>
#include <random>
#include <thread>

using namespace fedefm;
using fedefm::test::makeFrame;

namespace {

constexpr int kMiddle = 32768;

/// A smooth picture that can be sampled anywhere: bones, soft tissue and a few wires.
double anatomy(double x, double y)
{
    return 500.0 + 150.0 * std::sin(x / 9.0) * std::cos(y / 11.0) + 80.0 * std::sin((x + 2.0 * y) / 23.0) +
           60.0 * std::cos(x * x / 4000.0 + y / 5.0);
}

FramePtr anatomyFrame(int size, double dx, double dy, unsigned noiseSeed = 0, bool dye = false)
{
    std::mt19937 random(noiseSeed);
    std::normal_distribution<double> noise(0.0, noiseSeed == 0 ? 1e-9 : 6.0);
    return makeFrame(size, size, PixelType::U16, [&](int x, int y) {
        double value = anatomy(x - dx, y - dy) + noise(random);
        if (dye && std::abs(x - size / 2 - 20.0 * std::sin(y / 15.0)) < 4.0)
            value *= 0.6;
        return static_cast<int>(std::lround(value));
    });
}

Result<std::shared_ptr<const Subtractor>> subtractorOf(const std::vector<FramePtr>& masks,
                                                       bool logarithmic = false)
{
    GreyDefaults defaults;
    defaults.logarithmic = logarithmic;
    return Subtractor::create(masks, defaults);
}

} // namespace

class TestSubtraction : public QObject
{
    Q_OBJECT

    static void shiftIs(const PixelShift& shift, double dx, double dy, double tolerance)
    {
        QVERIFY2(std::abs(shift.dx - dx) < tolerance && std::abs(shift.dy - dy) < tolerance,
                 qPrintable(QString("%1 %2 instead of %3 %4").arg(shift.dx).arg(shift.dy).arg(dx).arg(dy)));
    }

private Q_SLOTS:
    void sameFrameGivesTheMiddle()
    {
        for (const PixelType type : {PixelType::U8, PixelType::U16, PixelType::I16}) {
            const auto frame = makeFrame(16, 9, type, [](int x, int y) { return x * y + 1; });
            const auto result = (*subtractorOf({frame}))->subtract(*frame, {}, 0.0);
            QCOMPARE((*result)->type(), PixelType::U16);
            for (int y = 0; y < 9; ++y)
                for (int x = 0; x < 16; ++x)
                    QCOMPARE((*result)->valueAt(x, y), kMiddle);
        }
    }

    void logarithmOfTheRatio()
    {
        const auto mask = makeFrame(2, 1, PixelType::U16, [](int, int) { return 1000; });
        const auto contrast = makeFrame(2, 1, PixelType::U16, [](int x, int) { return x == 0 ? 500 : 2000; });
        const auto result = (*subtractorOf({mask}))->subtract(*contrast, {}, 0.0);
        const double steps = 32767.0 / 11.0903 * std::log(2.0); // 2047.9
        // Both logarithms are rounded, so one step may be lost.
        QVERIFY(std::abs((*result)->valueAt(0, 0) - (kMiddle - steps)) <= 1.0);
        QVERIFY(std::abs((*result)->valueAt(1, 0) - (kMiddle + steps)) <= 1.0);
    }

    void sameAttenuationEverywhereGivesTheSameValue()
    {
        // Half the intensity behind thin and behind thick tissue is the same vessel.
        const auto mask = makeFrame(50, 1, PixelType::U16, [](int x, int) { return 200 + 40 * x; });
        const auto contrast = makeFrame(50, 1, PixelType::U16, [](int x, int) { return 100 + 20 * x; });
        const auto result = (*subtractorOf({mask}))->subtract(*contrast, {}, 0.0);
        for (int x = 0; x < 50; ++x)
            QVERIFY(std::abs((*result)->valueAt(x, 0) - (kMiddle - 2048)) <= 1);
    }

    void extremesDoNotWrap()
    {
        const auto dark = makeFrame(1, 1, PixelType::U16, [](int, int) { return 0; });
        const auto bright = makeFrame(1, 1, PixelType::U16, [](int, int) { return 65535; });
        QVERIFY((*(*subtractorOf({bright}))->subtract(*dark, {}, 0.0))->valueAt(0, 0) <= 1);
        QVERIFY((*(*subtractorOf({dark}))->subtract(*bright, {}, 0.0))->valueAt(0, 0) >= 65534);
        QCOMPARE((*(*subtractorOf({bright}, true))->subtract(*dark, {}, 0.0))->valueAt(0, 0), 0);
        QCOMPARE((*(*subtractorOf({dark}, true))->subtract(*bright, {}, 0.0))->valueAt(0, 0), 65535);
    }

    void logarithmicDataAreSubtractedAsTheyAre()
    {
        const auto mask = makeFrame(2, 1, PixelType::U8, [](int, int) { return 100; });
        const auto contrast = makeFrame(2, 1, PixelType::U8, [](int x, int) { return x == 0 ? 70 : 130; });
        const auto result = (*subtractorOf({mask}, true))->subtract(*contrast, {}, 0.0);
        QCOMPARE((*result)->valueAt(0, 0), kMiddle - 30);
        QCOMPARE((*result)->valueAt(1, 0), kMiddle + 30);
    }

    void inversePresentationTurnsTheSign()
    {
        GreyDefaults defaults;
        defaults.inverse = true;
        defaults.logarithmic = true;
        const auto mask = makeFrame(1, 1, PixelType::U8, [](int, int) { return 100; });
        const auto contrast = makeFrame(1, 1, PixelType::U8, [](int, int) { return 130; });
        const auto result = (*Subtractor::create({mask}, defaults))->subtract(*contrast, {}, 0.0);
        QCOMPARE((*result)->valueAt(0, 0), kMiddle - 30); // shown dark, as in the frame itself
    }

    void maskIsTheMean()
    {
        const auto a = makeFrame(1, 1, PixelType::U16, [](int, int) { return 100; });
        const auto b = makeFrame(1, 1, PixelType::U16, [](int, int) { return 300; });
        const auto mean = makeFrame(1, 1, PixelType::U16, [](int, int) { return 200; });
        QCOMPARE((*(*subtractorOf({a, b}))->subtract(*mean, {}, 0.0))->valueAt(0, 0), kMiddle);
    }

    void wholeShiftMovesTheMaskRightAndDown()
    {
        const auto mask =
            makeFrame(8, 6, PixelType::U8, [](int x, int y) { return x == 3 && y == 2 ? 50 : 200; });
        const auto contrast =
            makeFrame(8, 6, PixelType::U8, [](int x, int y) { return x == 5 && y == 1 ? 50 : 200; });
        const auto result = (*subtractorOf({mask}))->subtract(*contrast, {2.0, -1.0}, 0.0);
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 8; ++x)
                QCOMPARE((*result)->valueAt(x, y), kMiddle);
    }

    void halfShiftInterpolates()
    {
        const auto mask = makeFrame(4, 1, PixelType::U16, [](int x, int) { return 100 * x; });
        const auto zero = makeFrame(4, 1, PixelType::U16, [](int, int) { return 0; });
        const auto result = (*subtractorOf({mask}, true))->subtract(*zero, {0.5, 0.0}, 0.0);
        QCOMPARE((*result)->valueAt(0, 0), kMiddle); // the edge goes on
        QCOMPARE((*result)->valueAt(1, 0), kMiddle - 50);
        QCOMPARE((*result)->valueAt(3, 0), kMiddle - 250);
    }

    void hugeShiftsAreHarmless()
    {
        const auto mask = makeFrame(4, 4, PixelType::U8, [](int x, int) { return 1 + x; });
        const auto subtractor = *subtractorOf({mask});
        QVERIFY(subtractor->subtract(*mask, {1e300, -1e300}, 0.0).has_value());
        QCOMPARE(subtractor->subtract(*mask, {std::nan(""), 0.0}, 0.0).error().code,
                 ErrorCode::InvalidArgument);
    }

    void landmarking()
    {
        // Logarithmic values: mask 100 and 200, mean 150; contrast 10 below the mask.
        const auto mask = makeFrame(2, 1, PixelType::U8, [](int x, int) { return 100 + 100 * x; });
        const auto contrast = makeFrame(2, 1, PixelType::U8, [](int x, int) { return 90 + 100 * x; });
        const auto subtractor = *subtractorOf({mask}, true);
        const auto at = [&](double landmark, int x) {
            return (*subtractor->subtract(*contrast, {}, landmark))->valueAt(x, 0) - kMiddle;
        };
        QCOMPARE(at(0.0, 0), -10);
        QCOMPARE(at(0.0, 1), -10);
        QCOMPARE(at(0.2, 0), -20); // a fifth of 100 − 150 comes back
        QCOMPARE(at(0.2, 1), 0);
        QCOMPARE(at(1.0, 0), -60); // the frame itself around its mean
        QCOMPARE(at(1.0, 1), 40);
        QCOMPARE(at(7.0, 1), 40);
    }

    void mappingIsTheSameAsTwoSteps()
    {
        const auto mask = anatomyFrame(64, 0.0, 0.0, 3);
        const auto contrast = anatomyFrame(64, 0.3, 0.6, 4, true);
        const auto subtractor = *subtractorOf({mask});
        const PixelShift shift{0.3, 0.6};
        const auto frame = *subtractor->subtract(*contrast, shift, 0.25);
        DisplayTransform transform;
        transform.window = subtractedWindow(*frame);
        const GreyTable table(PixelType::U16, subtractedDefaults(), transform);
        std::vector<std::uint8_t> twoSteps(frame->sampleCount());
        std::vector<std::uint8_t> oneStep(frame->sampleCount());
        table.apply(*frame, twoSteps.data());
        QVERIFY(subtractor->subtractAndMap(*contrast, shift, 0.25, table, oneStep.data()));
        QCOMPARE(oneStep, twoSteps);
        const GreyTable bytes(PixelType::U8, {}, {});
        QCOMPARE(subtractor->subtractAndMap(*contrast, shift, 0.0, bytes, oneStep.data()).error().code,
                 ErrorCode::InvalidArgument);
    }

    void wrongInput()
    {
        const auto small = makeFrame(2, 2, PixelType::U8, [](int, int) { return 1; });
        const auto large = makeFrame(3, 2, PixelType::U8, [](int, int) { return 1; });
        const auto wide = makeFrame(2, 2, PixelType::U16, [](int, int) { return 1; });
        const auto color =
            std::make_shared<const Frame>(2, 2, 3, PixelType::U8, std::vector<std::uint8_t>(12));
        QCOMPARE(subtractorOf({}).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractorOf({nullptr}).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractorOf({small, large}).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractorOf({small, wide}).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractorOf({color}).error().code, ErrorCode::UnsupportedPixels);
        const auto subtractor = *subtractorOf({small});
        QCOMPARE(subtractor->subtract(*large, {}, 0.0).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractor->subtract(*wide, {}, 0.0).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(subtractor->bestShift(*large).error().code, ErrorCode::InvalidArgument);
    }

    void severalThreadsWithTheirOwnShifts()
    {
        const auto mask = anatomyFrame(48, 0.0, 0.0);
        const auto subtractor = *subtractorOf({mask});
        std::vector<FramePtr> expected;
        for (int i = 0; i < 4; ++i)
            expected.push_back(*subtractor->subtract(*mask, {0.5 * i, 0.0}, 0.0));
        std::vector<int> wrong(4, 0);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 100; ++round) {
                    const auto frame = *subtractor->subtract(*mask, {0.5 * static_cast<double>(i), 0.0}, 0.0);
                    if (!std::equal(frame->bytes(), frame->bytes() + frame->byteCount(),
                                    expected[i]->bytes()))
                        ++wrong[i];
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong, std::vector<int>(4, 0));
    }

    void bestShiftRegisters_data()
    {
        QTest::addColumn<double>("dx");
        QTest::addColumn<double>("dy");
        QTest::newRow("none") << 0.0 << 0.0;
        QTest::newRow("tenths") << 0.3 << -0.4;
        QTest::newRow("whole") << 5.0 << -3.0;
        QTest::newRow("mixed") << -7.3 << 11.6;
    }
    void bestShiftRegisters()
    {
        QFETCH(double, dx);
        QFETCH(double, dy);
        const auto mask = anatomyFrame(256, 0.0, 0.0);
        shiftIs(*(*subtractorOf({mask}))->bestShift(*anatomyFrame(256, dx, dy)), dx, dy, 0.05);
        // Noise of one per cent and a vessel that only one picture has.
        const auto noisy = *subtractorOf({anatomyFrame(256, 0.0, 0.0, 11)});
        const auto contrast = anatomyFrame(256, dx, dy, 12, true);
        const PixelShift shift = *noisy->bestShift(*contrast);
        shiftIs(shift, dx, dy, 0.1);
        // Applying it must leave less of the anatomy than applying its opposite or nothing.
        const auto remainder = [&](PixelShift by) {
            const auto frame = *noisy->subtract(*contrast, by, 0.0);
            double sum = 0.0;
            for (int y = 40; y < 216; ++y)
                for (int x = 40; x < 216; ++x)
                    sum += std::abs(frame->valueAt(x, y) - kMiddle);
            return sum;
        };
        if (dx != 0.0) {
            QVERIFY(remainder(shift) < remainder({}));
            QVERIFY(remainder(shift) < remainder({-shift.dx, -shift.dy}));
        }
    }

    void bestShiftOfUniformPicturesIsNone()
    {
        const auto flat = makeFrame(64, 64, PixelType::U16, [](int, int) { return 700; });
        const auto picture = anatomyFrame(64, 0.0, 0.0);
        const auto tiny = makeFrame(3, 3, PixelType::U8, [](int x, int) { return x; });
        shiftIs(*(*subtractorOf({flat}))->bestShift(*flat), 0.0, 0.0, 1e-9);
        shiftIs(*(*subtractorOf({flat}))->bestShift(*picture), 0.0, 0.0, 1e-9);
        shiftIs(*(*subtractorOf({picture}))->bestShift(*flat), 0.0, 0.0, 1e-9);
        shiftIs(*(*subtractorOf({tiny}))->bestShift(*tiny), 0.0, 0.0, 1e-9);
    }

    void windowOfDifferences()
    {
        const auto frame =
            makeFrame(1000, 1, PixelType::U16, [](int x, int) { return kMiddle + (x % 2 ? x : -x); });
        const Window window = subtractedWindow(*frame);
        QCOMPARE(window.center, 32768.5);
        QCOMPARE(window.width, 2.0 * 994 + 1.0); // 995 of 1000 values lie within ± 994
        QCOMPARE(windowValue(window, kMiddle), 0.5);
        const auto flat = makeFrame(10, 1, PixelType::U16, [](int, int) { return kMiddle; });
        QVERIFY(subtractedWindow(*flat).width >= 2.0);
        QCOMPARE(subtractedDefaults().windows.size(), std::size_t{1});
        QCOMPARE(windowValue(subtractedDefaults().windows[0], kMiddle), 0.5);
    }

    void minimumOverFrames()
    {
        MinimumProjection projection;
        QVERIFY(projection.result() == nullptr);
        const auto a = makeFrame(3, 1, PixelType::I16, [](int x, int) { return x - 1; });
        const auto b = makeFrame(3, 1, PixelType::I16, [](int x, int) { return 1 - x; });
        QVERIFY(projection.add(*a));
        QVERIFY(projection.add(*b));
        QCOMPARE(projection.result()->valueAt(0, 0), -1);
        QCOMPARE(projection.result()->valueAt(1, 0), 0);
        QCOMPARE(projection.result()->valueAt(2, 0), -1);
        QCOMPARE(projection.add(*makeFrame(3, 1, PixelType::U16, [](int, int) { return 0; })).error().code,
                 ErrorCode::InvalidArgument);
        QCOMPARE(projection.add(*makeFrame(2, 1, PixelType::I16, [](int, int) { return 0; })).error().code,
                 ErrorCode::InvalidArgument);
        QCOMPARE(projection.result()->valueAt(0, 0), -1);
    }
};

QTEST_APPLESS_MAIN(TestSubtraction)
#include "tst_subtraction.moc"
