// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/render_frame.h"

#include <QTest>

using namespace fedefm;

namespace {

class StillSequence final : public Sequence
{
public:
    explicit StillSequence(FramePtr frame) : m_frame(std::move(frame))
    {
        m_info.width = m_frame->width();
        m_info.height = m_frame->height();
        m_info.frameCount = 1;
        m_info.samples = m_frame->samples();
        m_info.pixelType = m_frame->type();
    }
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int) const override { return m_frame; }
    SequenceInfo m_info;

private:
    FramePtr m_frame;
};

FramePtr frameOf(int width, int height, int samples, std::vector<std::uint8_t> bytes)
{
    return std::make_shared<Frame>(width, height, samples, PixelType::U8, std::move(bytes));
}

std::vector<int> pixel(const RgbPicture& picture, int x, int y)
{
    const std::size_t at = 3 * (static_cast<std::size_t>(y) * picture.width + x);
    return {picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2]};
}

RgbPicture grey(int side, std::uint8_t value)
{
    RgbPicture picture{side, side, {}};
    picture.rgb.assign(static_cast<std::size_t>(side) * side * 3, value);
    return picture;
}

} // namespace

class TestRenderFrame : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theShutterCoversWhatLiesOutside()
    {
        RgbPicture picture = grey(3, 200);
        applyShutter(picture, {});
        QCOMPARE(pixel(picture, 0, 0), (std::vector<int>{200, 200, 200}));
        Shutter shutter;
        shutter.rectangle = Shutter::Rectangle{1, 2, 0, 1};
        shutter.presentationValue = 0x1234;
        applyShutter(picture, shutter);
        QCOMPARE(pixel(picture, 0, 0), (std::vector<int>{0x12, 0x12, 0x12}));
        QCOMPARE(pixel(picture, 1, 1), (std::vector<int>{200, 200, 200}));
        QCOMPARE(pixel(picture, 1, 2), (std::vector<int>{0x12, 0x12, 0x12}));
    }

    void greyFollowsTheWindow()
    {
        const StillSequence still(frameOf(3, 1, 1, {0, 100, 200}));
        DisplayTransform transform;
        transform.window = Window{100.5, 201.0, WindowFunction::Linear, {}};
        const auto picture = renderFrame(still, **still.read(0), transform);
        QVERIFY(picture);
        QCOMPARE(pixel(*picture, 0, 0), (std::vector<int>{0, 0, 0}));
        QCOMPARE(pixel(*picture, 2, 0), (std::vector<int>{255, 255, 255}));
        const auto middle = pixel(*picture, 1, 0);
        QVERIFY(middle[0] >= 127 && middle[0] <= 128);
        QCOMPARE(middle[1], middle[0]);
    }

    void colourPassesThrough()
    {
        StillSequence still(frameOf(1, 1, 3, {10, 20, 30}));
        still.m_info.colorModel = ColorModel::Rgb;
        const auto picture = renderFrame(still, **still.read(0), {});
        QVERIFY(picture);
        QCOMPARE(pixel(*picture, 0, 0), (std::vector<int>{10, 20, 30}));
    }

    void maskIsBlendedInItsColour()
    {
        RgbPicture picture = grey(40, 100);
        Segmentation result;
        result.width = result.height = 40;
        std::vector<std::uint8_t> bytes(1600, 0);
        for (int y = 10; y < 30; ++y)
            std::fill_n(bytes.begin() + y * 40 + 10, 20, std::uint8_t(1));
        result.masks.push_back({WireClass::Catheter, RleMask::fromBytes(bytes.data(), 40, 40)});
        drawSegmentation(picture, result, 0.5);
        // Inside: half of grey 100 and half of #56B4E9; on the edge: the colour itself; outside: untouched.
        QCOMPARE(pixel(picture, 20, 20), (std::vector<int>{93, 140, 167}));
        QCOMPARE(pixel(picture, 10, 20), (std::vector<int>{0x56, 0xB4, 0xE9}));
        QCOMPARE(pixel(picture, 5, 20), (std::vector<int>{100, 100, 100}));
    }

    void linesHaveADarkCasing()
    {
        RgbPicture picture = grey(60, 200);
        Segmentation result;
        result.width = result.height = 60;
        result.curves.push_back({WireClass::Guidewire, {{5, 30}, {55, 30}}, 2.0, 1.0});
        drawSegmentation(picture, result, 0.4);
        QCOMPARE(pixel(picture, 30, 30), (std::vector<int>{0xE6, 0x9F, 0x00}));
        int darkest = 255;
        for (int y = 24; y < 37; ++y)
            darkest = std::min(darkest, pixel(picture, 30, y)[0]);
        QVERIFY2(darkest < 100, qPrintable(QString::number(darkest)));
        QCOMPARE(pixel(picture, 30, 20), (std::vector<int>{200, 200, 200}));
    }

    void theTipItselfStaysVisible()
    {
        RgbPicture picture = grey(80, 77);
        Segmentation result;
        result.width = result.height = 80;
        result.tips.push_back({WireClass::Guidewire, {40, 40}, 1.0});
        drawSegmentation(picture, result, 0.4);
        for (int y = 38; y <= 42; ++y)
            for (int x = 38; x <= 42; ++x)
                QCOMPARE(pixel(picture, x, y), (std::vector<int>{77, 77, 77}));
        bool hasTipColour = false;
        for (int x = 0; x < 80; ++x) {
            const auto seen = pixel(picture, x, 40);
            hasTipColour = hasTipColour || (seen[0] > 0xD0 && seen[1] > 0xC0 && seen[2] < 0x60);
        }
        QVERIFY(hasTipColour);
    }

    void textStandsInTheLowerLeftAndFits()
    {
        for (const int side : {64, 512, 1500}) {
            RgbPicture picture = grey(side, 128);
            drawTextLine(picture, "Research use only: not for diagnosis", 0);
            bool touchedBottom = false;
            bool touchedRightEdge = false;
            bool touchedTop = false;
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x) {
                    const bool touched = pixel(picture, x, y)[0] != 128;
                    touchedBottom = touchedBottom || (touched && y > side / 2);
                    touchedTop = touchedTop || (touched && y < side / 2);
                    touchedRightEdge = touchedRightEdge || (touched && x == side - 1);
                }
            QVERIFY(touchedBottom);
            QVERIFY(!touchedTop);
            QVERIFY2(!touchedRightEdge, qPrintable(QString::number(side)));
        }
    }

    void drawingOutsideThePictureIsHarmless()
    {
        RgbPicture picture = grey(20, 50);
        Segmentation result;
        result.width = result.height = 40;
        const std::vector<std::uint8_t> bytes(1600, 1);
        result.masks.push_back({WireClass::Guidewire, RleMask::fromBytes(bytes.data(), 40, 40)});
        result.curves.push_back({WireClass::Guidewire, {{-500, -500}, {900, 900}}, 2.0, 1.0});
        result.tips.push_back({WireClass::Guidewire, {300, -300}, 1.0});
        drawSegmentation(picture, result, 0.4);
        QCOMPARE(picture.rgb.size(), std::size_t(1200));
    }
};

QTEST_APPLESS_MAIN(TestRenderFrame)
#include "tst_render_frame.moc"
