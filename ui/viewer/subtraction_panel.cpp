// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/subtraction_panel.h"

#include "ui/jobs/job_model.h"
#include "ui/viewer/panel_parts.h"
#include "ui/viewer/vessel_map_task.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace fedefm {

namespace {

constexpr double kLargestShiftPx = 200.0;

QDoubleSpinBox* shiftBox(const QString& accessibleName, const QString& toolTip, QWidget* parent)
{
    auto* box = new QDoubleSpinBox(parent);
    box->setRange(-kLargestShiftPx, kLargestShiftPx);
    box->setDecimals(1);
    box->setSingleStep(0.1);
    box->setSuffix(SubtractionPanel::tr(" px"));
    box->setAccessibleName(accessibleName);
    box->setToolTip(toolTip);
    return box;
}

QPushButton* pushButton(const QString& text, const QString& toolTip, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setToolTip(toolTip);
    button->setAccessibleName(text);
    return button;
}

} // namespace

SubtractionPanel::SubtractionPanel(JobModel* jobs, QWidget* parent) : QWidget(parent), m_jobs(jobs)
{
    m_enabled = new QCheckBox(tr("Subtract a mask"), this);
    m_enabled->setToolTip(tr("Digital subtraction: only what changed against the mask stays"));
    m_note = emptyState({}, this);
    m_thisFrame =
        pushButton(tr("This frame as mask"), tr("Subtract the frame on screen from all others"), this);
    m_details = new QWidget(this);
    auto* details = new QVBoxLayout(m_details);
    details->setContentsMargins(0, 0, 0, 0);
    details->addWidget(buildMask());
    details->addWidget(buildShift());

    auto* layout = scrolledColumn(this);
    layout->addWidget(m_enabled);
    layout->addWidget(m_note);
    layout->addWidget(m_thisFrame);
    layout->addWidget(m_details);
    layout->addWidget(buildVesselMap());
    layout->addStretch();
    connectWidgets();
    setDocument(nullptr);
}

QWidget* SubtractionPanel::buildMask()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Mask"), column, this);
    m_source = new QComboBox(widget);
    m_source->setAccessibleName(tr("Kind of mask"));
    m_source->addItem(tr("As the file says"), FileMask);
    m_source->addItem(tr("One frame"), OneFrame);
    m_source->addItem(tr("Mean of frames"), MeanOfRange);
    m_from = new QSpinBox(widget);
    m_from->setAccessibleName(tr("First mask frame"));
    m_from->setPrefix(tr("frame "));
    m_to = new QSpinBox(widget);
    m_to->setAccessibleName(tr("Last mask frame"));
    m_toLabel = new QLabel(tr("to"), widget);
    for (QSpinBox* box : {m_from, m_to})
        box->setKeyboardTracking(false);
    auto* frames = new QHBoxLayout;
    frames->addWidget(m_from, 1);
    frames->addWidget(m_toLabel);
    frames->addWidget(m_to, 1);
    column->addWidget(m_source);
    column->addLayout(frames);
    return widget;
}

QWidget* SubtractionPanel::buildShift()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Shift of the mask"), column, this);
    const QString hint = tr("Alt+arrows move by 1 px, with Shift by 0.1 px");
    m_dx = shiftBox(tr("Shift to the right"), hint, widget);
    m_dx->setPrefix(QStringLiteral("→ "));
    m_dy = shiftBox(tr("Shift downwards"), hint, widget);
    m_dy->setPrefix(QStringLiteral("↓ "));
    m_autoShift = pushButton(tr("Register"),
                             tr("Find the shift by phase correlation with the frame on screen"), widget);
    m_resetShift = pushButton(tr("Reset"), tr("No shift beyond the file's"), widget);
    auto* boxes = new QHBoxLayout;
    boxes->addWidget(m_dx, 1);
    boxes->addWidget(m_dy, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_autoShift, 1);
    buttons->addWidget(m_resetShift, 1);
    column->addLayout(boxes);
    column->addLayout(buttons);

    auto* heading = new QLabel(tr("Landmarks"), widget);
    m_landmark = new QSlider(Qt::Horizontal, widget);
    m_landmark->setRange(0, 100);
    m_landmark->setPageStep(10);
    m_landmark->setAccessibleName(tr("Landmarks in percent"));
    m_landmark->setToolTip(tr("How much of the mask's anatomy shows through"));
    heading->setBuddy(m_landmark);
    m_landmarkValue = new QLabel(widget);
    m_landmarkValue->setMinimumWidth(m_landmarkValue->fontMetrics().horizontalAdvance("100 %"));
    auto* landmark = new QHBoxLayout;
    landmark->addWidget(heading);
    landmark->addWidget(m_landmark, 1);
    landmark->addWidget(m_landmarkValue);
    column->addLayout(landmark);
    return widget;
}

