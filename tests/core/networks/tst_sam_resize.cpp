// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_resize.h"

#include <QTest>

using namespace fedefm;

using Bytes = std::vector<std::uint8_t>;

class TestSamResize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void longSideDecides()
    {
        QVERIFY((longSideSize({87, 130}, 96) == PictureSize{64, 96}));
        QVERIFY((longSideSize({512, 512}, 1024) == PictureSize{1024, 1024}));
        // 1024·299/400 = 765.44, 1024·301/400 = 770.56
        QVERIFY((longSideSize({400, 299}, 1024) == PictureSize{1024, 765}));
        QVERIFY((longSideSize({301, 400}, 1024) == PictureSize{771, 1024}));
        QVERIFY((longSideSize({5000, 1}, 100) == PictureSize{100, 1}));
    }

    void reductionAveragesAndEnlargementInterpolates()
    {
        // Halving by a triangle of four source pixels; at the border two fall off: (3·10 + 3·20 + 1·30)/7
        // = 17.1.
        QCOMPARE(resizePicture({10, 20, 30, 40}, {4, 1}, {2, 1}, 1), (Bytes{17, 33}));
        QCOMPARE(resizePicture({0, 100}, {2, 1}, {4, 1}, 1), (Bytes{0, 25, 75, 100}));
        QCOMPARE(resizePicture({0, 100}, {1, 2}, {1, 4}, 1), (Bytes{0, 25, 75, 100}));
    }

    void channelsStayApart()
    {
        QCOMPARE(resizePicture({0, 7, 200, 100, 7, 0}, {2, 1}, {4, 1}, 3),
                 (Bytes{0, 7, 200, 25, 7, 150, 75, 7, 50, 100, 7, 0}));
    }

    void sameSizeAndConstantPicturesStay()
    {
        const Bytes picture{1, 2, 3, 4, 5, 6};
        QCOMPARE(resizePicture(picture, {3, 2}, {3, 2}, 1), picture);
        for (const PictureSize to : {PictureSize{5, 31}, PictureSize{60, 2}})
            QCOMPARE(resizePicture(Bytes(17 * 13, 255), {17, 13}, to, 1),
                     Bytes(static_cast<std::size_t>(to.width) * to.height, 255));
    }
};

QTEST_APPLESS_MAIN(TestSamResize)
#include "tst_sam_resize.moc"
