// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/series_document.h"

#include "ui/viewer/measurement_commands.h"

#include <QFileInfo>

#include <algorithm>

namespace fedefm {

namespace {
constexpr int kDecodeThreads = 2;
} // namespace

SeriesDocument::SeriesDocument(SequencePtr sequence, std::size_t cacheBytes, QObject* parent)
    : QObject(parent), m_sequence(std::move(sequence))
{
    // The cache calls on a decode thread; a queued call on this object is dropped by Qt once the object is
    // gone.
    m_cache = std::make_unique<FrameCache>(
        m_sequence, cacheBytes, kDecodeThreads, [this](int index, const Result<FramePtr>& frame) {
            QMetaObject::invokeMethod(
                this, [this, index, frame] { onFrameReady(index, frame); }, Qt::QueuedConnection);
        });
    buildPresets();
    m_currentFrame = std::clamp(info().timing.firstFrame, 0, std::max(0, frameCount() - 1));
    m_cache->request(m_currentFrame);
}

SeriesDocument::~SeriesDocument()
{
    // The stack clears itself when it goes, and would still tell windows that are half destroyed by then.
    m_undoStack.blockSignals(true);
    for (std::thread* thread : {&m_maskLoader, &m_registration})
        if (thread->joinable())
            thread->join();
    m_cache.reset();
}

QString SeriesDocument::title() const
{
    return QFileInfo(QString::fromStdString(info().path)).fileName();
}

void SeriesDocument::setCurrentFrame(int index)
{
    index = std::clamp(index, 0, std::max(0, frameCount() - 1));
    const bool moved = index != m_currentFrame;
    m_currentFrame = index;
    if (moved)
        Q_EMIT changed(FrameIndex);
    if (FramePtr cached = m_cache->peek(index))
        showFrame(index, std::move(cached));
    else
        m_cache->request(index);
}

void SeriesDocument::prefetch(int direction, int first, int last)
{
    m_cache->prefetch(m_currentFrame, direction, first, last);
}

void SeriesDocument::onFrameReady(int index, const Result<FramePtr>& frame)
{
    // An answer that was overtaken must not replace the frame that is wanted; but while decoding is slower
    // than play, the newest answer is better than a frozen picture.
    if (index != m_currentFrame && m_shownFrame == m_currentFrame)
        return;
    if (frame) {
        showFrame(index, *frame);
        return;
    }
    const bool repeated = m_frameError && m_frameError->detail == frame.error().detail;
    m_frameError = frame.error();
    m_shownFrame = index;
    m_frame.reset();
    m_image = {};
    Q_EMIT changed(Picture);
    if (!repeated)
        Q_EMIT failed(*m_frameError);
}

void SeriesDocument::showFrame(int index, FramePtr frame)
{
    if (index == m_shownFrame && frame == m_frame)
        return;
    const bool first = !m_transformChosen;
    m_frame = std::move(frame);
    m_shownFrame = index;
    m_frameError.reset();
    if (first) {
        m_transform = defaultTransform(*m_frame, info().grey);
        m_transform.invert = false;
        m_transformChosen = true;
    }
    rebuildImage();
    Q_EMIT changed(first ? Changes(Picture | Display) : Changes(Picture));
}

void SeriesDocument::setTransform(const DisplayTransform& transform)
{
    m_transform = transform;
    m_transformChosen = true;
    m_table.reset();
    rebuildImage();
    Q_EMIT changed(Display | Picture);
}

void SeriesDocument::setWindow(double center, double width)
{
    if (m_subtraction.enabled) {
        m_subtractedWindow = Window{center, width, WindowFunction::Linear, {}};
        m_table.reset();
        rebuildImage();
        Q_EMIT changed(Display | Picture);
        return;
    }
    DisplayTransform transform = m_transform;
    const WindowFunction function =
        m_transform.window ? m_transform.window->function : WindowFunction::Linear;
    transform.window = Window{center, width, function, {}};
    transform.voiLut = -1;
    setTransform(transform);
}

Window SeriesDocument::window() const
{
    if (m_subtraction.enabled && m_subtractedWindow)
        return *m_subtractedWindow;
    if (m_transform.window && m_transform.voiLut < 0)
        return *m_transform.window;
    return m_frame ? fullRangeWindow(*m_frame, info().grey) : Window{};
}

std::pair<double, double> SeriesDocument::valueRange() const
{
    if (m_subtraction.enabled && m_subtractedWindow)
        return {m_subtractedWindow->center - m_subtractedWindow->width,
                m_subtractedWindow->center + m_subtractedWindow->width};
    if (!m_frame || info().colorModel != ColorModel::Grey)
        return {0.0, 255.0};
    const Window full = fullRangeWindow(*m_frame, info().grey);
    return {full.center - full.width / 2, full.center + full.width / 2};
}

void SeriesDocument::setInvert(bool invert)
{
    DisplayTransform transform = m_transform;
    transform.invert = invert;
    setTransform(transform);
}

void SeriesDocument::buildPresets()
{
    const GreyDefaults& grey = info().grey;
    m_presets.clear();
    m_presets.push_back({tr("Auto"), {}});
    for (std::size_t i = 0; i < grey.voiLuts.size(); ++i) {
        DisplayTransform transform;
        transform.voiLut = static_cast<int>(i);
        const QString label = QString::fromStdString(grey.voiLuts[i].label);
        m_presets.push_back({label.isEmpty() ? tr("VOI LUT %1").arg(i + 1) : label, transform});
    }
    for (std::size_t i = 0; i < grey.windows.size(); ++i) {
        DisplayTransform transform;
        transform.window = grey.windows[i];
        const QString label = QString::fromStdString(grey.windows[i].label);
        m_presets.push_back({label.isEmpty() ? tr("File window %1").arg(i + 1) : label, transform});
    }
    if (m_presets.size() == 1)
        m_presets.push_back({tr("Full range"), {}});
}

void SeriesDocument::applyPreset(int number)
{
    if (!m_frame || number < 0 || number >= static_cast<int>(m_presets.size()))
        return;
    if (m_subtraction.enabled) {
        m_subtractedWindow.reset();
        m_table.reset();
        rebuildImage();
        Q_EMIT changed(Display | Picture);
        return;
    }
    DisplayTransform transform = m_presets[static_cast<std::size_t>(number)].transform;
    if (number == 0)
        transform.window = autoWindow(*m_frame, info().grey);
    else if (!transform.window && transform.voiLut < 0)
        transform.window = fullRangeWindow(*m_frame, info().grey);
    transform.invert = m_transform.invert;
    setTransform(transform);
}

void SeriesDocument::addUserPreset(const QString& name)
{
    DisplayTransform transform;
    transform.window = window();
    m_presets.push_back({name, transform});
    Q_EMIT changed(Display);
}

void SeriesDocument::setVesselMap(FramePtr map)
{
    m_vesselMap = std::move(map);
    rebuildImage();
    Q_EMIT changed(Subtraction | Picture);
}

void SeriesDocument::setOverlayStyle(const OverlayStyle& style)
{
    m_overlayStyle = style;
    Q_EMIT changed(Overlay);
}

SegmentationPtr SeriesDocument::result(int frame) const
{
    const auto found = m_results.find(frame);
    return found == m_results.end() ? nullptr : found->second;
}

void SeriesDocument::setResult(int frame, SegmentationPtr result)
{
    m_results[frame] = std::move(result);
    Q_EMIT changed(Results);
}

void SeriesDocument::clearResults()
{
    m_results.clear();
    Q_EMIT changed(Results);
}

void SeriesDocument::clearResultsOf(const std::string& model)
{
    for (auto it = m_results.begin(); it != m_results.end();)
        it = it->second->provenance.modelId == model ? m_results.erase(it) : std::next(it);
    Q_EMIT changed(Results);
}

void SeriesDocument::addMeasurement(const Measurement& measurement)
{
    auto list = m_measurements;
    list.push_back(measurement);
    m_undoStack.push(new MeasurementsCommand(*this, std::move(list), tr("add measurement")));
}

void SeriesDocument::removeMeasurement(int id)
{
    auto list = m_measurements;
    list.erase(std::remove_if(list.begin(), list.end(), [id](const Measurement& m) { return m.id == id; }),
               list.end());
    m_undoStack.push(new MeasurementsCommand(*this, std::move(list), tr("remove measurement")));
}

void SeriesDocument::replaceMeasurement(const Measurement& measurement)
{
    auto list = m_measurements;
    for (Measurement& entry : list)
        if (entry.id == measurement.id)
            entry = measurement;
    m_undoStack.push(new MeasurementsCommand(*this, std::move(list), tr("move measurement")));
}

PixelSpacing SeriesDocument::spacing() const
{
    return m_userSpacing ? *m_userSpacing : info().spacing;
}

void SeriesDocument::calibrate(const std::optional<PixelSpacing>& spacing)
{
    m_undoStack.push(
        new CalibrationCommand(*this, spacing, spacing ? tr("calibrate") : tr("remove calibration")));
}

QVariantMap SeriesDocument::saveState() const
{
    QVariantMap state;
    if (m_transform.window) {
        state["windowCenter"] = m_transform.window->center;
        state["windowWidth"] = m_transform.window->width;
        state["windowFunction"] = static_cast<int>(m_transform.window->function);
    }
    state["invert"] = m_transform.invert;
    if (m_userSpacing) {
        state["rowMm"] = m_userSpacing->rowMm;
        state["columnMm"] = m_userSpacing->columnMm;
    }
    state["frame"] = m_currentFrame;
    return state;
}

void SeriesDocument::restoreState(const QVariantMap& state)
{
    if (state.contains("windowCenter")) {
        DisplayTransform transform;
        transform.window =
            Window{state["windowCenter"].toDouble(),
                   state["windowWidth"].toDouble(),
                   static_cast<WindowFunction>(std::clamp(state["windowFunction"].toInt(), 0, 2)),
                   {}};
        transform.invert = state["invert"].toBool();
        setTransform(transform);
    }
    const double rowMm = state["rowMm"].toDouble();
    const double columnMm = state["columnMm"].toDouble();
    if (rowMm > 0.0 && columnMm > 0.0)
        m_userSpacing = PixelSpacing{rowMm, columnMm, SpacingKind::Calibrated};
    if (state.contains("frame"))
        setCurrentFrame(state["frame"].toInt());
    Q_EMIT changed(Everything);
}

} // namespace fedefm
