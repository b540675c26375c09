// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/module_loader.h"
#include "panel_sequence.h"
#include "ui/jobs/export_dialog.h"
#include "ui/jobs/export_tasks.h"
#include "ui/jobs/job_model.h"
#include "ui/viewer/image_view.h"

#include <QCheckBox>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace fedefm;
using fedefm::test::PanelSequence;
using fedefm::test::segmentationOf;

namespace {

/// What a film would have been.
struct Recording
{
    int width = 0;
    int height = 0;
    double fps = 0.0;
    std::vector<std::vector<std::uint8_t>> pictures;
    bool finished = false;
};

class RecordingWriter final : public FilmWriter
{
public:
    explicit RecordingWriter(Recording& recording) : m_recording(recording) {}
    Status add(const std::uint8_t* rgb) override
    {
        m_recording.pictures.emplace_back(rgb, rgb + 3 * m_recording.width * m_recording.height);
        return {};
    }
    Status finish() override
    {
        m_recording.finished = true;
        return {};
    }

private:
    Recording& m_recording;
};

class RecordingFactory final : public FilmWriterFactory
{
public:
    explicit RecordingFactory(Recording& recording) : m_recording(recording) {}
    std::vector<std::string> extensions() const override { return {".mp4"}; }
    Result<std::unique_ptr<FilmWriter>> create(const std::filesystem::path&, int widthPx, int heightPx,
                                               double fps, bool) const override
    {
        m_recording.width = widthPx;
        m_recording.height = heightPx;
        m_recording.fps = fps;
        return std::make_unique<RecordingWriter>(m_recording);
    }

private:
    Recording& m_recording;
};

const CancelToken kGo;
const Progress kSilent = [](int, int) {};

CineTiming timingAt(const std::vector<double>& timesMs, double fps)
{
    CineTiming timing;
    timing.frameTimesMs = timesMs;
    timing.fps = fps;
    timing.lastFrame = static_cast<int>(timesMs.size()) - 1;
    return timing;
}

FilmLook bareLook(SequencePtr sequence)
{
    FilmLook look;
    look.sequence = std::move(sequence);
    look.transform.window = Window{2048.0, 4096.0, WindowFunction::Linear, {}};
    look.withText = false;
    return look;
}

template <typename Widget> Widget* labelled(const QWidget& root, const QString& text)
{
    for (auto* widget : root.findChildren<Widget*>())
        if (widget->text().startsWith(text))
            return widget;
    return nullptr;
}

} // namespace

class TestExport : public QObject
{
    Q_OBJECT
private:
    std::shared_ptr<PanelSequence> m_sequence;
    std::unique_ptr<SeriesDocument> m_document;
    std::unique_ptr<QTemporaryDir> m_folder;
    AppContext m_context;
    JobModel m_jobs;

    QString path(const QString& name) const { return m_folder->filePath(name); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_sequence = std::make_shared<PanelSequence>(6);
        m_sequence->edit().identity.patientName = "Muster, Maria";
        m_sequence->edit().identity.patientId = "4711";
        m_document = std::make_unique<SeriesDocument>(m_sequence, 1 << 24);
        m_context.modules = std::make_shared<ModuleLoader>();
        QTRY_COMPARE(m_document->shownFrame(), 0);
    }

    void evenClipsKeepEveryFrameOnce()
    {
        const CineTiming timing = timingAt({0, 40, 80, 120}, 25.0);
        QCOMPARE(filmFrames(timing, 0, 3), (std::vector<int>{0, 1, 2, 3}));
        QCOMPARE(filmFps(timing, 0, 3), 25.0);
        QCOMPARE(filmFrames(timing, 2, 3), (std::vector<int>{2, 3}));
        QCOMPARE(filmFrames(timing, 1, 1), (std::vector<int>{1}));
        QCOMPARE(filmFps(timing, 1, 1), 25.0);
    }

    void unevenClipsLastAsLongAsTheyDid()
    {
        const CineTiming timing = timingAt({0, 100, 150, 200, 300}, 1000.0 * 4 / 300);
        QCOMPARE(filmFps(timing, 0, 4), 20.0); // the shortest distance, 50 ms
        // 300 ms and a mean distance of 75 ms for the last frame: 7.5 pictures of 50 ms.
        QCOMPARE(filmFrames(timing, 0, 4), (std::vector<int>{0, 0, 1, 2, 3, 3, 4, 4}));
    }

