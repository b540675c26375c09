// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_sequence.h"
#include "ui/jobs/job_model.h"
#include "ui/viewer/calibration_dialog.h"
#include "ui/viewer/found_text.h"
#include "ui/viewer/measurements_panel.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/segmentation_panel.h"
#include "ui/viewer/subtraction_panel.h"
#include "ui/viewer/thumbnail.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <cmath>

using namespace fedefm;
using fedefm::test::click;
using fedefm::test::named;
using fedefm::test::PanelSequence;
using fedefm::test::segmentationOf;

class TestPanels : public QObject
{
    Q_OBJECT
private:
    std::shared_ptr<PanelSequence> m_sequence;
    std::unique_ptr<SeriesDocument> m_document;
    JobModel m_jobs;

    Measurement ruler(double length, int frame)
    {
        return {
            m_document->newMeasurementId(), MeasurementKind::Ruler, frame, {{1.0, 2.0}, {1.0 + length, 2.0}}};
    }

private Q_SLOTS:
    void init()
    {
        m_sequence = std::make_shared<PanelSequence>(12);
        m_document = std::make_unique<SeriesDocument>(m_sequence, 1 << 24);
        QTRY_COMPARE(m_document->shownFrame(), 0);
    }

    void everyControlHasAName()
    {
        SegmentationController controller(std::make_shared<SegmenterRegistry>());
        SegmentationPanel segmentation(&controller);
        SubtractionPanel subtraction(&m_jobs);
        MeasurementsPanel measurements;
        CalibrationDialog calibration(m_document.get());
        for (const QWidget* panel :
             {static_cast<QWidget*>(&segmentation), static_cast<QWidget*>(&subtraction),
              static_cast<QWidget*>(&measurements), static_cast<QWidget*>(&calibration)})
            QCOMPARE(test::namelessControls(*panel).join(","), QString());
    }

    void subtractionFollowsTheControls()
    {
        SubtractionPanel panel(&m_jobs);
        panel.setDocument(m_document.get());
        auto* source = named<QComboBox>(panel, "Kind of mask");
        QCOMPARE(source->findText("As the file says"), -1); // this file says nothing
        m_document->setCurrentFrame(4);
        QTRY_COMPARE(m_document->shownFrame(), 4);
        click(panel, "This frame as mask");
        QVERIFY(m_document->subtraction().enabled);
        QCOMPARE(m_document->subtraction().maskFrames, std::vector<int>{4});
        QCOMPARE(source->currentText(), QString("One frame"));
        QCOMPARE(named<QSpinBox>(panel, "First mask frame")->value(), 5);

        source->setCurrentIndex(source->findText("Mean of frames"));
        named<QSpinBox>(panel, "First mask frame")->setValue(2);
        named<QSpinBox>(panel, "Last mask frame")->setValue(4);
        QCOMPARE(m_document->subtraction().maskFrames, (std::vector<int>{1, 2, 3}));

        named<QDoubleSpinBox>(panel, "Shift to the right")->setValue(1.3);
        named<QDoubleSpinBox>(panel, "Shift downwards")->stepBy(-2);
        QCOMPARE(m_document->subtraction().shift.dx, 1.3);
        QCOMPARE(m_document->subtraction().shift.dy, -0.2);
        m_document->shiftMask(1.0, 0.0);
        QCOMPARE(named<QDoubleSpinBox>(panel, "Shift to the right")->value(), 2.3);
        named<QSlider>(panel, "Landmarks in percent")->setValue(40);
        QCOMPARE(m_document->subtraction().landmark, 0.4);
        click(panel, "Reset");
        QCOMPARE(m_document->subtraction().shift.dx, 0.0);
        named<QCheckBox>(panel, "Subtract a mask")->setChecked(false);
        QVERIFY(!m_document->subtraction().enabled);
        QCOMPARE(m_document->subtraction().landmark, 0.4);
    }

    void fileMaskIsOfferedWhenPresent()
    {
        m_sequence->edit().maskSubtraction = MaskSubtraction{};
        m_sequence->edit().maskSubtraction->maskFrames = {0, 1};
        SubtractionPanel panel(&m_jobs);
        panel.setDocument(m_document.get());
        auto* source = named<QComboBox>(panel, "Kind of mask");
        QVERIFY(source->findText("As the file says") >= 0);
        source->setCurrentIndex(source->findText("As the file says"));
        named<QCheckBox>(panel, "Subtract a mask")->setChecked(true);
        QVERIFY(m_document->subtraction().enabled);
        QVERIFY(m_document->subtraction().useFileMask);
    }

