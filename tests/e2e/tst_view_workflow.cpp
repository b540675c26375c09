// SPDX-License-Identifier: GPL-3.0-or-later
// The View mode as a user walks through it, in the real window, by mouse and keys: open, play, window,
// subtract, measure, calibrate, segment, export, open the exported SEG again. The steps build on each other.
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "core/simulate/demo_cine.h"
#include "ui/jobs/export_dialog.h"
#include "ui/jobs/job_model.h"
#include "ui/shell/main_window.h"
#include "ui/ui_test_support.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"

#include <QAction>
#include <QDialog>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QSignalSpy>
#include <QTest>

using namespace fedefm;

namespace {
constexpr int kWaitMs = 60000; // a loaded machine may be slow; nothing here measures time
}

class TestViewWorkflow : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    QString m_run;

    ImageView* view() { return m_window->grid()->activeView(); }
    SeriesDocument* document() { return m_window->grid()->activeDocument(); }
    CineController* cine() { return m_window->grid()->activeCine(); }

    QPoint onView(double imageX, double imageY)
    {
        return view()->viewTransform().imageToView({imageX, imageY}).toPoint();
    }
    /// Without a window manager nobody hands the focus back after a dialog.
    void activate()
    {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void key(Qt::Key code, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        if (!m_window->isActiveWindow())
            activate();
        view()->setFocus();
        QTest::keyClick(view(), code, modifiers);
    }
    void drag(QPoint from, QPoint to)
    {
        QTest::mousePress(view(), Qt::LeftButton, {}, from);
        QTest::mouseMove(view(), (from + to) / 2);
        QTest::mouseMove(view(), to);
        QTest::mouseRelease(view(), Qt::LeftButton, {}, to);
    }
    bool exportAs(ExportKind kind, const QString& target)
    {
        ExportDialog dialog(document(), view(), m_studio->context, m_window->jobs(), m_window.get());
        dialog.setKind(kind);
        dialog.setTarget(target);
        if (!dialog.obstacle().isEmpty()) {
            qWarning("%s", qPrintable(dialog.obstacle()));
            return false;
        }
        dialog.accept();
        return QTest::qWaitFor([this] { return m_window->jobs()->runningCount() == 0; }, kWaitMs);
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_studio = std::make_unique<test::Studio>();
        auto modules = std::make_shared<ModuleLoader>();
        modules->loadFolder(std::filesystem::path(FEDEFM_BINARY_DIR) / "lib/fedefm/modules");
        m_studio->context.modules = modules;
        Settings().acceptResearchUse();
        DemoCineSettings settings;
        settings.sizePx = 256;
        settings.frames = 12;
        XaDescription description;
        description.imagerSpacingMm = 0.3;
        description.identity.patientName = "Doe^Jane";
        m_run = m_studio->folder.filePath("run.dcm");
        QVERIFY(writeXa(m_run.toStdString(), DemoCine(settings), description, true).has_value());
        m_window = std::make_unique<MainWindow>(m_studio->context);
        m_window->resize(1400, 900);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        activate();
    }

    void openAndPlay()
    {
        m_window->begin({m_run}, false);
        QTRY_VERIFY_WITH_TIMEOUT(document() && document()->shownFrame() >= 0, kWaitMs);
        QVERIFY(m_window->windowTitle().contains("run.dcm") && !m_window->windowTitle().contains("Doe"));
        cine()->setPlaying(false);
        key(Qt::Key_Home);
        QCOMPARE(document()->currentFrame(), 0);
        key(Qt::Key_C);
        QVERIFY(cine()->isPlaying());
        QTRY_VERIFY_WITH_TIMEOUT(cine()->meter().shownCount() > 5, kWaitMs);
        key(Qt::Key_C);
        QVERIFY(!cine()->isPlaying());
        key(Qt::Key_End);
        QCOMPARE(document()->currentFrame(), 11);
        key(Qt::Key_Left);
        QCOMPARE(document()->currentFrame(), 10);
        QTRY_COMPARE(document()->shownFrame(), 10);
    }

    void windowInvertAndPresets()
    {
        const Window before = document()->window();
        key(Qt::Key_W);
        drag(onView(60, 60), onView(60, 60) + QPoint(80, 30));
        QVERIFY(document()->window().width > before.width);
        QVERIFY(document()->window().center > before.center);
        key(Qt::Key_I);
        QVERIFY(document()->transform().invert);
        key(Qt::Key_I);
        key(Qt::Key_1);
        QCOMPARE(document()->window().width, before.width);
        key(Qt::Key_0);
        QVERIFY(document()->window().width != before.width);
        key(Qt::Key_1);
    }

    void zoomPanRotateFit()
    {
        const double fitted = view()->viewTransform().scale();
        key(Qt::Key_Z);
        drag(onView(128, 128), onView(128, 128) - QPoint(0, 100));
        QVERIFY(view()->viewTransform().scale() > 1.4 * fitted);
        key(Qt::Key_R);
        QCOMPARE(view()->viewTransform().quarterTurns(), 1);
        key(Qt::Key_L);
        key(Qt::Key_F);
        QCOMPARE(view()->viewTransform().scale(), fitted);
    }

    void subtractAndShift()
    {
        QAction* toggle = m_studio->actions->action("subtract.enabled");
        toggle->trigger();
        QVERIFY(document()->subtraction().enabled);
        const QImage plain = document()->image();
        key(Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(document()->subtraction().shift.dx, 1.0);
        key(Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
        QVERIFY(std::abs(document()->subtraction().shift.dy - 0.1) < 1e-9);
        QTRY_VERIFY(document()->image() != plain);
        toggle->trigger();
        QVERIFY(!document()->subtraction().enabled);
    }

    void measureCalibrateUndo()
    {
        key(Qt::Key_M);
        drag(onView(50, 50), onView(80, 90));
        QCOMPARE(document()->measurements().size(), std::size_t(1));
        const Measurement ruler = document()->measurements().front();
        QCOMPARE(document()->spacing().kind, SpacingKind::Detector);
        const double detectorMm = measuredValue(ruler, document()->spacing());
        QVERIFY(std::abs(detectorMm - 15.0) < 0.5); // 50 px of 0.3 mm, whole view pixels

        m_studio->actions->action("tool.calibrate")->trigger();
        drag(onView(100, 100), onView(160, 180)); // 100 px
        QDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = m_window->findChild<QDialog*>()) != nullptr);
        for (QDoubleSpinBox* box : dialog->findChildren<QDoubleSpinBox*>())
            if (box->accessibleName() == "True size")
                box->setValue(20.0);
        dialog->accept();
        QTRY_COMPARE(document()->spacing().kind, SpacingKind::Calibrated);
        QVERIFY(std::abs(measuredValue(ruler, document()->spacing()) - 10.0) < 0.4);
        QVERIFY(measurementText(ruler, document()->spacing()).contains("calibrated"));
        key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(document()->spacing().kind, SpacingKind::Detector);
        key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(document()->spacing().kind, SpacingKind::Calibrated);
        key(Qt::Key_W);
    }

    void segmentTheClip()
    {
        m_studio->actions->action("segment.clip")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(document()->results().size(), std::size_t(12), kWaitMs);
        double found = 0.0;
        for (const auto& [frame, result] : document()->results()) {
            QCOMPARE(result->provenance.frame, frameId(document()->info(), frame));
            found += result->foundLengthPx(WireClass::Catheter) + result->foundLengthPx(WireClass::Guidewire);
        }
        QVERIFY2(found / 12 > 60.0, qPrintable(QString::number(found / 12)));
        key(Qt::Key_S);
        QVERIFY(!document()->overlayStyle().visible);
        key(Qt::Key_S);
        QVERIFY(document()->overlayStyle().visible);
    }

    void exportEverything()
    {
        const QDir out(m_studio->folder.filePath("out"));
        QVERIFY(QDir().mkpath(out.path()));
        QVERIFY(exportAs(ExportKind::Picture, out.filePath("frame.png")));
        const QImage picture(out.filePath("frame.png"));
        QVERIFY(picture.width() >= 256);
        for (const auto& [kind, file] :
             {std::pair(ExportKind::DicomSeg, "segmentation.dcm"),
              std::pair(ExportKind::Curves, "curves.json"), std::pair(ExportKind::MaskArray, "masks.npy"),
              std::pair(ExportKind::Coco, "coco.json")}) {
            QVERIFY2(exportAs(kind, out.path()), file);
            QVERIFY2(QFileInfo(out.filePath(file)).size() > 100, file);
        }
        QVERIFY(exportAs(ExportKind::Film, out.filePath("film.mp4")));
        QVERIFY(QFileInfo(out.filePath("film.mp4")).size() > 1000);
        QVERIFY(m_studio->issues->issues().empty());
    }

    void exportedSegIsShownAgain()
    {
        const std::size_t area = document()->result(5)->mask(WireClass::Catheter)->area();
        document()->clearResults();
        m_window->segmentation()->setLive(false);
        m_window->openPaths({m_studio->folder.filePath("out/segmentation.dcm")}, {});
        QTRY_VERIFY_WITH_TIMEOUT(!document()->results().empty(), kWaitMs);
        QVERIFY(document()->result(5));
        QCOMPARE(document()->result(5)->mask(WireClass::Catheter)->area(), area);
        QVERIFY(!m_window->segmentation()->models().empty());
    }

    void deidentifiedCopyHasNoName()
    {
        m_studio->actions->action("file.deidentify")->trigger();
        QFileDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = m_window->findChild<QFileDialog*>()) != nullptr);
        const QString target = m_studio->folder.filePath("out/deidentified.dcm");
        dialog->selectFile(target);
        static_cast<QDialog*>(dialog)->accept();
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(target), kWaitMs);
        const auto original = openDicom(m_run.toStdString());
        const auto copy = openDicom(target.toStdString());
        QVERIFY(original && copy);
        QVERIFY(!(*original)->info().identity.patientName.empty());
        QVERIFY((*copy)->info().identity.patientName != (*original)->info().identity.patientName);
        QVERIFY((*copy)->info().ids.sopInstanceUid != (*original)->info().ids.sopInstanceUid);
        QCOMPARE((*copy)->info().frameCount, (*original)->info().frameCount);
        const auto before = (*original)->read(3);
        const auto after = (*copy)->read(3);
        QVERIFY(before && after);
        QVERIFY(
            std::equal((*before)->bytes(), (*before)->bytes() + (*before)->byteCount(), (*after)->bytes()));
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_studio.reset();
    }
};

QTEST_MAIN(TestViewWorkflow)
#include "tst_view_workflow.moc"
