// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QPointer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace fedefm {

class Job;
class JobModel;

/// Digital subtraction of the active sequence: mask, sub-pixel shift, landmarks, and the vessel map as a job.
class SubtractionPanel : public QWidget
{
    Q_OBJECT
public:
    explicit SubtractionPanel(JobModel* jobs, QWidget* parent = nullptr);

    void setDocument(SeriesDocument* document); ///< may be null

Q_SIGNALS:
    void failed(const fedefm::Error& error);

private:
    enum MaskSource { FileMask, OneFrame, MeanOfRange };
    QWidget* buildMask();
    QWidget* buildShift();
    QWidget* buildVesselMap();
    void connectWidgets();
    void refresh();
    void refreshVesselMap();
    void apply();
    void useThisFrame();
    void autoShift();
    void toggleVesselMap();
    void startVesselMap();

    JobModel* m_jobs;
    QPointer<SeriesDocument> m_document;
    QPointer<Job> m_mapJob;
    QCheckBox* m_enabled = nullptr;
    QComboBox* m_source = nullptr;
    QSpinBox* m_from = nullptr;
    QSpinBox* m_to = nullptr;
    QLabel* m_toLabel = nullptr;
    QPushButton* m_thisFrame = nullptr;
    QDoubleSpinBox* m_dx = nullptr;
    QDoubleSpinBox* m_dy = nullptr;
    QPushButton* m_resetShift = nullptr;
    QPushButton* m_autoShift = nullptr;
    QSlider* m_landmark = nullptr;
    QLabel* m_landmarkValue = nullptr;
    QPushButton* m_map = nullptr;
    QPushButton* m_mapCancel = nullptr;
    QLabel* m_mapState = nullptr;
    QLabel* m_note = nullptr;
    QWidget* m_details = nullptr;
    bool m_refreshing = false;
};

} // namespace fedefm
