// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/export_dialog.h"

#include "ui/jobs/job_model.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>

#include <algorithm>

namespace fedefm {

namespace {

enum RangeChoice { WholeClip, PlayRange };

bool isSegmentation(ExportKind kind)
{
    return kind != ExportKind::Picture && kind != ExportKind::Film;
}

SegmentationFormat formatOf(ExportKind kind)
{
    switch (kind) {
    case ExportKind::DicomSeg:
        return SegmentationFormat::Seg;
    case ExportKind::MaskArray:
        return SegmentationFormat::Npy;
    case ExportKind::Curves:
        return SegmentationFormat::Json;
    case ExportKind::Coco:
        return SegmentationFormat::Coco;
    default:
        return SegmentationFormat::Png;
    }
}

QString homeFolder()
{
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QFileInfo(documents).isDir() ? documents : QDir::homePath();
}

std::filesystem::path pathOf(const QString& text)
{
    return std::filesystem::path(QDir::cleanPath(text.trimmed()).toStdString());
}

} // namespace

ExportDialog::ExportDialog(SeriesDocument* document, const ImageView* view, const AppContext& context,
                           JobModel* jobs, QWidget* parent)
    : QDialog(parent), m_document(document), m_view(view), m_context(context), m_jobs(jobs)
{
    // The tile may show another sequence before this one is exported.
    if (view && view->document() == document)
        m_cine = view->cine();
    setWindowTitle(tr("Export"));
    setModal(false);
    buildWidgets();
    connectWidgets();
    proposeTarget();
    refresh();
}

void ExportDialog::buildWidgets()
{
    m_kind = new QComboBox(this);
    m_kind->setAccessibleName(tr("What to export"));
    const std::pair<ExportKind, QString> kinds[] = {
        {ExportKind::Picture, tr("This frame as picture (PNG)")},
        {ExportKind::Film, tr("Film (MP4)")},
        {ExportKind::DicomSeg, tr("Segmentation as DICOM SEG")},
        {ExportKind::MaskPictures, tr("Masks as pictures (PNG)")},
        {ExportKind::MaskArray, tr("Masks as array (npy)")},
        {ExportKind::Curves, tr("Centre-lines and tips (JSON)")},
        {ExportKind::Coco, tr("Masks and key points (COCO)")},
    };
    for (const auto& [kind, text] : kinds)
        m_kind->addItem(text, static_cast<int>(kind));
    m_range = new QComboBox(this);
    m_range->setAccessibleName(tr("Frames"));
    m_range->addItem(tr("Whole clip"), WholeClip);
    if (m_cine)
        m_range->addItem(QString(), PlayRange);
    m_scale = new QComboBox(this);
    m_scale->setAccessibleName(tr("Size of the picture"));
    for (const int factor : {1, 2, 4})
        m_scale->addItem(factor == 1 ? tr("Image size") : tr("%1 × image size").arg(factor), factor);
    m_overlay = new QCheckBox(tr("With overlay, as shown"), this);
    m_overlay->setToolTip(tr("Masks, lines, tips, measurements and the file's own overlays"));
    m_overlay->setChecked(true);
    m_text = new QCheckBox(tr("With text"), this);
    m_text->setToolTip(tr("Frame, time, window and angles"));
    m_text->setChecked(true);
    m_identity = new QCheckBox(tr("With identity"), this);
    m_identity->setToolTip(tr("Burns name, ID and dates into the picture"));
    m_overwrite = new QCheckBox(tr("Replace what is there"), this);
    m_target = new QLineEdit(this);
    m_target->setAccessibleName(tr("Target"));
    m_browse = new QPushButton(tr("Browse…"), this);
    m_browse->setAccessibleName(tr("Choose the target"));
    m_note = readOut(tr("Note"), this);
    makeSecondary(m_note);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_start = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);

    auto* target = new QWidget(this);
    target->setFocusProxy(m_target);
    auto* targetRow = new QHBoxLayout(target);
    targetRow->setContentsMargins(0, 0, 0, 0);
    targetRow->addWidget(m_target, 1);
    targetRow->addWidget(m_browse);
    m_form = new QFormLayout;
    m_form->addRow(tr("&What"), m_kind);
    m_form->addRow(tr("&Frames"), m_range);
    m_form->addRow(tr("&Size"), m_scale);
    m_form->addRow(QString(), m_overlay);
    m_form->addRow(QString(), m_text);
    m_form->addRow(QString(), m_identity);
    m_form->addRow(tr("Tar&get"), target);
    m_form->addRow(QString(), m_overwrite);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(m_form);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    setMinimumWidth(480);
}

void ExportDialog::connectWidgets()
{
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_targetEdited)
            proposeTarget();
        refresh();
    });
    connect(m_text, &QCheckBox::toggled, this, &ExportDialog::refresh);
    connect(m_overwrite, &QCheckBox::toggled, this, &ExportDialog::refresh);
    connect(m_target, &QLineEdit::textEdited, this, [this] { m_targetEdited = true; });
    connect(m_target, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::browse);
    if (m_cine)
        connect(m_cine, &CineController::stateChanged, this, &ExportDialog::refresh);
    if (m_document) {
        connect(m_document, &QObject::destroyed, this, &ExportDialog::reject);
        connect(m_document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
            if (what & (SeriesDocument::Results | SeriesDocument::Subtraction))
                refresh();
        });
    }
}

void ExportDialog::setKind(ExportKind kind)
{
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(kind)));
}

ExportKind ExportDialog::kind() const
{
    return static_cast<ExportKind>(m_kind->currentData().toInt());
}

void ExportDialog::setTarget(const QString& path)
{
    m_targetEdited = true;
    m_target->setText(path);
}

QString ExportDialog::target() const
{
    return m_target->text();
}

