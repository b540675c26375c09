// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/frame_slider.h"

#include "ui/common/theme.h"
#include "ui/viewer/frame_axis.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr int kMargin = kAxisInnerMargin;
constexpr int kGrabPx = 7; ///< how near the pointer must be to take a handle
constexpr double kKnobRadius = 6.0;
constexpr int kPageFrames = 10;

} // namespace

FrameSlider::FrameSlider(QWidget* parent) : QAbstractSlider(parent)
{
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setPageStep(kPageFrames);
    setFrameCount(0);
}

void FrameSlider::setFrameCount(int count)
{
    setRange(0, std::max(0, count - 1));
    m_first = 0;
    m_last = maximum();
    update();
}

void FrameSlider::setPlayRange(int first, int last)
{
    m_first = std::clamp(first, 0, maximum());
    m_last = std::clamp(last, m_first, maximum());
    update();
}

QSize FrameSlider::sizeHint() const
{
    return {240, 28};
}

QSize FrameSlider::minimumSizeHint() const
{
    return {80, 28};
}

double FrameSlider::xOf(int frame) const
{
    if (maximum() == 0)
        return kMargin;
    return kMargin + static_cast<double>(frame) / maximum() * (width() - 2 * kMargin);
}

int FrameSlider::frameAt(int x) const
{
    const double share = static_cast<double>(x - kMargin) / std::max(1, width() - 2 * kMargin);
    return std::clamp(static_cast<int>(std::lround(share * maximum())), 0, maximum());
}

FrameSlider::Part FrameSlider::partAt(QPoint position) const
{
    // The handles hang below the track, so that they can be taken even when the position stands on them.
    const bool low = position.y() > height() / 2 + 2;
    const double toIn = std::abs(position.x() - xOf(m_first));
    const double toOut = std::abs(position.x() - xOf(m_last));
    if (low && std::min(toIn, toOut) <= kGrabPx) {
        if (toIn == toOut)
            return m_first == 0 ? Part::Out : Part::In;
        return toIn < toOut ? Part::In : Part::Out;
    }
    return Part::Position;
}

void FrameSlider::dragTo(int x)
{
    const int frame = frameAt(x);
    switch (m_dragging) {
    case Part::Position:
        Q_EMIT frameWanted(frame);
        break;
    case Part::In:
        Q_EMIT playRangeWanted(std::min(frame, m_last), m_last);
        break;
    case Part::Out:
        Q_EMIT playRangeWanted(m_first, std::max(frame, m_first));
        break;
    case Part::None:
        break;
    }
}

void FrameSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_dragging = partAt(event->position().toPoint());
    setSliderDown(m_dragging == Part::Position);
    if (m_dragging == Part::Position)
        dragTo(event->position().toPoint().x());
    update();
}

void FrameSlider::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (m_dragging != Part::None)
        dragTo(position.x());
    else
        setCursor(partAt(position) == Part::Position ? Qt::ArrowCursor : Qt::SizeHorCursor);
}

void FrameSlider::mouseReleaseEvent(QMouseEvent*)
{
    m_dragging = Part::None;
    setSliderDown(false);
    update();
}

void FrameSlider::keyPressEvent(QKeyEvent* event)
{
    const int page = event->modifiers() & Qt::ShiftModifier ? kPageFrames : 1;
    const auto want = [this](int frame) { Q_EMIT frameWanted(std::clamp(frame, 0, maximum())); };
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        return want(value() - page);
    case Qt::Key_Right:
    case Qt::Key_Up:
        return want(value() + page);
    case Qt::Key_PageDown:
        return want(value() + kPageFrames);
    case Qt::Key_PageUp:
        return want(value() - kPageFrames);
    case Qt::Key_Home:
        return want(m_first);
    case Qt::Key_End:
        return want(m_last);
    case Qt::Key_BracketLeft:
        Q_EMIT playRangeWanted(value(), std::max(value(), m_last));
        return;
    case Qt::Key_BracketRight:
        Q_EMIT playRangeWanted(std::min(m_first, value()), value());
        return;
    case Qt::Key_Backslash:
        Q_EMIT playRangeWanted(0, maximum());
        return;
    default:
        event->ignore();
    }
}

void FrameSlider::wheelEvent(QWheelEvent* event)
{
    const int steps = event->angleDelta().y() / 120;
    if (steps != 0)
        Q_EMIT frameWanted(std::clamp(value() - steps, 0, maximum()));
    event->accept();
}

bool FrameSlider::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const Part part = partAt(help->pos());
        const QString text = part == Part::In    ? tr("In point: frame %1 (drag, or [)").arg(m_first + 1)
                             : part == Part::Out ? tr("Out point: frame %1 (drag, or ])").arg(m_last + 1)
                                                 : tr("Frame %1").arg(frameAt(help->pos().x()) + 1);
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QAbstractSlider::event(event);
}

void FrameSlider::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = height() / 2.0 - 2.0;
    const QPalette::ColorGroup group = isEnabled() ? QPalette::Active : QPalette::Disabled;
    const QColor line = palette().color(group, QPalette::Mid);
    const QColor accent = isEnabled() ? colors::accent : line;

    painter.setPen(Qt::NoPen);
    painter.setBrush(line);
    painter.drawRoundedRect(QRectF(kMargin, middle - 2, width() - 2 * kMargin, 4), 2, 2);
    QColor inRange = accent;
    inRange.setAlpha(110);
    painter.setBrush(inRange);
    painter.drawRoundedRect(QRectF(xOf(m_first), middle - 2, xOf(m_last) - xOf(m_first), 4), 2, 2);
    painter.setBrush(accent);
    if (value() > m_first && value() <= m_last)
        painter.drawRoundedRect(QRectF(xOf(m_first), middle - 2, xOf(value()) - xOf(m_first), 4), 2, 2);

    // In and out points: flags that hang below the track and point away from the range.
    painter.setBrush(palette().color(group, QPalette::WindowText));
    const auto flag = [&](double x, double outward) {
        const QPointF points[] = {{x, middle + 3}, {x, middle + 12}, {x + outward * 6, middle + 12}};
        painter.drawPolygon(points, 3);
    };
    flag(xOf(m_first), -1);
    flag(xOf(m_last), 1);

    const QPointF knob(xOf(value()), middle);
    painter.setPen(QPen(palette().color(group, QPalette::Window), 1.5));
    painter.setBrush(accent);
    painter.drawEllipse(knob, kKnobRadius, kKnobRadius);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(group, QPalette::WindowText), 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(knob, kKnobRadius + 2, kKnobRadius + 2);
    }
}

} // namespace fedefm
