// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_sequence.h"
#include "ui/common/theme.h"
#include "ui/viewer/cine_bar.h"
#include "ui/viewer/found_strip.h"
#include "ui/viewer/frame_axis.h"
#include "ui/viewer/frame_slider.h"

#include "ui/viewer/cine_controller.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace fedefm;
using fedefm::test::PanelSequence;
using fedefm::test::segmentationOf;

namespace {

/// How far a pixel is from grey towards blue (positive) or orange (negative).
int tint(QRgb pixel)
{
    return qBlue(pixel) - qRed(pixel);
}

} // namespace

class TestFoundStrip : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<SeriesDocument> m_document;
    std::unique_ptr<FoundStrip> m_strip;

    int xOf(int frame) const
    {
        return qRound(18 + frame / 10.0 * (m_strip->width() - 36 - axisGutter(m_strip->fontMetrics())));
    }
    /// Column of the frame, a little beside its marker.
    QImage grab() const { return m_strip->grab().toImage().convertToFormat(QImage::Format_RGB32); }
    int tintedPixels(const QImage& image, int frame, bool upper, bool blue) const
    {
        const double ratio = image.devicePixelRatio();
        const int x = qRound((xOf(frame) + 3) * ratio);
        int count = 0;
        for (int y = upper ? 0 : image.height() / 2 + 1; y < (upper ? image.height() / 2 : image.height());
             ++y)
            count += (blue ? tint(image.pixel(x, y)) > 20 : tint(image.pixel(x, y)) < -20) ? 1 : 0;
        return count;
    }