    void filmHasTheRateTheSizeAndTheFrames()
    {
        Recording recording;
        FilmRequest request;
        request.look = bareLook(m_sequence);
        request.timing = m_sequence->info().timing;
        request.first = 1;
        request.last = 4;
        request.target = path("film.mp4").toStdString();
        const auto done = filmWork(request, std::make_shared<RecordingFactory>(recording))(kGo, kSilent);
        QVERIFY(done.has_value());
        QCOMPARE(recording.pictures.size(), std::size_t(4));
        QVERIFY(recording.finished);
        QVERIFY(std::abs(recording.fps - 15.0) < 1e-9);
        QCOMPARE(recording.width, PanelSequence::kWidth);
        QCOMPARE(recording.height, PanelSequence::kHeight);
        // The dark pixel of each frame is where it belongs.
        for (int i = 0; i < 4; ++i) {
            const std::size_t at = 3U * ((i + 1) * PanelSequence::kWidth + i + 1);
            QVERIFY(recording.pictures[static_cast<std::size_t>(i)][at] < 5);
            QVERIFY(recording.pictures[static_cast<std::size_t>(i)][at + 3] > 50);
        }
    }

    void cancelledFilmsAreNotFinished()
    {
        Recording recording;
        FilmRequest request;
        request.look = bareLook(m_sequence);
        request.timing = m_sequence->info().timing;
        request.last = 5;
        const CancelToken cancel;
        const auto done = filmWork(request, std::make_shared<RecordingFactory>(recording))(
            cancel, [&cancel](int frame, int) {
                if (frame == 2)
                    cancel.cancel();
            });
        QCOMPARE(done.error().code, ErrorCode::Cancelled);
        QCOMPARE(recording.pictures.size(), std::size_t(2));
        QVERIFY(!recording.finished);
    }

    void researchLineIsAlwaysBurnedIn()
    {
        FilmLook look = bareLook(m_sequence);
        look.withOverlay = false;
        const QImage bare = FilmPainter(look).paint(0).value();
        QCOMPARE(bare.size(), QSize(PanelSequence::kWidth, PanelSequence::kHeight));
        int white = 0; // brighter than the ramp, which ends at 137
        for (int y = PanelSequence::kHeight - 14; y < PanelSequence::kHeight; ++y)
            for (int x = 0; x < PanelSequence::kWidth; ++x)
                white += qGray(bare.pixel(x, y)) > 160 ? 1 : 0;
        QVERIFY2(white > 20, qPrintable(QString::number(white)));
    }

    void identityStaysOutUnlessAsked()
    {
        auto anonymous = std::make_shared<PanelSequence>(6);
        FilmLook look = bareLook(m_sequence);
        look.withText = true;
        FilmLook anonymousLook = look;
        anonymousLook.sequence = anonymous;
        const QImage without = FilmPainter(look).paint(2).value();
        QCOMPARE(without, FilmPainter(anonymousLook).paint(2).value());
        look.withIdentity = true;
        QVERIFY(FilmPainter(look).paint(2).value() != without);
        look.withText = false;
        anonymousLook.withText = false;
        QCOMPARE(FilmPainter(look).paint(2).value(), FilmPainter(anonymousLook).paint(2).value());
    }

    void overlayIsDrawnInItsColoursOrLeftOut()
    {
        FilmLook look = bareLook(m_sequence);
        look.results[0] = segmentationOf(m_sequence->info(), 0, 60.0, 0.0, 1.0);
        const QRgb on = FilmPainter(look).paint(0).value().pixel(30, 10);
        QVERIFY(qBlue(on) > qRed(on) + 30);
        look.style.outlineOnly = true;
        const QRgb outlined = FilmPainter(look).paint(0).value().pixel(30, 10);
        QVERIFY(qBlue(outlined) > qRed(outlined) + 20);
        look.withOverlay = false;
        const QRgb off = FilmPainter(look).paint(0).value().pixel(30, 10);
        QCOMPARE(qBlue(off), qRed(off));
    }

    void subtractedFilmMatchesTheScreen()
    {
        SubtractionState state;
        state.enabled = true;
        state.maskFrames = {1};
        m_document->setSubtraction(state);
        QTRY_VERIFY(m_document->window().center > 30000.0); // the mask has been decoded
        FilmLook look = FilmLook::of(*m_document);
        look.withText = false;
        look.withOverlay = false;
        const QImage film = FilmPainter(look).paint(0).value();
        const QImage screen = m_document->image();
        for (int x = 0; x < PanelSequence::kWidth; x += 3)
            for (int y = 0; y < 20; y += 3)
                QCOMPARE(qGray(film.pixel(x, y)), qGray(screen.pixel(x, y)));
    }

