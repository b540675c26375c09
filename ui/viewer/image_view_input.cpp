// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, wheel, keys and drops of ImageView.
#include "ui/viewer/image_view.h"

#include "ui/tools/measure_tools.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QMouseEvent>

#include <cmath>

namespace fedefm {

namespace {
constexpr int kWheelNotch = 120;
constexpr double kZoomPerNotch = 1.2;
constexpr double kClickSlop = 4.0;
} // namespace

bool ImageView::event(QEvent* event)
{
    // Space pans while held; without this, the play shortcut on the same key would win.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void ImageView::resizeEvent(QResizeEvent*)
{
    m_view.setViewSize(size(), devicePixelRatioF());
}

ToolEvent ImageView::toolEvent(QPointF position, Qt::KeyboardModifiers modifiers) const
{
    return {m_view.viewToImage(position), position, modifiers};
}

void ImageView::beginDrag(ToolId id, const QMouseEvent& event)
{
    m_dragging = toolFor(id);
    ToolContext context{*m_document, m_view};
    if (m_dragging->press(toolEvent(event.position(), event.modifiers()), context))
        update();
}

void ImageView::mousePressEvent(QMouseEvent* event)
{
    Q_EMIT activated();
    setFocus(Qt::MouseFocusReason);
    if (!m_document || m_dragging)
        return;
    m_pressPosition = event->position();
    m_rightMoved = false;
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && m_spaceDown))
        beginDrag(ToolId::Pan, *event);
    else if (event->button() == Qt::LeftButton)
        beginDrag(m_tool, *event);
    else if (event->button() == Qt::RightButton)
        beginDrag(ToolId::Zoom, *event);
}

void ImageView::mouseMoveEvent(QMouseEvent* event)
{
    reportPointer(event->position());
    if (!m_document)
        return;
    ToolContext context{*m_document, m_view};
    const ToolEvent toolEvt = toolEvent(event->position(), event->modifiers());
    if (!m_dragging) {
        if (toolFor(m_tool)->hover(toolEvt, context))
            update();
        return;
    }
    if ((event->position() - m_pressPosition).manhattanLength() > kClickSlop)
        m_rightMoved = true;
    if (event->buttons().testFlag(Qt::RightButton) && !m_rightMoved)
        return;
    if (m_dragging->drag(toolEvt, context)) {
        update();
        Q_EMIT viewChanged();
    }
}

void ImageView::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_document || !m_dragging)
        return;
    ToolContext context{*m_document, m_view};
    Tool* const released = std::exchange(m_dragging, nullptr);
    if (released->release(toolEvent(event->position(), event->modifiers()), context))
        update();
    if (event->button() == Qt::RightButton && !m_rightMoved)
        Q_EMIT contextMenuWanted(event->globalPosition().toPoint());
    if (m_tool == ToolId::Calibrate)
        finishCalibration();
}

void ImageView::finishCalibration()
{
    auto* tool = static_cast<CalibrateTool*>(toolFor(ToolId::Calibrate));
    if (!tool->line() || !tool->line()->finished)
        return;
    const CalibrateTool::Line line = *tool->line();
    tool->clear();
    update();
    Q_EMIT calibrationLineDrawn(line.from, line.to);
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const bool measuring = m_tool == ToolId::Ruler || m_tool == ToolId::Angle;
    if (event->button() == Qt::LeftButton && !measuring)
        Q_EMIT maximiseRequested();
    else
        mousePressEvent(event);
}

void ImageView::wheelEvent(QWheelEvent* event)
{
    Q_EMIT activated();
    if (!m_document)
        return;
    const int delta = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        m_view.zoomBy(std::pow(kZoomPerNotch, delta / static_cast<double>(kWheelNotch)), event->position());
        update();
        Q_EMIT viewChanged();
        return;
    }
    m_wheelRest += delta;
    const int notches = m_wheelRest / kWheelNotch;
    m_wheelRest -= notches * kWheelNotch;
    if (notches != 0 && m_cine)
        m_cine->step(-notches * (event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1));
}

void ImageView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_spaceDown = true;
        updateCursor();
        return;
    }
    if (event->key() == Qt::Key_Escape && m_document) {
        ToolContext context{*m_document, m_view};
        if (toolFor(m_tool)->cancel(context)) {
            m_dragging = nullptr;
            update();
            return;
        }
    }
    QWidget::keyPressEvent(event);
}

void ImageView::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_spaceDown = false;
        updateCursor();
        return;
    }
    QWidget::keyReleaseEvent(event);
}

void ImageView::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void ImageView::dropEvent(QDropEvent* event)
{
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    if (!paths.isEmpty())
        Q_EMIT filesDropped(paths);
    event->acceptProposedAction();
}

void ImageView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    Q_EMIT activated();
}

void ImageView::leaveEvent(QEvent*)
{
    Q_EMIT pointerMoved(-1, -1, {});
}

void ImageView::reportPointer(QPointF position)
{
    if (!m_document || !m_document->frame())
        return;
    const QPointF image = m_view.viewToImage(position);
    const int x = static_cast<int>(std::floor(image.x()));
    const int y = static_cast<int>(std::floor(image.y()));
    const Frame& frame = *m_document->frame();
    if (x < 0 || y < 0 || x >= frame.width() || y >= frame.height()) {
        Q_EMIT pointerMoved(-1, -1, {});
        return;
    }
    QStringList values;
    for (int s = 0; s < frame.samples(); ++s)
        values << QString::number(frame.valueAt(x, y, s));
    Q_EMIT pointerMoved(x, y, values.join(QLatin1Char(' ')));
}

void ImageView::updateCursor()
{
    setCursor(toolFor(m_spaceDown ? ToolId::Pan : m_tool)->cursor());
}

} // namespace fedefm
