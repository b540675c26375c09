// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/tools/tool.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/overlay_painter.h"
#include "ui/viewer/view_transform.h"

#include <QPointer>
#include <QWidget>

#include <functional>
#include <map>
#include <memory>

namespace fedefm {

/// The one image widget: shows a SeriesDocument with overlay, corner text, orientation letters and
/// measurements, and routes the mouse scheme (left = active tool, middle or space+left = pan, right = zoom,
/// wheel = frame) to tools. Paints at device pixels. Without a document it is a drop target that says so.
class ImageView : public QWidget
{
    Q_OBJECT
public:
    explicit ImageView(QWidget* parent = nullptr);
    ~ImageView() override;

    void setDocument(SeriesDocument* document, CineController* cine); ///< may be null; not owned
    SeriesDocument* document() const { return m_document; }
    CineController* cine() const { return m_cine; }

    ViewTransform& viewTransform() { return m_view; }
    void setTool(ToolId tool);
    ToolId tool() const { return m_tool; }
    void setActive(bool active);   ///< accent border
    void setPrivacy(bool privacy); ///< hides identity in the corner text
    bool isPrivacy() const { return m_privacy; }
    /// The whole picture of the shown frame at `scale`, as exported: with or without overlay and text,
    /// whatever the zoom; the research-use line is burned in.
    static QImage renderDocument(const SeriesDocument& document, double scale, bool withOverlay,
                                 bool withText, bool privacy);

    QSize sizeHint() const override { return {640, 640}; }

Q_SIGNALS:
    void activated();         ///< clicked or focused
    void maximiseRequested(); ///< double click
    void filesDropped(const QStringList& paths);
    void contextMenuWanted(const QPoint& globalPosition);
    /// Pointer over the image: pixel and stored value, for the status bar; negative x when outside.
    void pointerMoved(int x, int y, const QString& value);
    /// The calibration tool finished a line: ask for its length.
    void calibrationLineDrawn(const QPointF& from, const QPointF& to);
    void painted(int frame); ///< this frame has reached the screen
    void viewChanged();      ///< zoom, pan or orientation

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    Tool* toolFor(ToolId id);
    ToolEvent toolEvent(QPointF position, Qt::KeyboardModifiers modifiers) const;
    void paintEmptyState(QPainter& painter) const;
    void paintDrafts(QPainter& painter);
    void updateCursor();
    void reportPointer(QPointF position);
    void beginDrag(ToolId id, const QMouseEvent& event);
    void finishCalibration();
    void onDocumentChanged(SeriesDocument::Changes what);

    QPointer<SeriesDocument> m_document;
    QPointer<CineController> m_cine;
    ViewTransform m_view;
    OverlayPainter m_overlay;
    ToolId m_tool = ToolId::WindowLevel;
    std::map<ToolId, std::unique_ptr<Tool>> m_tools;
    Tool* m_dragging = nullptr; ///< the tool that holds the pressed button
    QPointF m_pressPosition;
    bool m_rightMoved = false; ///< a right drag zooms, a right click opens the menu
    int m_wheelRest = 0;       ///< fractions of a wheel notch
    bool m_spaceDown = false;
    bool m_active = false;
    bool m_privacy = false;
};

} // namespace fedefm
