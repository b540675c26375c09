// SPDX-License-Identifier: GPL-3.0-or-later
// Pixel tests of the tile at several device-pixel ratios, and its mouse scheme.
#include "fake_sequence.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/series_document.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace fedefm;

namespace {

std::shared_ptr<test::FakeSequence> halves()
{
    auto sequence =
        std::make_shared<test::FakeSequence>(100, 100, 20, [](int x, int, int) { return x < 50 ? 40 : 200; });
    sequence->mutableInfo().grey.windows = {{128, 256, WindowFunction::Linear, ""}};
    return sequence;
}

QImage grab(QWidget& widget, double ratio)
{
    QImage image(widget.size() * ratio, QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    widget.render(&image);
    return image;
}

SegmentationPtr square(int frame)
{
    auto result = std::make_shared<Segmentation>();
    result->width = result->height = 100;
    std::vector<std::uint8_t> bytes(100 * 100, 0);
    for (int y = 60; y < 80; ++y)
        for (int x = 10; x < 30; ++x)
            bytes[static_cast<std::size_t>(y) * 100 + x] = 1;
    result->masks.push_back({WireClass::Catheter, RleMask::fromBytes(bytes.data(), 100, 100)});
    result->curves.push_back({WireClass::Guidewire, {{60, 10}, {60, 90}}, 2.0, 1.0});
    result->provenance.frame = {"/tmp/fake.dcm", frame};
    return result;
}

} // namespace

class TestImageView : public QObject
{
    Q_OBJECT

    std::unique_ptr<SeriesDocument> m_document;
    std::unique_ptr<CineController> m_cine;
    std::unique_ptr<ImageView> m_view;

private Q_SLOTS:
    void init()
    {
        m_document = std::make_unique<SeriesDocument>(halves(), 1 << 22);
        m_cine = std::make_unique<CineController>(m_document.get());
        m_view = std::make_unique<ImageView>();
        m_view->resize(400, 400);
        m_view->setDocument(m_document.get(), m_cine.get());
        OverlayStyle style;
        style.text = false;
        m_document->setOverlayStyle(style);
        QTRY_COMPARE(m_document->shownFrame(), 0);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }
    void cleanup()
    {
        m_view.reset();
        m_cine.reset();
        m_document.reset();
    }

    void pictureAndOverlayLandOnTheirPixels_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1") << 1.0;
        QTest::newRow("1.5") << 1.5;
        QTest::newRow("2") << 2.0;
    }
    void pictureAndOverlayLandOnTheirPixels()
    {
        QFETCH(double, ratio);
        m_document->setResult(0, square(0));
        const QImage image = grab(*m_view, ratio);
        auto at = [&](double x,
                      double y) { // image pixel centre → device pixel; the view shows 4 units per pixel
            return image.pixelColor(qRound((x + 0.5) * 4 * ratio), qRound((y + 0.5) * 4 * ratio));
        };
        QCOMPARE(at(40, 30).red(), 40);
        QCOMPARE(at(90, 30).red(), 200);
        // 40 % sky over grey 40: 0.4·(86, 180, 233) + 0.6·40
        QVERIFY(std::abs(at(20, 70).red() - 58) <= 2);
        QVERIFY(std::abs(at(20, 70).blue() - 117) <= 2);
        const QColor wire = at(60, 50);
        QVERIFY(std::abs(wire.red() - 0xE6) <= 2 && std::abs(wire.green() - 0x9F) <= 2 && wire.blue() <= 2);
        QCOMPARE(at(70, 50).red(), 200);
        OverlayStyle hidden = m_document->overlayStyle();
        hidden.visible = false;
        m_document->setOverlayStyle(hidden);
        QCOMPARE(grab(*m_view, ratio).pixelColor(qRound(20.5 * 4 * ratio), qRound(70.5 * 4 * ratio)).red(),
                 40);
    }

    void resultsOfOtherFramesAreNotShown()
    {
        m_document->setResult(5, square(5));
        QCOMPARE(grab(*m_view, 1.0).pixelColor(82, 282).blue(), 40);
    }

    void wheelStepsFramesAndCtrlWheelZooms()
    {
        auto wheel = [&](int delta, Qt::KeyboardModifiers modifiers) {
            QWheelEvent event({200, 200}, m_view->mapToGlobal(QPointF(200, 200)), {}, {0, delta},
                              Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
            QApplication::sendEvent(m_view.get(), &event);
        };
        wheel(-120, Qt::NoModifier);
        QCOMPARE(m_document->currentFrame(), 1);
        wheel(-60, Qt::NoModifier);
        QCOMPARE(m_document->currentFrame(), 1);
        wheel(-60, Qt::NoModifier);
        QCOMPARE(m_document->currentFrame(), 2);
        wheel(-120, Qt::ShiftModifier);
        QCOMPARE(m_document->currentFrame(), 12);
        const double scale = m_view->viewTransform().scale();
        wheel(120, Qt::ControlModifier);
        QVERIFY(m_view->viewTransform().scale() > scale);
        QCOMPARE(m_document->currentFrame(), 12);
    }

    void leftDragWindowsMiddleDragPansRightClickAsksForTheMenu()
    {
        const double width = m_document->window().width;
        QTest::mousePress(m_view.get(), Qt::LeftButton, {}, {100, 100});
        QTest::mouseMove(m_view.get(), {160, 100});
        QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, {160, 100});
        QVERIFY(m_document->window().width > width);

        const QPointF before = m_view->viewTransform().imageToView({50, 50});
        QTest::mousePress(m_view.get(), Qt::MiddleButton, {}, {100, 100});
        QTest::mouseMove(m_view.get(), {130, 90});
        QTest::mouseRelease(m_view.get(), Qt::MiddleButton, {}, {130, 90});
        QCOMPARE(m_view->viewTransform().imageToView({50, 50}), before + QPointF(30, -10));

        QSignalSpy menu(m_view.get(), &ImageView::contextMenuWanted);
        QTest::mouseClick(m_view.get(), Qt::RightButton, {}, {100, 100});
        QCOMPARE(menu.count(), 1);
        QTest::mousePress(m_view.get(), Qt::RightButton, {}, {100, 100});
        QTest::mouseMove(m_view.get(), {100, 40});
        QTest::mouseRelease(m_view.get(), Qt::RightButton, {}, {100, 40});
        QCOMPARE(menu.count(), 1);
    }

    void exportBurnsInTheNotice()
    {
        const QImage plain = ImageView::renderDocument(*m_document, 4.0, false, false, true);
        QCOMPARE(plain.size(), QSize(400, 400));
        int changed = 0;
        for (int y = 370; y < 400; ++y)
            for (int x = 0; x < 200; ++x)
                changed += plain.pixelColor(x, y).red() != 40;
        QVERIFY2(changed > 100, "the research-use line is missing");
    }
};

QTEST_MAIN(TestImageView)
#include "tst_image_view.moc"