QWidget* SubtractionPanel::buildVesselMap()
{
    QVBoxLayout* column = nullptr;
    QWidget* widget = section(tr("Vessel map"), column, this);
    m_map = pushButton(tr("Make vessel map"),
                       tr("The darkest value of every pixel over all frames: where dye ever was"), widget);
    m_mapCancel = pushButton(tr("Cancel"), tr("Stop making the vessel map"), widget);
    m_mapCancel->setAccessibleName(tr("Cancel the vessel map"));
    m_mapState = new QLabel(widget);
    m_mapState->setWordWrap(true);
    makeSecondary(m_mapState);
    auto* row = new QHBoxLayout;
    row->addWidget(m_map, 1);
    row->addWidget(m_mapCancel);
    column->addLayout(row);
    column->addWidget(m_mapState);
    return widget;
}

void SubtractionPanel::connectWidgets()
{
    connect(m_enabled, &QCheckBox::toggled, this, &SubtractionPanel::apply);
    connect(m_source, &QComboBox::currentIndexChanged, this, &SubtractionPanel::apply);
    connect(m_from, &QSpinBox::valueChanged, this, &SubtractionPanel::apply);
    connect(m_to, &QSpinBox::valueChanged, this, &SubtractionPanel::apply);
    connect(m_dx, &QDoubleSpinBox::valueChanged, this, &SubtractionPanel::apply);
    connect(m_dy, &QDoubleSpinBox::valueChanged, this, &SubtractionPanel::apply);
    connect(m_landmark, &QSlider::valueChanged, this, &SubtractionPanel::apply);
    connect(m_thisFrame, &QPushButton::clicked, this, &SubtractionPanel::useThisFrame);
    connect(m_autoShift, &QPushButton::clicked, this, &SubtractionPanel::autoShift);
    connect(m_resetShift, &QPushButton::clicked, this, [this] {
        if (!m_document)
            return;
        SubtractionState state = m_document->subtraction();
        state.shift = {};
        m_document->setSubtraction(state);
    });
    connect(m_map, &QPushButton::clicked, this, &SubtractionPanel::toggleVesselMap);
    connect(m_mapCancel, &QPushButton::clicked, this, [this] {
        if (m_mapJob)
            m_mapJob->cancel();
    });
}

void SubtractionPanel::setDocument(SeriesDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    m_refreshing = true;
    const int count = m_document ? m_document->frameCount() : 0;
    m_from->setRange(1, std::max(1, count));
    m_to->setRange(1, std::max(1, count));
    m_refreshing = false;
    if (m_document) {
        connect(m_document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
            if (what & SeriesDocument::Subtraction)
                refresh();
        });
        connect(m_document, &QObject::destroyed, this, [this] { setDocument(nullptr); });
    }
    refresh();
}

void SubtractionPanel::refresh()
{
    m_refreshing = true;
    const bool usable = m_document && m_document->canSubtract();
    const SubtractionState state = m_document ? m_document->subtraction() : SubtractionState{};
    const bool hasFileMask = m_document && m_document->info().maskSubtraction;
    m_enabled->setEnabled(usable);
    m_enabled->setChecked(state.enabled);
    m_note->setVisible(!usable);
    m_note->setText(m_document ? tr("Only grey pictures can be subtracted.") : tr("No sequence is open."));
    m_details->setEnabled(state.enabled);
    m_details->setVisible(usable);
    m_thisFrame->setEnabled(usable);

    if (!hasFileMask && m_source->findData(FileMask) >= 0)
        m_source->removeItem(m_source->findData(FileMask));
    if (hasFileMask && m_source->findData(FileMask) < 0)
        m_source->insertItem(0, tr("As the file says"), FileMask);
    if (state.useFileMask)
        m_source->setCurrentIndex(m_source->findData(FileMask));
    else if (!state.maskFrames.empty()) {
        m_source->setCurrentIndex(m_source->findData(state.maskFrames.size() > 1 ? MeanOfRange : OneFrame));
        m_from->setValue(state.maskFrames.front() + 1);
        m_to->setValue(state.maskFrames.back() + 1);
    }
    const int source = m_source->currentData().toInt();
    m_from->setVisible(source != FileMask);
    m_to->setVisible(source == MeanOfRange);
    m_toLabel->setVisible(source == MeanOfRange);
    m_dx->setValue(state.shift.dx);
    m_dy->setValue(state.shift.dy);
    m_resetShift->setEnabled(state.shift.dx != 0.0 || state.shift.dy != 0.0);
    m_landmark->setValue(qRound(100 * state.landmark));
    m_landmarkValue->setText(tr("%1 %").arg(m_landmark->value()));
    m_refreshing = false;
    refreshVesselMap();
}

