// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/issue_model.h"
#include "ui/jobs/export_dialog.h"
#include "ui/jobs/job_model.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_fields.h"
#include "ui/shell/study_panel.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"

#include "core/dicom/dicom_deidentify.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace fedefm {

namespace {

constexpr int kTiles = 4;
constexpr int kAutoSegmentFrames = 400; ///< longer clips are segmented whole on request only

QString keyOf(const SequenceInfo& info)
{
    return QString::fromStdString(info.ids.sopInstanceUid.empty() ? info.path : info.ids.sopInstanceUid);
}

QFileDialog* makeFileDialog(QWidget* parent, const QString& title, const QString& folder)
{
    auto* dialog = new QFileDialog(parent, title, folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(title);
    // The native dialog would block tests that have no screen.
    if (QGuiApplication::platformName() == QLatin1String("offscreen"))
        dialog->setOption(QFileDialog::DontUseNativeDialog);
    return dialog;
}

} // namespace

void MainWindow::askForFiles()
{
    QFileDialog* dialog = makeFileDialog(this, tr("Open files"), m_settings.lastFolder());
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this,
            [this](const QStringList& paths) { openPaths(paths, OpenMode{}); });
    dialog->open();
}

void MainWindow::askForFolder()
{
    QFileDialog* dialog = makeFileDialog(this, tr("Open folder"), m_settings.lastFolder());
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { openPaths({path}, OpenMode{}); });
    dialog->open();
}

void MainWindow::openPaths(const QStringList& paths, OpenMode mode, int firstTile)
{
    if (paths.isEmpty())
        return;
    setMode(WindowMode::View);
    const int count = static_cast<int>(std::min<qsizetype>(paths.size(), kTiles));
    int tile = firstTile >= 0 ? firstTile : m_grid->activeTile();
    if (count > 1) {
        tile = 0;
        if (count > m_grid->tileCount()) {
            m_grid->setLayoutShape(count > 2 ? 2 : 1, 2);
            m_layoutGrown = true;
        }
    }
    for (int i = 0; i < count; ++i) {
        const QString path = QFileInfo(paths.at(i)).absoluteFilePath();
        OpenMode own = mode;
        own.segmentClip = mode.segmentClip && i == 0;
        m_opener.open(path, std::min(tile + i, kTiles - 1), own);
    }
    // More than there are tiles: the rest waits in the study tree.
    for (qsizetype i = count; i < paths.size(); ++i)
        m_studies->scan(QFileInfo(paths.at(i)).absoluteFilePath());
    m_settings.setLastFolder(QFileInfo(paths.first()).absolutePath());
}

void MainWindow::dropEmptyTiles()
{
    if (!std::exchange(m_layoutGrown, false))
        return;
    int last = 0;
    for (int tile = 0; tile < kTiles; ++tile) {
        if (!m_grid->document(tile))
            continue;
        last = tile;
        if (!m_grid->activeDocument())
            m_grid->setActiveTile(tile);
    }
    if (last == 0)
        m_grid->setLayoutShape(1, 1);
    else if (last == 1)
        m_grid->setLayoutShape(1, 2);
}

void MainWindow::openFirstOfScan()
{
    if (m_grid->activeDocument() || m_opener.pendingCount() > 0)
        return;
    const QString first = m_studies->model()->neighbour({}, 1);
    if (!first.isEmpty())
        m_opener.open(first, m_grid->activeTile(), OpenMode{true, false});
}

void MainWindow::openNeighbour(int step)
{
    const SeriesDocument* document = m_grid->activeDocument();
    const QString path = m_studies->model()->neighbour(
        document ? QString::fromStdString(document->info().path) : QString(), step);
    const bool wasPlaying = m_grid->activeCine() && m_grid->activeCine()->isPlaying();
    if (!path.isEmpty())
        m_opener.open(path, m_grid->activeTile(), OpenMode{wasPlaying, false});
    else
        m_status->showMessage(step > 0 ? tr("This is the last run.") : tr("This is the first run."));
}

void MainWindow::onSequenceOpened(int tile, const SequencePtr& sequence, OpenMode mode)
{
    rememberDisplay(tile);
    auto document = std::make_unique<SeriesDocument>(sequence, m_settings.cacheBytes());
    const SequenceInfo& info = sequence->info();
    const QVariantMap state = m_settings.displayState(keyOf(info));
    if (!state.isEmpty())
        document->restoreState(state);
    const QString path = QString::fromStdString(info.path);
    for (const std::string& warning : info.warnings)
        m_context.issues->report(Issue{Severity::Warning, path, QString::fromStdString(warning),
                                       tr("The picture is shown; check what depends on this."), 1});
    m_studies->model()->addEntries({StudyModel::entryOf(info)});
    if (!path.startsWith(QStandardPaths::writableLocation(QStandardPaths::CacheLocation)))
        m_settings.addRecentFile(path);
    SeriesDocument* shown = document.get();
    m_grid->setDocument(tile, std::move(document));
    connect(shown->undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateActions);
    if (CineController* cine = m_grid->cine(tile)) {
        const bool canPlay = info.frameCount > 1;
        if (!canPlay || !mode.play)
            cine->goTo(mode.play ? 0 : cine->first());
        cine->setPlaying(canPlay && mode.play);
    }
    if (mode.segmentClip && info.frameCount <= kAutoSegmentFrames && m_segmentation->isLive())
        m_segmentation->segmentClip(shown);
    updateActions();
}