private Q_SLOTS:
    void init()
    {
        m_document = std::make_unique<SeriesDocument>(std::make_shared<PanelSequence>(11), 1 << 24);
        m_strip = std::make_unique<FoundStrip>();
        m_strip->resize(320, 48);
        m_strip->setDocument(m_document.get());
    }

    void lanesTellTheClassAndHeightTheLength()
    {
        m_document->setResult(2, segmentationOf(m_document->info(), 2, 60.0, 0.0, 1.0));
        m_document->setResult(4, segmentationOf(m_document->info(), 4, 30.0, 0.0, 1.0));
        m_document->setResult(6, segmentationOf(m_document->info(), 6, 0.0, 60.0, 1.0));
        const QImage image = grab();
        const int tall = tintedPixels(image, 2, false, true);
        const int half = tintedPixels(image, 4, false, true);
        QVERIFY(tall > 10);
        QVERIFY2(std::abs(2 * half - tall) <= 2, qPrintable(QString("%1 %2").arg(half).arg(tall)));
        QCOMPARE(tintedPixels(image, 2, true, false), 0);
        QCOMPARE(tintedPixels(image, 6, false, true), 0);
        QCOMPARE(tintedPixels(image, 6, true, false), tall);
        for (const int empty : {1, 3, 5, 9}) {
            QCOMPARE(tintedPixels(image, empty, false, true), 0);
            QCOMPARE(tintedPixels(image, empty, true, false), 0);
        }
    }

    void doubtfulFramesAreFainter()
    {
        m_document->setResult(2, segmentationOf(m_document->info(), 2, 60.0, 0.0, 1.0));
        m_document->setResult(4, segmentationOf(m_document->info(), 4, 60.0, 0.0, 0.2));
        const QImage image = grab();
        const int y = qRound(40 * image.devicePixelRatio());
        const int sure = tint(image.pixel(qRound((xOf(2) + 3) * image.devicePixelRatio()), y));
        const int doubtful = tint(image.pixel(qRound((xOf(4) + 3) * image.devicePixelRatio()), y));
        QVERIFY(doubtful > 20);
        QVERIFY2(sure > doubtful + 20, qPrintable(QString("%1 %2").arg(sure).arg(doubtful)));
    }

    void nothingFoundDiffersFromNotSegmented()
    {
        m_document->setResult(2, segmentationOf(m_document->info(), 2, 60.0, 0.0, 1.0));
        const QImage before = grab();
        m_document->setResult(6, segmentationOf(m_document->info(), 6, 0.0, 0.0, 0.0));
        QVERIFY(grab() != before);
        QCOMPARE(tintedPixels(grab(), 6, false, true), 0);
    }

    void clearedResultsLeaveNothing()
    {
        m_document->setResult(2, segmentationOf(m_document->info(), 2, 60.0, 0.0, 1.0));
        m_document->clearResults();
        QCOMPARE(tintedPixels(grab(), 2, false, true), 0);
        QVERIFY(m_strip->frameText(2).contains("not segmented"));
    }

    void clickDragAndKeysSeek()
    {
        QSignalSpy clicked(m_strip.get(), &FoundStrip::frameClicked);
        QTest::mouseClick(m_strip.get(), Qt::LeftButton, {}, {xOf(7), 20});
        QCOMPARE(clicked.takeFirst().at(0).toInt(), 7);
        QTest::mousePress(m_strip.get(), Qt::LeftButton, {}, {xOf(1), 20});
        QMouseEvent move(QEvent::MouseMove, QPointF(xOf(4), 20), m_strip->mapToGlobal(QPointF(xOf(4), 20)),
                         Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(m_strip.get(), &move);
        QCOMPARE(clicked.last().at(0).toInt(), 4);
        QTest::mouseRelease(m_strip.get(), Qt::LeftButton, {}, {xOf(4), 20});
        m_document->setCurrentFrame(5);
        QTest::keyClick(m_strip.get(), Qt::Key_Left);
        QCOMPARE(clicked.last().at(0).toInt(), 4);
        QTest::keyClick(m_strip.get(), Qt::Key_End);
        QCOMPARE(clicked.last().at(0).toInt(), 10);
        QTest::mouseClick(m_strip.get(), Qt::LeftButton, {}, {319, 20});
        QCOMPARE(clicked.last().at(0).toInt(), 10);
    }

    void saysInWordsWhatItShows()
    {
        m_document->setResult(0, segmentationOf(m_document->info(), 0, 60.0, 20.0, 0.82));
        QCOMPARE(m_strip->frameText(0), QString("frame 1: catheter 60 px, guidewire 20 px, confidence 82 %"));
        QVERIFY(m_strip->accessibleDescription().startsWith("1 of 11 frames segmented"));
        m_document->setResult(1, segmentationOf(m_document->info(), 1, 0.0, 0.0, 0.0));
        QCOMPARE(m_strip->frameText(1), QString("frame 2: nothing found"));
    }

    void manyFramesStaySteady()
    {
        m_document = std::make_unique<SeriesDocument>(std::make_shared<PanelSequence>(3000), 1 << 24);
        m_strip->setDocument(m_document.get());
        m_document->setResult(2999, segmentationOf(m_document->info(), 2999, 60.0, 0.0, 1.0));
        QCOMPARE(m_strip->frameAt(m_strip->width()), 2999);
        const QImage image = grab();
        int blue = 0;
        for (int x = 0; x < image.width(); ++x)
            blue += tint(image.pixel(x, image.height() - 8)) > 20 ? 1 : 0;
        QVERIFY(blue >= 1 && blue <= 3); // one frame among 3,000 is still seen
    }

    void standsUnderTheSlider()
    {
        CineController cine(m_document.get());
        CineBar bar;
        bar.setController(&cine);
        bar.resize(600, 70);
        m_strip->resize(600, 48);
        bar.show();
        const auto* slider = bar.findChild<FrameSlider*>();
        for (const int frame : {0, 5, 10})
            QVERIFY(std::abs(slider->mapTo(&bar, QPoint(qRound(slider->xOf(frame)), 0)).x() - xOf(frame)) <=
                    1);
    }

    void documentMayGoFirst()
    {
        m_document.reset();
        QCOMPARE(m_strip->frameAt(100), -1);
        grab();
    }
};

QTEST_MAIN(TestFoundStrip)
#include "tst_found_strip.moc"
