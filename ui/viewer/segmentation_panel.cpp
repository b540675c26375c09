// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/segmentation_panel.h"

#include "ui/common/settings.h"
#include "ui/viewer/found_text.h"
#include "ui/viewer/legend.h"
#include "ui/viewer/panel_parts.h"
#include "ui/viewer/segmentation_controller.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

SegmentationPanel::SegmentationPanel(SegmentationController* controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = scrolledColumn(this);
    layout->addWidget(buildModel());
    layout->addWidget(buildFound());
    layout->addWidget(buildOverlay());
    layout->addWidget(buildRun());
    layout->addStretch();
    connectWidgets();
    refreshModel();
    setDocument(nullptr);
}

QWidget* SegmentationPanel::buildModel()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Model"), column, this);
    m_model = new QComboBox(widget);
    m_model->setAccessibleName(tr("Model"));
    m_model->setToolTip(tr("What marks catheter and guidewire"));
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_model->setMinimumContentsLength(16);
    m_modelState = readOut(tr("Speed and device of the model"), widget);
    makeSecondary(m_modelState);
    m_cardToggle = new QToolButton(widget);
    m_cardToggle->setText(tr("About this model"));
    m_cardToggle->setAccessibleName(tr("About this model"));
    m_cardToggle->setToolTip(tr("Licence, training and limits"));
    m_cardToggle->setCheckable(true);
    m_cardToggle->setAutoRaise(true);
    m_cardToggle->setArrowType(Qt::RightArrow);
    m_cardToggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_cardToggle->setMinimumHeight(24);
    m_card = readOut(tr("Model card"), widget);
    m_card->setVisible(false);
    m_live = new QCheckBox(tr("Live: mark the frame on screen"), widget);
    m_live->setToolTip(tr("Segments every frame that comes to rest on the screen"));
    column->addWidget(m_model);
    column->addWidget(m_modelState);
    column->addWidget(m_live);
    column->addWidget(m_cardToggle, 0, Qt::AlignLeft);
    column->addWidget(m_card);
    return widget;
}

QWidget* SegmentationPanel::buildFound()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Found in this frame"), column, this);
    m_found = readOut(tr("Found in this frame"), widget);
    m_warning = readOut(tr("Warning about the mask"), widget);
    m_origin = readOut(tr("Origin of the mask"), widget);
    makeSecondary(m_origin);
    column->addWidget(m_found);
    column->addWidget(m_warning);
    column->addWidget(m_origin);
    return widget;
}

QWidget* SegmentationPanel::buildOverlay()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Overlay"), column, this);
    m_visible = new QCheckBox(tr("Show"), widget);
    m_visible->setAccessibleName(tr("Show the overlay"));
    m_visible->setToolTip(withShortcut(tr("Show or hide masks, lines and tips"), "S"));
    m_outline = new QCheckBox(tr("Outlines only"), widget);
    m_outline->setToolTip(tr("No fill, so that nothing of the picture is covered"));
    auto* caption = new QLabel(tr("Opacity"), widget);
    m_opacity = new QSlider(Qt::Horizontal, widget);
    m_opacity->setRange(10, 100);
    m_opacity->setPageStep(10);
    m_opacity->setAccessibleName(tr("Opacity in percent"));
    m_opacity->setToolTip(tr("Opacity of the overlay (, and .)"));
    caption->setBuddy(m_opacity);
    auto* switches = new QHBoxLayout;
    switches->addWidget(m_visible);
    switches->addWidget(m_outline);
    switches->addStretch();
    auto* opacity = new QHBoxLayout;
    opacity->addWidget(caption);
    opacity->addWidget(m_opacity, 1);
    column->addLayout(switches);
    column->addLayout(opacity);
    column->addWidget(new Legend(widget));
    return widget;
}

