// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/found_strip.h"

#include "ui/common/theme.h"
#include "ui/viewer/frame_axis.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr int kMargin = kAxisOuterMargin + kAxisInnerMargin;
constexpr double kFaintest = 0.35;
constexpr int kPageFrames = 10;

QString lengthText(double px)
{
    return QLocale::c().toString(px, 'f', 0);
}

} // namespace

FoundStrip::FoundStrip(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    setAccessibleName(tr("Found per frame"));
    setDocument(nullptr);
}

void FoundStrip::setDocument(SeriesDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    m_entries.clear();
    if (m_document) {
        connect(m_document, &SeriesDocument::changed, this, &FoundStrip::onChanged);
        connect(m_document, &QObject::destroyed, this, [this] { setDocument(nullptr); });
    }
    updateEntries();
    updateAccessibleText();
}

int FoundStrip::axisWidth() const
{
    return std::max(1, width() - 2 * kMargin - axisGutter(fontMetrics()));
}

QSize FoundStrip::sizeHint() const
{
    return {240, 48};
}

QSize FoundStrip::minimumSizeHint() const
{
    return {80, 40};
}

void FoundStrip::onChanged(SeriesDocument::Changes what)
{
    if (what & SeriesDocument::Results)
        updateEntries();
    if (what & SeriesDocument::FrameIndex)
        update();
    if (what & (SeriesDocument::Results | SeriesDocument::FrameIndex))
        updateAccessibleText();
}

void FoundStrip::updateEntries()
{
    m_entries.resize(m_document ? static_cast<std::size_t>(m_document->frameCount()) : 0U);
    m_found = 0;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        Entry& entry = m_entries[i];
        const SegmentationPtr result = m_document->result(static_cast<int>(i));
        m_found += result ? 1 : 0;
        if (result == entry.result)
            continue;
        entry = {};
        entry.result = result;
        if (!result)
            continue;
        entry.catheterPx = static_cast<float>(result->foundLengthPx(WireClass::Catheter));
        entry.guidewirePx = static_cast<float>(result->foundLengthPx(WireClass::Guidewire));
        entry.confidence = static_cast<float>(std::clamp(result->confidence, 0.0, 1.0));
    }
    m_bars = {};
    update();
}

QString FoundStrip::frameText(int frame) const
{
    if (frame < 0 || frame >= static_cast<int>(m_entries.size()))
        return {};
    const Entry& entry = m_entries[static_cast<std::size_t>(frame)];
    if (!entry.result)
        return tr("frame %1: not segmented").arg(frame + 1);
    if (entry.catheterPx <= 0.0F && entry.guidewirePx <= 0.0F)
        return tr("frame %1: nothing found").arg(frame + 1);
    return tr("frame %1: catheter %2 px, guidewire %3 px, confidence %4 %")
        .arg(frame + 1)
        .arg(lengthText(entry.catheterPx), lengthText(entry.guidewirePx),
             lengthText(100.0 * static_cast<double>(entry.confidence)));
}

void FoundStrip::updateAccessibleText()
{
    QString text = tr("No sequence");
    if (m_document)
        text = tr("%1 of %2 frames segmented; %3")
                   .arg(m_found)
                   .arg(m_entries.size())
                   .arg(frameText(m_document->currentFrame()));
    setAccessibleDescription(text);
}

int FoundStrip::frameAt(double x) const
{
    if (m_entries.empty())
        return -1;
    const int count = static_cast<int>(m_entries.size());
    const double share = (x - kMargin) / axisWidth();
    return std::clamp(static_cast<int>(std::lround(share * (count - 1))), 0, count - 1);
}

