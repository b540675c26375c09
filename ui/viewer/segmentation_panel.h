// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QPointer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace fedefm {

class SegmentationController;

/// The model in use, what it found in the frame on screen, how the overlay looks, and the whole-clip run.
class SegmentationPanel : public QWidget
{
    Q_OBJECT
public:
    explicit SegmentationPanel(SegmentationController* controller, QWidget* parent = nullptr);

    void setDocument(SeriesDocument* document); ///< may be null

private:
    QWidget* buildModel();
    QWidget* buildRun();
    QWidget* buildOverlay();
    QWidget* buildFound();
    void connectWidgets();
    void onChanged(SeriesDocument::Changes what);
    void refreshModel();
    void chooseModelFile();
    void refreshOverlay();
    void refreshFound();
    void refreshRun();
    void refreshSpeed();
    void applyOverlay();

    enum class ClipState { None, Running, Complete, Stopped };

    QPointer<SegmentationController> m_controller;
    QPointer<SeriesDocument> m_document;
    QComboBox* m_model = nullptr;
    QLabel* m_modelState = nullptr;
    QToolButton* m_cardToggle = nullptr;
    QLabel* m_card = nullptr;
    QCheckBox* m_live = nullptr;
    QPushButton* m_clip = nullptr;
    QPushButton* m_cancel = nullptr;
    QPushButton* m_clear = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_runState = nullptr;
    QCheckBox* m_visible = nullptr;
    QCheckBox* m_outline = nullptr;
    QSlider* m_opacity = nullptr;
    QLabel* m_found = nullptr;
    QLabel* m_origin = nullptr;
    QLabel* m_warning = nullptr;
    ClipState m_lastClip = ClipState::None;
    bool m_refreshing = false;
};

} // namespace fedefm