    void nonSquarePixelsBecomeSquare()
    {
        m_sequence->edit().spacing = {0.4, 0.2, SpacingKind::Detector};
        FilmPainter painter(bareLook(m_sequence));
        QCOMPARE(painter.size(), QSize(PanelSequence::kWidth, 2 * PanelSequence::kHeight));
        QCOMPARE(painter.paint(0).value().size(), painter.size());
    }

    void pictureIsWrittenWholeAndNeverOver()
    {
        QImage picture(20, 10, QImage::Format_RGB32);
        picture.fill(QColor(10, 20, 30));
        const std::filesystem::path target = path("picture.png").toStdString();
        QVERIFY(pictureWork(picture, target, false)(kGo, kSilent).has_value());
        QCOMPARE(QImage(path("picture.png")).pixelColor(3, 3), QColor(10, 20, 30));
        const auto again = pictureWork(picture, target, false)(kGo, kSilent);
        QCOMPARE(again.error().code, ErrorCode::FileExists);
        QVERIFY(pictureWork(picture, target, true)(kGo, kSilent).has_value());
    }

    void filmNeedsAModule()
    {
        ExportDialog dialog(m_document.get(), nullptr, m_context, &m_jobs);
        dialog.setKind(ExportKind::Film);
        QVERIFY(dialog.target().endsWith("run.mp4"));
        QVERIFY(dialog.obstacle().contains("module"));
        QVERIFY(!labelled<QPushButton>(dialog, "Export")->isEnabled());
        dialog.accept();
        QCOMPARE(m_jobs.rowCount(), 0);
    }

    void dialogWritesThePicture()
    {
        ExportDialog dialog(m_document.get(), nullptr, m_context, &m_jobs);
        QCOMPARE(test::namelessControls(dialog), QStringList());
        dialog.setKind(ExportKind::Picture);
        QVERIFY(dialog.target().endsWith("run_frame0001.png"));
        dialog.setTarget(path("nowhere/a.png"));
        QVERIFY(!dialog.obstacle().isEmpty());
        dialog.setTarget(path("a.png"));
        QCOMPARE(dialog.obstacle(), QString());
        dialog.accept();
        QTRY_VERIFY(QFile::exists(path("a.png")));
        QTRY_COMPARE(m_jobs.runningCount(), 0);
        QCOMPARE(m_jobs.job(0)->state(), Job::State::Done);
        QCOMPARE(QImage(path("a.png")).size(), QSize(PanelSequence::kWidth, PanelSequence::kHeight));
        ExportDialog second(m_document.get(), nullptr, m_context, &m_jobs);
        second.setTarget(path("a.png"));
        QVERIFY(second.obstacle().contains("exists"));
        labelled<QCheckBox>(second, "Replace")->setChecked(true);
        QCOMPARE(second.obstacle(), QString());
        m_jobs.removeFinished();
    }

    void privacyForbidsIdentity()
    {
        ImageView view;
        view.setDocument(m_document.get(), nullptr);
        ExportDialog open(m_document.get(), &view, m_context, &m_jobs);
        QVERIFY(labelled<QCheckBox>(open, "With identity")->isEnabled());
        QVERIFY(!labelled<QCheckBox>(open, "With identity")->isChecked());
        view.setPrivacy(true);
        ExportDialog closed(m_document.get(), &view, m_context, &m_jobs);
        QVERIFY(!labelled<QCheckBox>(closed, "With identity")->isEnabled());
    }

    void segmentationsAreWrittenIntoAFolder()
    {
        ExportDialog dialog(m_document.get(), nullptr, m_context, &m_jobs);
        dialog.setKind(ExportKind::MaskArray);
        QVERIFY(dialog.obstacle().contains("segment"));
        m_document->setResult(2, segmentationOf(m_document->info(), 2, 40.0, 0.0, 1.0));
        dialog.setTarget(path("masks"));
        QCOMPARE(dialog.obstacle(), QString());
        dialog.accept();
        QTRY_COMPARE(m_jobs.runningCount(), 0);
        QCOMPARE(m_jobs.job(0)->state(), Job::State::Done);
        QFile file(path("masks/masks.npy"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("(1, 48, 64"));
        m_jobs.removeFinished();
    }

    void segNeedsADicomImage()
    {
        m_sequence->edit().ids.sopInstanceUid.clear();
        m_document->setResult(0, segmentationOf(m_document->info(), 0, 40.0, 0.0, 1.0));
        ExportDialog dialog(m_document.get(), nullptr, m_context, &m_jobs);
        dialog.setKind(ExportKind::DicomSeg);
        QVERIFY(dialog.obstacle().contains("DICOM"));
    }
};

QTEST_MAIN(TestExport)
#include "tst_export.moc"
