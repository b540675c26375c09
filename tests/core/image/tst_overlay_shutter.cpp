// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/mask_subtraction.h"
#include "core/image/overlay.h"
#include "core/image/shutter.h"

#include <QtTest>

#include <limits>
#include <numeric>

using namespace fedefm;

class TestOverlayShutter : public QObject
{
    Q_OBJECT

    static OverlayPlane plane(int rows, int columns, int frames = 1)
    {
        OverlayPlane overlay;
        overlay.rows = rows;
        overlay.columns = columns;
        overlay.frames = frames;
        overlay.bits.assign(static_cast<std::size_t>(rows) * columns * frames, 1);
        return overlay;
    }

    static int sum(const std::vector<std::uint8_t>& mask)
    {
        return std::accumulate(mask.begin(), mask.end(), 0);
    }

    static std::string rows(const std::vector<std::uint8_t>& mask, int width)
    {
        std::string text;
        for (std::size_t i = 0; i < mask.size(); ++i) {
            text += mask[i] ? '#' : '.';
            if ((i + 1) % static_cast<std::size_t>(width) == 0)
                text += '\n';
        }
        return text;
    }

private Q_SLOTS:
    void overlayIsClipped()
    {
        OverlayPlane overlay = plane(3, 3);
        overlay.originRow = -1;
        overlay.originColumn = 3;
        QCOMPARE(rows(composeOverlays({overlay}, 0, 5, 4), 5), std::string("...##\n...##\n.....\n.....\n"));
        overlay.originRow = std::numeric_limits<int>::max();
        QCOMPARE(sum(composeOverlays({overlay}, 0, 5, 4)), 0);
        overlay.originRow = std::numeric_limits<int>::min();
        overlay.originColumn = std::numeric_limits<int>::min();
        QCOMPARE(sum(composeOverlays({overlay}, 0, 5, 4)), 0);
    }

    void overlaysAdd()
    {
        OverlayPlane a = plane(1, 2);
        OverlayPlane b = plane(1, 2);
        b.originColumn = 1;
        b.bits[0] = 0;
        QCOMPARE(rows(composeOverlays({a, b}, 3, 4, 1), 4), std::string("###.\n"));
    }

    void framesOfAnOverlay()
    {
        OverlayPlane overlay = plane(1, 1, 3);
        overlay.firstFrame = 4;
        QVERIFY(overlay.planeFor(3) == nullptr);
        QCOMPARE(overlay.planeFor(4), static_cast<const std::uint8_t*>(overlay.bits.data()));
        QCOMPARE(overlay.planeFor(6), static_cast<const std::uint8_t*>(overlay.bits.data() + 2));
        QVERIFY(overlay.planeFor(7) == nullptr);
        QVERIFY(plane(1, 1).planeFor(99) != nullptr);
        overlay.bits.resize(1); // fewer bits than promised
        QVERIFY(overlay.planeFor(5) == nullptr);
        QVERIFY(plane(0, 4).planeFor(0) == nullptr);
    }

    void rectangle()
    {
        Shutter shutter;
        QVERIFY(shutter.isEmpty());
        QCOMPARE(sum(shutter.visibleMask(5, 4)), 20);
        shutter.rectangle = Shutter::Rectangle{1, 3, 2, 2};
        QCOMPARE(rows(shutter.visibleMask(5, 4), 5), std::string(".....\n.....\n.###.\n.....\n"));
        shutter.rectangle = Shutter::Rectangle{-100, 100, -100, 100};
        QCOMPARE(sum(shutter.visibleMask(5, 4)), 20);
        shutter.rectangle = Shutter::Rectangle{3, 1, 0, 3}; // nonsense hides nothing
        QCOMPARE(sum(shutter.visibleMask(5, 4)), 20);
    }

    void circle()
    {
        Shutter shutter;
        shutter.circle = Shutter::Circle{2, 2, 2};
        QCOMPARE(rows(shutter.visibleMask(5, 5), 5), std::string("..#..\n.###.\n#####\n.###.\n..#..\n"));
    }

    void polygon()
    {
        Shutter shutter;
        shutter.polygon = {{0, 0}, {0, 4}, {4, 0}}; // a triangle; its outline is visible
        QCOMPARE(rows(shutter.visibleMask(5, 5), 5), std::string("#####\n####.\n###..\n##...\n#....\n"));
        shutter.polygon = {{1, 1}, {1, 3}, {3, 3}, {3, 1}};
        QCOMPARE(rows(shutter.visibleMask(5, 5), 5), std::string(".....\n.###.\n.###.\n.###.\n.....\n"));
    }

    void shapesAreCombined()
    {
        // PS3.3 C.7.6.11: the least amount of image remains visible.
        Shutter shutter;
        shutter.rectangle = Shutter::Rectangle{0, 4, 0, 2};
        shutter.circle = Shutter::Circle{2, 2, 2};
        QCOMPARE(rows(shutter.visibleMask(5, 5), 5), std::string("..#..\n.###.\n#####\n.....\n.....\n"));
    }

    void averageMask()
    {
        MaskSubtraction subtraction;
        subtraction.maskFrames = {0, 2, 99, -1};
        const std::vector<int> expected{0, 2};
        QCOMPARE(maskFramesFor(subtraction, 5, 10), expected);
        subtraction.applicableRanges = {{3, 4}, {7, 8}};
        QVERIFY(maskFramesFor(subtraction, 5, 10).empty());
        QCOMPARE(maskFramesFor(subtraction, 8, 10), expected);
        QVERIFY(maskFramesFor(subtraction, 10, 10).empty());
        QVERIFY(maskFramesFor(subtraction, -1, 10).empty());
    }

    void timeInterval()
    {
        MaskSubtraction subtraction;
        subtraction.operation = MaskOperation::TimeInterpolatedDifference;
        subtraction.tidOffset = 2;
        QCOMPARE(maskFramesFor(subtraction, 5, 10), std::vector<int>{3});
        QVERIFY(maskFramesFor(subtraction, 1, 10).empty());
        subtraction.tidOffset = -2;
        QCOMPARE(maskFramesFor(subtraction, 5, 10), std::vector<int>{7});
        QVERIFY(maskFramesFor(subtraction, 9, 10).empty());
    }

    void reversedTimeInterval()
    {
        // PS3.3 C.7.6.10.1.1: the offset for the first frame, offset + 2 for the second, offset + 4 for the
        // third.
        MaskSubtraction subtraction;
        subtraction.operation = MaskOperation::ReverseTimeInterpolatedDifference;
        subtraction.tidOffset = 1;
        subtraction.applicableRanges = {{5, 9}};
        QCOMPARE(maskFramesFor(subtraction, 5, 10), std::vector<int>{4});
        QCOMPARE(maskFramesFor(subtraction, 6, 10), std::vector<int>{3});
        QCOMPARE(maskFramesFor(subtraction, 9, 10), std::vector<int>{0});
        QVERIFY(maskFramesFor(subtraction, 4, 10).empty());
    }
};

QTEST_APPLESS_MAIN(TestOverlayShutter)
#include "tst_overlay_shutter.moc"