void ExportDialog::proposeTarget()
{
    if (!m_document)
        return;
    const QString base = QFileInfo(m_document->title()).completeBaseName();
    QString name = base + QStringLiteral("_segmentation");
    if (kind() == ExportKind::Picture)
        name = QStringLiteral("%1_frame%2.png")
                   .arg(base)
                   .arg(m_document->shownFrame() + 1, 4, 10, QLatin1Char('0'));
    else if (kind() == ExportKind::Film)
        name = base + QStringLiteral(".mp4");
    m_target->setText(QDir(homeFolder()).filePath(name));
}

QString ExportDialog::obstacle() const
{
    if (!m_document || m_document->image().isNull())
        return tr("No picture is on screen.");
    const std::filesystem::path path = pathOf(m_target->text());
    if (m_target->text().trimmed().isEmpty())
        return tr("Choose where to write.");
    if (kind() == ExportKind::Film) {
        if (!m_context.modules || !filmWriterFor(m_context.modules->contents(), path))
            return tr(
                "No installed module writes films of this kind: install the video module or choose .mp4.");
        if (m_document->isVesselMap())
            return tr("The vessel map is a single picture: go back to the cine first.");
    }
    if (isSegmentation(kind())) {
        if (m_document->results().empty())
            return tr("Nothing is segmented yet: segment the clip first.");
        if (kind() == ExportKind::DicomSeg && m_document->info().ids.sopInstanceUid.empty())
            return tr("A DICOM SEG refers to a DICOM image; this sequence is none.");
    } else if (!QFileInfo(m_target->text()).absoluteDir().exists()) {
        return tr("The folder does not exist.");
    } else if (QFileInfo::exists(m_target->text()) && !m_overwrite->isChecked()) {
        return tr("The file exists: tick “Replace what is there” or choose another name.");
    }
    return {};
}

void ExportDialog::refresh()
{
    const bool segmentation = isSegmentation(kind());
    const bool privacy = isPrivacy();
    m_form->setRowVisible(m_range, kind() == ExportKind::Film);
    m_form->setRowVisible(m_scale, kind() == ExportKind::Picture);
    m_form->setRowVisible(m_overlay, !segmentation);
    m_form->setRowVisible(m_text, !segmentation);
    m_form->setRowVisible(m_identity, !segmentation);
    if (m_cine)
        m_range->setItemText(
            1, tr("In to out point (%1 to %2)").arg(m_cine->first() + 1).arg(m_cine->last() + 1));
    m_identity->setEnabled(m_text->isChecked() && !privacy);
    if (!m_identity->isEnabled())
        m_identity->setChecked(false);
    m_identity->setText(privacy ? tr("With identity (privacy mode is on)") : tr("With identity"));
    const QString reason = obstacle();
    m_start->setEnabled(reason.isEmpty());
    m_start->setToolTip(reason);
    const QString usual = segmentation ? tr("Written into this folder. Frames that are segmented: %1.")
                                             .arg(m_document ? m_document->results().size() : 0)
                                       : tr("“Research use only: not for diagnosis” is burned in.");
    m_note->setText(reason.isEmpty() ? usual : reason);
}

void ExportDialog::browse()
{
    auto* dialog = new QFileDialog(this, tr("Export to"), m_target->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (isSegmentation(kind())) {
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
        dialog->setDirectory(QFileInfo(m_target->text()).absolutePath());
    } else {
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(kind() == ExportKind::Film ? QStringLiteral("mp4") : QStringLiteral("png"));
        dialog->selectFile(m_target->text());
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        // The save dialog has asked already whether an existing file may go.
        m_overwrite->setChecked(!isSegmentation(kind()) && QFileInfo::exists(path));
        setTarget(path);
    });
    dialog->setModal(false);
    dialog->show();
}

/// Asked again when the export starts: privacy may have been switched on since the box was ticked.
bool ExportDialog::isPrivacy() const
{
    return m_view && m_view->isPrivacy();
}

FilmRequest ExportDialog::filmRequest() const
{
    FilmRequest request;
    request.look = FilmLook::of(*m_document);
    request.look.withOverlay = m_overlay->isChecked();
    request.look.withText = m_text->isChecked();
    request.look.withIdentity = m_identity->isChecked() && !isPrivacy();
    request.timing = m_cine ? m_cine->timing() : m_document->info().timing;
    request.last = m_document->frameCount() - 1;
    if (m_cine && m_range->currentData().toInt() == PlayRange) {
        request.first = m_cine->first();
        request.last = m_cine->last();
    }
    request.target = pathOf(m_target->text());
    request.overwrite = m_overwrite->isChecked();
    return request;
}

Job::Work ExportDialog::work() const
{
    const std::filesystem::path path = pathOf(m_target->text());
    if (kind() == ExportKind::Film)
        return filmWork(filmRequest(), filmWriterFor(m_context.modules->contents(), path));
    if (kind() == ExportKind::Picture)
        return pictureWork(ImageView::renderDocument(*m_document, m_scale->currentData().toInt(),
                                                     m_overlay->isChecked(), m_text->isChecked(),
                                                     !m_identity->isChecked() || isPrivacy()),
                           path, m_overwrite->isChecked());
    ExportJob job;
    job.sequence = m_document->sequence();
    for (const auto& [frame, result] : m_document->results())
        job.results.push_back(result);
    job.folder = path;
    job.overwrite = m_overwrite->isChecked();
    return segmentationWork(std::move(job), formatOf(kind()), m_context.modules);
}

void ExportDialog::accept()
{
    if (!obstacle().isEmpty()) {
        refresh();
        return;
    }
    m_jobs->start(tr("Export %1").arg(QFileInfo(m_target->text()).fileName()), work());
    QDialog::accept();
}

} // namespace fedefm