QWidget* SegmentationPanel::buildRun()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Whole clip"), column, this);
    m_clip = new QPushButton(tr("Segment whole clip"), widget);
    m_clip->setToolTip(tr("Runs the model on every frame; the strip under the cine fills as it goes"));
    m_cancel = new QPushButton(tr("Cancel"), widget);
    m_cancel->setAccessibleName(tr("Cancel the segmentation of the clip"));
    m_cancel->setToolTip(tr("Stop; frames that are done stay"));
    m_clear = new QPushButton(tr("Clear results"), widget);
    m_clear->setToolTip(tr("Forget the masks of all frames"));
    m_progress = new QProgressBar(widget);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->setAccessibleName(tr("Progress of the segmentation"));
    m_runState = readOut(tr("State of the segmentation"), widget);
    makeSecondary(m_runState);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_clip, 1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_clear);
    column->addLayout(buttons);
    column->addWidget(m_progress);
    column->addWidget(m_runState);
    return widget;
}

void SegmentationPanel::connectWidgets()
{
    connect(m_cardToggle, &QToolButton::toggled, this, [this](bool open) {
        m_card->setVisible(open);
        m_cardToggle->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(m_visible, &QCheckBox::toggled, this, &SegmentationPanel::applyOverlay);
    connect(m_outline, &QCheckBox::toggled, this, &SegmentationPanel::applyOverlay);
    connect(m_opacity, &QSlider::valueChanged, this, &SegmentationPanel::applyOverlay);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        if (m_document)
            m_document->clearResults();
    });
    if (!m_controller)
        return;
    connect(m_model, &QComboBox::activated, this, [this](int index) {
        const QString id = m_model->itemData(index).toString();
        if (id.isEmpty())
            chooseModelFile();
        else
            m_controller->setModel(id);
    });
    connect(m_live, &QCheckBox::toggled, m_controller, &SegmentationController::setLive);
    connect(m_clip, &QPushButton::clicked, this, [this] {
        m_controller->segmentClip(m_document);
        refreshRun();
    });
    connect(m_cancel, &QPushButton::clicked, m_controller, &SegmentationController::cancelClip);
    connect(m_controller, &SegmentationController::modelChanged, this, &SegmentationPanel::refreshModel);
    connect(m_controller, &SegmentationController::liveChanged, m_live, &QCheckBox::setChecked);
    connect(m_controller, &SegmentationController::answered, this, &SegmentationPanel::refreshSpeed);
    connect(m_controller, &SegmentationController::clipProgress, this, [this](int done, int total) {
        m_progress->setRange(0, total);
        m_progress->setValue(done);
        m_lastClip = ClipState::Running;
        refreshRun();
    });
    connect(m_controller, &SegmentationController::clipFinished, this, [this](bool complete) {
        m_lastClip = complete ? ClipState::Complete : ClipState::Stopped;
        refreshRun();
    });
}

void SegmentationPanel::setDocument(SeriesDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    if (m_lastClip != ClipState::Running)
        m_lastClip = ClipState::None;
    if (m_document) {
        connect(m_document, &SeriesDocument::changed, this, &SegmentationPanel::onChanged);
        connect(m_document, &QObject::destroyed, this, [this] { setDocument(nullptr); });
    }
    onChanged(SeriesDocument::Everything);
}

void SegmentationPanel::onChanged(SeriesDocument::Changes what)
{
    if (what & SeriesDocument::Overlay)
        refreshOverlay();
    if (what & (SeriesDocument::Picture | SeriesDocument::Results | SeriesDocument::Measurements))
        refreshFound();
    if (what & SeriesDocument::Results)
        refreshRun();
}

void SegmentationPanel::refreshModel()
{
    m_model->clear();
    m_card->clear();
    if (m_controller) {
        for (const ModelCard& card : m_controller->models()) {
            m_model->addItem(QString::fromStdString(card.name), QString::fromStdString(card.id));
            m_model->setItemData(m_model->count() - 1, cardText(card), Qt::ToolTipRole);
            if (QString::fromStdString(card.id) == m_controller->modelId())
                m_card->setText(cardText(card));
        }
        m_model->addItem(tr("Model file…"));
        m_model->setItemData(m_model->count() - 1, tr("Weights of a run or an exported model"),
                             Qt::ToolTipRole);
        m_model->setCurrentIndex(m_model->findData(m_controller->modelId()));
        m_live->setChecked(m_controller->isLive());
    }
    m_model->setEnabled(m_model->count() > 0);
    m_live->setEnabled(m_controller);
    refreshSpeed();
}

