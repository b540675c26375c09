// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractSlider>

namespace fedefm {

/// Position in a clip, with an in and an out point that can be dragged. Values are 0-based frames.
/// Keys: arrows one frame, Page ten, Home and End; "[" and "]" set the in and the out point here, "\" frees
/// both.
class FrameSlider : public QAbstractSlider
{
    Q_OBJECT
public:
    explicit FrameSlider(QWidget* parent = nullptr);

    void setFrameCount(int count);
    void setPlayRange(int first, int last); ///< no signal
    int playFirst() const { return m_first; }
    int playLast() const { return m_last; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int frameAt(int x) const;    ///< nearest frame to a widget coordinate
    double xOf(int frame) const; ///< widget coordinate

Q_SIGNALS:
    void frameWanted(int frame);               ///< by the user only
    void playRangeWanted(int first, int last); ///< by the user only

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Part { None, Position, In, Out };
    Part partAt(QPoint position) const;
    void dragTo(int x);

    int m_first = 0;
    int m_last = 0;
    Part m_dragging = Part::None;
};

} // namespace fedefm
