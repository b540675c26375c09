// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/rings.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

namespace {

constexpr int kWidth = 120;
constexpr int kHeight = 100;
constexpr int kSpurPx = 6;
using Bytes = std::vector<std::uint8_t>;

void set(Bytes& picture, int x, int y)
{
    picture[static_cast<std::size_t>(y) * kWidth + x] = 1;
}

/// 8-connected; `from` and `to` in degrees.
void drawArc(Bytes& picture, double cx, double cy, double rx, double ry, double from, double to)
{
    for (double at = from; at <= to; at += 0.2)
        set(picture, static_cast<int>(std::lround(cx + rx * std::cos(at * M_PI / 180.0))),
            static_cast<int>(std::lround(cy + ry * std::sin(at * M_PI / 180.0))));
}

Bytes withoutRings(Bytes picture)
{
    clearRings(picture, kWidth, kHeight, kSpurPx);
    return picture;
}

} // namespace

class TestRings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clearsRings()
    {
        Bytes picture(kWidth * kHeight, 0);
        drawArc(picture, 40, 50, 25, 12, 0, 360);
        for (int x = 65; x < 65 + kSpurPx; ++x) // a spur
            set(picture, x, 50);
        QVERIFY(withoutRings(picture) == Bytes(picture.size(), 0));
    }
    void keepsWhatHasAnEnd()
    {
        Bytes open(kWidth * kHeight, 0);
        drawArc(open, 40, 50, 25, 25, 0, 340);
        QVERIFY(withoutRings(open) == open);
        Bytes loop(kWidth * kHeight, 0); // the curled tip of a catheter
        drawArc(loop, 40, 50, 15, 15, 0, 360);
        for (int x = 55; x < kWidth; ++x)
            set(loop, x, 50);
        QVERIFY(withoutRings(loop) == loop);
    }
    /// Both ends of a wire may be split by a hole in its mask.
    void keepsWiresWithHoles()
    {
        Bytes wire(kWidth * kHeight, 0);
        for (const int cx : {10, 110})
            drawArc(wire, cx, 50, 5, 3, 0, 360);
        for (int x = 15; x <= 105; ++x)
            set(wire, x, 50);
        QVERIFY(withoutRings(wire) == wire);
    }
    void onlyRingsOfSeveralParts()
    {
        Bytes both(kWidth * kHeight, 0);
        for (int x = 0; x < kWidth; ++x)
            set(both, x, 10);
        const Bytes wire = both;
        drawArc(both, 60, 60, 20, 20, 0, 360);
        QVERIFY(withoutRings(both) == wire);
    }
};

QTEST_GUILESS_MAIN(TestRings)
#include "tst_rings.moc"
