// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QToolButton;

namespace fedefm {

class CineController;
class ElidedLabel;
class FrameSlider;

/// Transport under the picture: play, steps, slider with in and out points, speed, loop, direction, and the
/// rate in use with its source. Without a controller it is disabled.
class CineBar : public QWidget
{
    Q_OBJECT
public:
    explicit CineBar(QWidget* parent = nullptr);

    void setController(CineController* controller);
    CineController* controller() const { return m_controller; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildTransport();
    void buildModes();
    void buildRate();
    void arrange();
    void connectWidgets();
    void refresh();
    void refreshFrame();
    void refreshRate();
    void refreshRealRate(double fps);

    QPointer<CineController> m_controller;
    FrameSlider* m_slider = nullptr;
    QLabel* m_frameLabel = nullptr;
    QToolButton* m_first = nullptr;
    QToolButton* m_back = nullptr;
    QToolButton* m_play = nullptr;
    QToolButton* m_forward = nullptr;
    QToolButton* m_last = nullptr;
    QToolButton* m_reverse = nullptr;
    QToolButton* m_range = nullptr;
    QComboBox* m_speed = nullptr;
    QToolButton* m_loop = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    ElidedLabel* m_source = nullptr;
    QToolButton* m_fileRate = nullptr;
    QLabel* m_realRate = nullptr;
    bool m_refreshing = false;
};

} // namespace fedefm