    void vesselMapIsTheMinimumOverTheFrames()
    {
        SubtractionPanel panel(&m_jobs);
        panel.setDocument(m_document.get());
        click(panel, "Make vessel map");
        QTRY_VERIFY(m_document->isVesselMap());
        const QImage& map = m_document->image();
        // Window 2048/4096: the dark pixels of all frames are near black, their neighbours are not.
        for (int i = 0; i < 12; ++i) {
            QVERIFY(qGray(map.pixel(i, i)) < 5);
            QVERIFY(qGray(map.pixel(i + 20, i)) > 50);
        }
        click(panel, "Back to the cine");
        QVERIFY(!m_document->isVesselMap());
    }

    void measurementsAreListedDeletedAndRestored()
    {
        MeasurementsPanel panel;
        panel.setDocument(m_document.get());
        m_document->addMeasurement(ruler(30.0, 3));
        m_document->addMeasurement(
            {m_document->newMeasurementId(), MeasurementKind::Angle, 5, {{10, 0}, {0, 0}, {0, 10}}});
        auto* table = panel.findChild<QTableView*>();
        QCOMPARE(table->model()->rowCount(), 2);
        QCOMPARE(table->model()->index(0, 1).data().toInt(), 4);
        QCOMPARE(table->model()->index(0, 2).data().toString(), QString("30.0 px"));
        QCOMPARE(table->model()->index(1, 2).data().toString(), QString("90.0°"));
        QCOMPARE(MeasurementsPanel::csvOf(*m_document),
                 QString("kind,frame,value,unit\nruler,4,30.000,px\nangle,6,90.000,deg\n"));
        table->selectRow(0);
        click(panel, "Go to frame");
        QCOMPARE(m_document->currentFrame(), 3);
        table->selectAll();
        click(panel, "Delete");
        QCOMPARE(m_document->measurements().size(), std::size_t(0));
        QVERIFY(!named<QPushButton>(panel, "Delete")->isEnabled());
        m_document->undoStack()->undo();
        QCOMPARE(m_document->measurements().size(), std::size_t(2));
        QCOMPARE(table->model()->rowCount(), 2);
    }

    void spacingSaysItsKind()
    {
        QVERIFY(spacingText({}).contains("pixels"));
        QCOMPARE(spacingText({0.31, 0.31, SpacingKind::Detector}), QString("0.310 mm (detector) per pixel"));
        QCOMPARE(spacingText({0.4, 0.2, SpacingKind::Geometry}),
                 QString("0.400 × 0.200 mm (geometry) per pixel (rows × columns)"));
    }

    void calibrationByLineAndBack()
    {
        MeasurementsPanel panel;
        panel.setDocument(m_document.get());
        m_document->addMeasurement(ruler(30.0, 0));
        CalibrationDialog dialog(m_document.get());
        dialog.setLine({0, 0}, {30, 40});
        dialog.setTrueSize(25.0, CalibrationDialog::Unit::Millimetre);
        QVERIFY(std::abs(dialog.calibration()->columnMm - 0.5) < 1e-12);
        dialog.accept();
        QCOMPARE(m_document->spacing().kind, SpacingKind::Calibrated);
        QCOMPARE(panel.findChild<QTableView*>()->model()->index(0, 2).data().toString(),
                 QString("15.0 mm (calibrated)"));
        QVERIFY(named<QLabel>(panel, "Pixel spacing")->text().contains("0.500"));
        click(panel, "Back to the file's");
        QVERIFY(!m_document->isUserCalibrated());
        m_document->undoStack()->undo();
        QVERIFY(m_document->isUserCalibrated());
    }

    void calibrationByCatheter()
    {
        CalibrationDialog dialog(m_document.get());
        dialog.setMeasuredWidth(10.0);
        dialog.setTrueSize(6.0, CalibrationDialog::Unit::French); // 2 mm
        QVERIFY(std::abs(dialog.calibration()->columnMm - 0.2) < 1e-12);
        dialog.setLine({5, 5}, {5.2, 5.2});
        QVERIFY(!dialog.calibration()); // shorter than a pixel
        QVERIFY(!named<QPushButton>(dialog, "Calibrate")->isEnabled());
    }

