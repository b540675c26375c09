// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/view_transform.h"

#include <QTest>

using fedefm::ViewTransform;

namespace {

ViewTransform fitted(QSize image, QSizeF view, double ratio = 1.0)
{
    ViewTransform transform;
    transform.setImageSize(image);
    transform.setViewSize(view, ratio);
    return transform;
}

bool near(QPointF a, QPointF b)
{
    return (a - b).manhattanLength() < 1e-9;
}

} // namespace

class TestViewTransform : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fitShowsTheWholeImageCentred()
    {
        const ViewTransform t = fitted({200, 100}, {400, 400});
        QCOMPARE(t.scale(), 2.0);
        QVERIFY(near(t.imageToView({0, 0}), {0, 100}));
        QVERIFY(near(t.imageToView({200, 100}), {400, 300}));
    }

    void zoomKeepsTheAnchor()
    {
        ViewTransform t = fitted({200, 100}, {400, 400});
        const QPointF anchor(123, 217);
        const QPointF before = t.viewToImage(anchor);
        t.zoomBy(3.7, anchor);
        QVERIFY(near(t.viewToImage(anchor), before));
        QVERIFY(!t.isFitted());
    }

    void oneToOneMeansDevicePixels()
    {
        ViewTransform t = fitted({200, 100}, {400, 400}, 2.0);
        t.setOneToOne({10, 10});
        QCOMPARE(t.zoomFactor(), 1.0);
        QCOMPARE(t.scale(), 0.5);
    }

    void quarterTurnsMoveTheFirstPixelClockwise()
    {
        ViewTransform t = fitted({100, 100}, {100, 100});
        t.rotateRight();
        QVERIFY(near(t.imageToView({0, 0}), {100, 0}));
        t.rotateRight();
        QVERIFY(near(t.imageToView({0, 0}), {100, 100}));
        t.rotateLeft();
        t.rotateLeft();
        QVERIFY(near(t.imageToView({0, 0}), {0, 0}));
    }

    void flipsActOnWhatIsSeenWhateverTheRotation()
    {
        for (int turns = 0; turns < 4; ++turns) {
            ViewTransform t = fitted({100, 60}, {300, 300});
            for (int i = 0; i < turns; ++i)
                t.rotateRight();
            const QPointF seen = t.imageToView({10, 20});
            t.flipHorizontal();
            QVERIFY(near(t.imageToView({10, 20}), {300 - seen.x(), seen.y()}));
            t.flipVertical();
            QVERIFY(near(t.imageToView({10, 20}), {300 - seen.x(), 300 - seen.y()}));
        }
    }

    void pixelAspectStretchesRows()
    {
        ViewTransform t;
        t.setImageSize({100, 100}, 2.0);
        t.setViewSize({200, 200}, 1.0);
        QVERIFY(near(t.imageToView({0, 0}), {50, 0}));
        QVERIFY(near(t.imageToView({100, 100}), {150, 200}));
    }

    void resizeKeepsFitButNotAfterPan()
    {
        ViewTransform t = fitted({100, 100}, {100, 100});
        t.setViewSize({200, 200}, 1.0);
        QCOMPARE(t.scale(), 2.0);
        t.panBy({5, 0});
        t.setViewSize({400, 400}, 1.0);
        QCOMPARE(t.scale(), 2.0);
    }
};

QTEST_APPLESS_MAIN(TestViewTransform)
#include "tst_view_transform.moc"