void FoundStrip::renderBars()
{
    const double ratio = devicePixelRatioF();
    const QSize size(std::max(1, qRound(width() * ratio)), std::max(1, qRound(height() * ratio)));
    m_bars = QPixmap(size);
    m_bars.fill(palette().color(QPalette::Window));
    QPainter painter(&m_bars);
    const int left = qRound(kMargin * ratio);
    const int right = left + qRound(axisWidth() * ratio);
    const int middle = size.height() / 2;
    const int gap = std::max(1, qRound(2 * ratio));
    const int bottom = size.height() - gap;
    const QColor line = palette().color(QPalette::Mid);
    painter.fillRect(QRect(left, middle, right - left, std::max(1, qRound(ratio))), line);
    painter.fillRect(QRect(left, bottom, right - left, std::max(1, qRound(ratio))), line);

    float longest = 1.0F;
    for (const Entry& entry : m_entries)
        longest = std::max({longest, entry.catheterPx, entry.guidewirePx});
    const int count = static_cast<int>(m_entries.size());
    const double pitch = static_cast<double>(right - left) / std::max(1, count - 1);
    const int laneHeight = middle - 2 * gap;
    for (int i = 0; i < count; ++i) {
        const Entry& entry = m_entries[static_cast<std::size_t>(i)];
        if (!entry.result)
            continue;
        const double centre = count > 1 ? left + i * pitch : (left + right) / 2.0;
        const double half = std::clamp(pitch / 2.0, 0.5, 8.0 * ratio);
        const int from = qRound(centre - half);
        const int barWidth = std::max(1, qRound(centre + half) - from - (half > 1.5 * ratio ? 1 : 0));
        const auto bar = [&](float lengthPx, int base, QColor colour) {
            if (lengthPx <= 0.0F)
                return;
            const int barHeight = std::max(
                2, qRound(static_cast<double>(lengthPx) / static_cast<double>(longest) * laneHeight));
            colour.setAlphaF(
                static_cast<float>(kFaintest + (1.0 - kFaintest) * static_cast<double>(entry.confidence)));
            painter.fillRect(QRect(from, base - barHeight, barWidth, barHeight), colour);
        };
        if (entry.catheterPx <= 0.0F && entry.guidewirePx <= 0.0F) {
            // Looked at and empty is not the same as not looked at.
            painter.fillRect(QRect(from, bottom - gap, barWidth, gap),
                             palette().color(QPalette::PlaceholderText));
            continue;
        }
        bar(entry.guidewirePx, middle, colors::guidewire);
        bar(entry.catheterPx, bottom, colors::catheter);
    }
    m_bars.setDevicePixelRatio(ratio);
}

void FoundStrip::paintEvent(QPaintEvent*)
{
    // The cached picture outlives moves of the marker: 1,000 bars are not painted anew per frame of play.
    if (m_bars.isNull() || m_bars.devicePixelRatio() != devicePixelRatioF())
        renderBars();
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_bars);
    drawLaneNames(painter);
    if (m_found == 0) {
        painter.drawText(rect(), Qt::AlignCenter,
                         m_entries.empty() ? QString() : tr("Found per frame: nothing segmented yet"));
    }
    if (m_document && m_entries.size() > 1) {
        const double x = kMargin + static_cast<double>(m_document->currentFrame()) /
                                       static_cast<double>(m_entries.size() - 1) * axisWidth();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(palette().color(QPalette::WindowText), 1.0));
        painter.drawLine(QPointF(x, 0), QPointF(x, height()));
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

/// The gutter names the lanes, so that the meaning does not hang on colour.
void FoundStrip::drawLaneNames(QPainter& painter) const
{
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const int left = kMargin + axisWidth() + kAxisInnerMargin;
    const QRect column(left, 0, width() - left - kAxisOuterMargin, height() / 2);
    const auto name = [&](const QRect& lane, const QString& text) {
        painter.drawText(lane, Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(text, Qt::ElideRight, lane.width()));
    };
    name(column, tr("guidewire"));
    name(column.translated(0, height() / 2), tr("catheter"));
}

void FoundStrip::resizeEvent(QResizeEvent*)
{
    m_bars = {};
}

void FoundStrip::seek(int frame)
{
    if (frame >= 0 && frame < static_cast<int>(m_entries.size()))
        Q_EMIT frameClicked(frame);
}

void FoundStrip::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        seek(frameAt(event->position().x()));
}

void FoundStrip::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        seek(frameAt(event->position().x()));
}

void FoundStrip::keyPressEvent(QKeyEvent* event)
{
    const int last = static_cast<int>(m_entries.size()) - 1;
    if (!m_document || last < 0)
        return event->ignore();
    const int current = m_document->currentFrame();
    const int step = event->modifiers() & Qt::ShiftModifier ? kPageFrames : 1;
    switch (event->key()) {
    case Qt::Key_Left:
        return seek(std::max(0, current - step));
    case Qt::Key_Right:
        return seek(std::min(last, current + step));
    case Qt::Key_Home:
        return seek(0);
    case Qt::Key_End:
        return seek(last);
    default:
        event->ignore();
    }
}

bool FoundStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), frameText(frameAt(help->pos().x())), this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange)
        m_bars = {};
    return QWidget::event(event);
}

} // namespace fedefm
