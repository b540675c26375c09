// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_sequence.h"
#include "ui/tools/measure_tools.h"
#include "ui/tools/view_tools.h"
#include "ui/viewer/series_document.h"
#include "ui/viewer/view_transform.h"

#include <QTest>

#include <cmath>

using namespace fedefm;

class TestTools : public QObject
{
    Q_OBJECT

    std::unique_ptr<SeriesDocument> m_document;
    ViewTransform m_view;

    ToolContext context() { return {*m_document, m_view}; }
    ToolEvent at(double x, double y) { return {m_view.viewToImage({x, y}), {x, y}, Qt::NoModifier}; }

private Q_SLOTS:
    void init()
    {
        auto sequence =
            std::make_shared<test::FakeSequence>(64, 64, 3, [](int x, int y, int) { return x + y * 2; });
        m_document = std::make_unique<SeriesDocument>(sequence, 1 << 20);
        QTRY_VERIFY(m_document->frame());
        m_view = ViewTransform();
        m_view.setImageSize({64, 64});
        m_view.setViewSize({128, 128}, 1.0);
    }

    void windowDragChangesWidthAndCentre()
    {
        WindowLevelTool tool;
        auto c = context();
        m_document->setWindow(100, 50);
        const auto [low, high] = m_document->valueRange();
        tool.press(at(10, 10), c);
        tool.drag(at(110, 60), c);
        const double perUnit = (high - low) / 512.0;
        QVERIFY(std::abs(m_document->window().width - (50 + 100 * perUnit)) < 1e-9);
        QVERIFY(std::abs(m_document->window().center - (100 + 50 * perUnit)) < 1e-9);
        tool.drag(at(-5000, 10), c);
        QCOMPARE(m_document->window().width, 1.0);
    }

    void rulerByDragAndUndo()
    {
        MeasureTool tool(MeasurementKind::Ruler);
        auto c = context();
        tool.press(at(20, 20), c);
        tool.drag(at(80, 100), c);
        QVERIFY(tool.draft());
        tool.release(at(80, 100), c);
        QCOMPARE(m_document->measurements().size(), std::size_t(1));
        QCOMPARE(measuredValue(m_document->measurements().front(), {}), 50.0); // 30, 40 image pixels
        m_document->undoStack()->undo();
        QVERIFY(m_document->measurements().empty());
        m_document->undoStack()->redo();
        QCOMPARE(m_document->measurements().size(), std::size_t(1));
    }

    void rulerByTwoClicks()
    {
        MeasureTool tool(MeasurementKind::Ruler);
        auto c = context();
        tool.press(at(20, 20), c);
        tool.release(at(20, 20), c);
        QVERIFY(tool.hover(at(50, 60), c));
        tool.press(at(80, 100), c);
        tool.release(at(80, 100), c);
        QCOMPARE(m_document->measurements().size(), std::size_t(1));
        QCOMPARE(measuredValue(m_document->measurements().front(), {}), 50.0);
    }

    void angleByThreeClicks()
    {
        MeasureTool tool(MeasurementKind::Angle);
        auto c = context();
        for (const QPointF p : {QPointF(100, 20), QPointF(20, 20), QPointF(20, 100)}) {
            tool.press(at(p.x(), p.y()), c);
            tool.release(at(p.x(), p.y()), c);
        }
        QCOMPARE(m_document->measurements().size(), std::size_t(1));
        QVERIFY(std::abs(measuredValue(m_document->measurements().front(), {}) - 90.0) < 1e-9);
    }

    void handleIsMovedInsteadOfANewRuler()
    {
        m_document->addMeasurement(
            {m_document->newMeasurementId(), MeasurementKind::Ruler, 0, {{10, 10}, {30, 10}}});
        MeasureTool tool(MeasurementKind::Ruler);
        auto c = context();
        tool.press(at(61, 21), c); // image (30.5, 10.5), within reach of (30, 10)
        tool.drag(at(100, 20), c);
        tool.release(at(100, 20), c);
        QCOMPARE(m_document->measurements().size(), std::size_t(1));
        QCOMPARE(m_document->measurements().front().points[1], QPointF(50, 10));
        m_document->undoStack()->undo();
        QCOMPARE(m_document->measurements().front().points[1], QPointF(30, 10));
    }

    void escapeDropsTheDraft()
    {
        MeasureTool tool(MeasurementKind::Angle);
        auto c = context();
        tool.press(at(20, 20), c);
        tool.release(at(20, 20), c);
        QVERIFY(tool.cancel(c));
        QVERIFY(!tool.draft());
        QVERIFY(m_document->measurements().empty());
    }

    void calibrationSaysWhatItsMillimetresAre()
    {
        const Measurement ruler{1, MeasurementKind::Ruler, 0, {{0, 0}, {30, 40}}};
        QCOMPARE(measurementText(ruler, m_document->spacing()), QStringLiteral("50.0 px"));
        m_document->calibrate(calibrateByLine(30, 40, 100.0));
        QCOMPARE(measurementText(ruler, m_document->spacing()), QStringLiteral("100.0 mm (calibrated)"));
        m_document->undoStack()->undo();
        QCOMPARE(measurementText(ruler, m_document->spacing()), QStringLiteral("50.0 px"));
    }

    void panAndZoomChangeOnlyTheView()
    {
        PanTool pan;
        ZoomTool zoom;
        auto c = context();
        const QPointF before = m_view.imageToView({32, 32});
        pan.press(at(50, 50), c);
        QVERIFY(pan.drag(at(60, 45), c));
        QCOMPARE(m_view.imageToView({32, 32}), before + QPointF(10, -5));
        zoom.press(at(50, 100), c);
        zoom.drag(at(50, 0), c);
        QVERIFY(std::abs(m_view.scale() - 2.0 * std::exp(0.5)) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(TestTools)
#include "tst_tools.moc"