void MainWindow::onSegRead(const ReadSeg& seg)
{
    for (const std::string& warning : seg.seg->warnings)
        m_context.issues->report(Issue{Severity::Warning, seg.path, QString::fromStdString(warning), {}, 1});
    m_waitingSegs.push_back(seg);
    tryWaitingSegs();
}

bool MainWindow::applySeg(const ReadSeg& seg, SeriesDocument& document)
{
    const auto results = segmentationsFor(*seg.seg, document.info());
    if (!results)
        return false;
    m_segmentation->cancelClip(); // the file's statement is not to be overwritten by a model
    for (const auto& [frame, result] : *results)
        document.setResult(frame, result);
    OverlayStyle style = document.overlayStyle();
    style.visible = true;
    document.setOverlayStyle(style);
    m_status->showMessage(tr("Segmentation shown, frames: %1").arg(results->size()));
    return true;
}

void MainWindow::tryWaitingSegs()
{
    const auto applied = [this](const ReadSeg& seg) {
        for (int tile = 0; tile < kTiles; ++tile)
            if (SeriesDocument* document = m_grid->document(tile))
                if (applySeg(seg, *document))
                    return true;
        return false;
    };
    m_waitingSegs.erase(std::remove_if(m_waitingSegs.begin(), m_waitingSegs.end(), applied),
                        m_waitingSegs.end());
    if (m_waitingSegs.empty() || m_opener.pendingCount() > 0)
        return;
    for (const ReadSeg& seg : m_waitingSegs) {
        for (const SegFrame& frame : seg.seg->frames) {
            const QString source = m_studies->model()->pathOfInstance(frame.sourceSopInstanceUid);
            if (source.isEmpty() || m_triedSources.contains(source))
                continue;
            m_triedSources.insert(source);
            m_opener.open(source, m_grid->activeTile(), OpenMode{});
            return;
        }
    }
    if (m_studies->scanner()->isRunning())
        return;
    for (const ReadSeg& seg : m_waitingSegs)
        m_context.issues->report(Error{ErrorCode::ReferenceMismatch, seg.path.toStdString(),
                                       "none of the open or scanned images is its source"});
    m_waitingSegs.clear();
    m_triedSources.clear();
    showIssues();
}

void MainWindow::rememberDisplay(int tile) const
{
    if (const SeriesDocument* document = m_grid->document(tile))
        Settings().setDisplayState(keyOf(document->info()), document->saveState());
}

void MainWindow::exportActive()
{
    if (!m_grid->activeDocument())
        return;
    auto* dialog = new ExportDialog(m_grid->activeDocument(), m_grid->activeView(), m_context, m_jobs, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::deidentifyActive()
{
    const SeriesDocument* document = m_grid->activeDocument();
    if (!document)
        return;
    const QString source = QString::fromStdString(document->info().path);
    QFileDialog* dialog = makeFileDialog(this, tr("De-identified copy"), m_settings.lastFolder());
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("DICOM (*.dcm)"));
    dialog->setDefaultSuffix(QStringLiteral("dcm"));
    dialog->selectFile(QStringLiteral("deidentified.dcm"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, source](const QString& target) { startDeidentify(source, target); });
    dialog->open();
}

void MainWindow::startDeidentify(const QString& source, const QString& target)
{
    if (QFileInfo(source) == QFileInfo(target)) {
        m_context.issues->report(Error{ErrorCode::InvalidArgument, target.toStdString(),
                                       "the copy needs another name than its source"});
        showIssues();
        return;
    }
    auto report = std::make_shared<DeidentifyReport>();
    const auto work = [source, target, salt = m_settings.deidentifySalt(),
                       report](const CancelToken&, const Progress&) -> Result<JobOutput> {
        // The file dialog has asked already whether an older file may be replaced.
        Result<DeidentifyReport> done = deidentify(source.toStdString(), target.toStdString(), salt, true);
        if (!done)
            return tl::unexpected(done.error());
        *report = std::move(*done);
        return JobOutput{{target.toStdString()}};
    };
    m_jobs->start(tr("De-identified copy"), work, this, [this, report, target](const Job& job) {
        if (job.state() != Job::State::Done)
            return;
        for (const std::string& warning : report->warnings)
            m_context.issues->report(Issue{Severity::Warning, target, QString::fromStdString(warning),
                                           tr("Look at the pictures before you give the copy away."), 1});
        if (!report->warnings.empty())
            showIssues();
        m_status->showMessage(tr("De-identified: %1 attributes removed, %2 replaced")
                                  .arg(report->removed)
                                  .arg(report->replaced));
    });
}

void MainWindow::closeActive()
{
    const int tile = m_grid->activeTile();
    rememberDisplay(tile);
    m_grid->closeTile(tile);
}

} // namespace fedefm