    void calibrationKeepsThePixelAspect()
    {
        m_sequence->edit().spacing = {0.4, 0.2, SpacingKind::Detector};
        CalibrationDialog dialog(m_document.get());
        dialog.setLine({0, 0}, {0, 10}); // ten rows of twice the column distance
        dialog.setTrueSize(4.0, CalibrationDialog::Unit::Millimetre);
        QVERIFY(std::abs(dialog.calibration()->rowMm - 0.4) < 1e-12);
        QVERIFY(std::abs(dialog.calibration()->columnMm - 0.2) < 1e-12);
    }

    void segmentationPanelTellsWhatWasFound()
    {
        SegmentationPanel panel(nullptr);
        panel.setDocument(m_document.get());
        m_document->setResult(0, segmentationOf(m_document->info(), 0, 40.0, 20.0, 0.75));
        auto* found = named<QLabel>(panel, "Found in this frame");
        QVERIFY2(found->text().contains("Catheter: 40 px · 75 %"), qPrintable(found->text()));
        QVERIFY(found->text().contains("Tip of the guidewire: 20.0, 20.0"));
        m_document->calibrate(PixelSpacing{0.5, 0.5, SpacingKind::Calibrated});
        QVERIFY(found->text().contains("20.0 mm (calibrated)"));
        QVERIFY(named<QLabel>(panel, "Origin of the mask")->text().contains("test 1.0 · frame 1"));
        QVERIFY(named<QLabel>(panel, "Warning about the mask")->isHidden());

        m_document->setResult(0, segmentationOf(m_document->info(), 7, 40.0, 0.0, 0.75));
        auto* warning = named<QLabel>(panel, "Warning about the mask");
        QVERIFY(!warning->isHidden());
        QVERIFY(warning->text().contains("belongs to frame 8"));
        click(panel, "Clear results");
        QVERIFY(m_document->results().empty());
        QVERIFY(found->text().startsWith("Not segmented"));
    }

    void lowResolutionIsSaid()
    {
        Segmentation half = *segmentationOf(m_document->info(), 0, 10.0, 0.0, 1.0);
        half.provenance.inputScale = 0.5;
        QVERIFY(maskWarning(half, m_document->info(), 0).contains("50 %"));
        half.width = 32;
        QVERIFY(maskWarning(half, m_document->info(), 0).contains("32 × 48"));
    }

    void overlayControlsChangeTheStyle()
    {
        SegmentationPanel panel(nullptr);
        panel.setDocument(m_document.get());
        named<QCheckBox>(panel, "Outlines only")->setChecked(true);
        named<QSlider>(panel, "Opacity in percent")->setValue(60);
        named<QCheckBox>(panel, "Show the overlay")->setChecked(false);
        QVERIFY(m_document->overlayStyle().outlineOnly);
        QCOMPARE(m_document->overlayStyle().opacity, 0.6);
        QVERIFY(!m_document->overlayStyle().visible);
        OverlayStyle style = m_document->overlayStyle();
        style.visible = true;
        m_document->setOverlayStyle(style);
        QVERIFY(named<QCheckBox>(panel, "Show the overlay")->isChecked());
    }

    void panelsOutliveTheirDocument()
    {
        SegmentationPanel segmentation(nullptr);
        SubtractionPanel subtraction(&m_jobs);
        MeasurementsPanel measurements;
        segmentation.setDocument(m_document.get());
        subtraction.setDocument(m_document.get());
        measurements.setDocument(m_document.get());
        m_document.reset();
        QVERIFY(!named<QCheckBox>(subtraction, "Subtract a mask")->isEnabled());
        QVERIFY(!named<QPushButton>(measurements, "By a line…")->isEnabled());
        QVERIFY(!named<QPushButton>(segmentation, "Segment whole clip")->isEnabled());
    }

    void thumbnailHasSquarePixelsAndTheSize()
    {
        m_sequence->edit().spacing = {0.4, 0.2, SpacingKind::Detector}; // 64×48 pixels are 64 × 96 in space
        const QImage thumbnail = thumbnailOf(m_sequence, 48);
        QCOMPARE(thumbnail.size(), QSize(32, 48));
        QVERIFY(qGray(thumbnail.pixel(30, 40)) > qGray(thumbnail.pixel(1, 40)));
        QVERIFY(thumbnailOf(nullptr, 48).isNull());
        ThumbnailCache cache(2 * thumbnail.sizeInBytes() + 10);
        for (const char* key : {"a", "b", "c"})
            cache.insert(key, thumbnail);
        QVERIFY(cache.find("a").isNull()); // the oldest gave way
        QCOMPARE(cache.find("c"), thumbnail);
    }
};

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