void SegmentationPanel::chooseModelFile()
{
    Settings settings;
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Model file"), settings.lastFolder(),
                                     tr("Models (*.safetensors *.pt *.pth *.ts *.torchscript)"));
    if (file.isEmpty()) {
        m_model->setCurrentIndex(m_model->findData(m_controller->modelId()));
        return;
    }
    settings.setLastFolder(QFileInfo(file).absolutePath());
    m_controller->setModel(m_controller->addModelFile(file.toStdString()));
}

void SegmentationPanel::refreshSpeed()
{
    const SegmentationPtr result = m_document ? m_document->result(m_document->shownFrame()) : nullptr;
    const double ms = m_controller ? m_controller->lastMs() : 0.0;
    if (ms <= 0.0) {
        m_modelState->setText(tr("not run yet"));
        return;
    }
    const QString device = result ? QString::fromStdString(result->provenance.device).toUpper() : QString();
    m_modelState->setText(tr("%1 ms per frame").arg(QLocale::c().toString(ms, 'f', ms < 10 ? 1 : 0)) +
                          (device.isEmpty() ? QString() : QStringLiteral(" · ") + device));
}

void SegmentationPanel::refreshFound()
{
    const SegmentationPtr result = m_document ? m_document->result(m_document->shownFrame()) : nullptr;
    if (!m_document)
        m_found->setText(tr("No sequence is open."));
    else if (!result)
        m_found->setText(tr("Not segmented yet. Live marks fluoroscopy; any clip can be segmented whole."));
    else
        m_found->setText(foundText(*result, m_document->spacing()));
    m_origin->setVisible(result != nullptr);
    const QString warning =
        result ? maskWarning(*result, m_document->info(), m_document->shownFrame()) : QString();
    m_warning->setVisible(!warning.isEmpty());
    m_warning->setText(warning);
    if (result)
        m_origin->setText(originText(*result));
    refreshSpeed();
}

void SegmentationPanel::refreshOverlay()
{
    const OverlayStyle style = m_document ? m_document->overlayStyle() : OverlayStyle{};
    m_refreshing = true;
    m_visible->setChecked(style.visible);
    m_outline->setChecked(style.outlineOnly);
    m_opacity->setValue(qRound(100 * style.opacity));
    m_refreshing = false;
    for (QWidget* widget : {static_cast<QWidget*>(m_visible), static_cast<QWidget*>(m_outline),
                            static_cast<QWidget*>(m_opacity)})
        widget->setEnabled(m_document);
}

void SegmentationPanel::applyOverlay()
{
    if (m_refreshing || !m_document)
        return;
    OverlayStyle style = m_document->overlayStyle();
    style.visible = m_visible->isChecked();
    style.outlineOnly = m_outline->isChecked();
    style.opacity = m_opacity->value() / 100.0;
    m_document->setOverlayStyle(style);
}

void SegmentationPanel::refreshRun()
{
    const bool running = m_controller && m_controller->isClipRunning();
    const int results = m_document ? static_cast<int>(m_document->results().size()) : 0;
    m_clip->setEnabled(m_controller && m_document && !running);
    m_cancel->setVisible(running);
    m_clear->setVisible(!running);
    m_clear->setEnabled(results > 0);
    m_progress->setVisible(running);
    QString text =
        m_document ? tr("%1 of %2 frames segmented").arg(results).arg(m_document->frameCount()) : QString();
    if (running)
        text = tr("frame %1 of %2").arg(m_progress->value()).arg(m_progress->maximum());
    else if (m_lastClip == ClipState::Stopped)
        text += tr(" · stopped");
    m_runState->setText(text);
}

} // namespace fedefm