void SubtractionPanel::apply()
{
    if (m_refreshing || !m_document)
        return;
    SubtractionState state = m_document->subtraction();
    state.enabled = m_enabled->isChecked();
    const int source = m_source->currentData().toInt();
    state.useFileMask = source == FileMask && m_document->info().maskSubtraction;
    state.maskFrames.clear();
    if (!state.useFileMask) {
        const int from = m_from->value() - 1;
        // A mean of one frame would fall back to "one frame" in the list: it takes at least two.
        const int to = source == MeanOfRange ? std::max(from + 1, m_to->value() - 1) : from;
        state.maskFrames.resize(
            static_cast<std::size_t>(std::min(to, m_document->frameCount() - 1) - from + 1));
        std::iota(state.maskFrames.begin(), state.maskFrames.end(), from);
    }
    // The boxes show one decimal; a finer shift found by registration survives until the box itself is
    // changed.
    const auto edited = [](double shown, double held) { return qRound(10 * held) != qRound(10 * shown); };
    if (edited(m_dx->value(), state.shift.dx))
        state.shift.dx = m_dx->value();
    if (edited(m_dy->value(), state.shift.dy))
        state.shift.dy = m_dy->value();
    if (qRound(100 * state.landmark) != m_landmark->value())
        state.landmark = m_landmark->value() / 100.0;
    m_document->setSubtraction(state);
    refresh();
}

void SubtractionPanel::useThisFrame()
{
    if (!m_document)
        return;
    SubtractionState state = m_document->subtraction();
    state.enabled = true;
    state.useFileMask = false;
    state.maskFrames = {std::max(0, m_document->shownFrame())};
    state.shift = {};
    m_document->setSubtraction(state);
}

void SubtractionPanel::autoShift()
{
    if (!m_document)
        return;
    if (const Status status = m_document->autoShift(); !status)
        Q_EMIT failed(status.error());
}

void SubtractionPanel::toggleVesselMap()
{
    if (m_document && m_document->isVesselMap())
        m_document->setVesselMap(nullptr);
    else if (m_document && !m_mapJob)
        startVesselMap();
    refreshVesselMap();
}

void SubtractionPanel::startVesselMap()
{
    const auto map = std::make_shared<FramePtr>();
    const auto& timing = m_document->info().timing;
    const int last = timing.lastFrame > timing.firstFrame ? timing.lastFrame : m_document->frameCount() - 1;
    const QPointer<SeriesDocument> target = m_document;
    m_mapJob = m_jobs->start(tr("Vessel map of %1").arg(m_document->title()),
                             vesselMapWork(m_document->sequence(), timing.firstFrame, last, map), this,
                             [this, map, target](const Job& job) {
                                 m_mapJob.clear();
                                 if (target && job.state() == Job::State::Done)
                                     target->setVesselMap(*map);
                                 refreshVesselMap();
                             });
    connect(m_mapJob, &Job::progressed, this, &SubtractionPanel::refreshVesselMap);
}

void SubtractionPanel::refreshVesselMap()
{
    const bool usable = m_document && m_document->canSubtract() && m_document->frameCount() > 1;
    const bool shown = m_document && m_document->isVesselMap();
    m_map->setText(shown ? tr("Back to the cine") : tr("Make vessel map"));
    m_map->setAccessibleName(m_map->text());
    m_map->setEnabled(usable && !m_mapJob);
    m_mapCancel->setVisible(m_mapJob);
    m_mapState->setVisible(m_mapJob || shown);
    m_mapState->setText(m_mapJob ? tr("frame %1 of %2").arg(m_mapJob->done()).arg(m_mapJob->total())
                                 : tr("Minimum over the frames; not a single instant."));
}

} // namespace fedefm
