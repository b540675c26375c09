// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/worker_thread.h"
#include "ui/train/run_reading.h"

#include <QImage>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QSlider;
class QStackedWidget;

namespace fedefm {

/// Predictions of the chosen run beside their labels, for one epoch. Follows the newest epoch until the user
/// takes another one.
class PredictionPanel : public QWidget
{
    Q_OBJECT
public:
    explicit PredictionPanel(QWidget* parent = nullptr);
    ~PredictionPanel() override;

    void setSamples(const QString& run, const std::vector<RunReader::SampleFiles>& samples);
    void clear();
    int epoch() const; ///< −1 when there is none
    int pictureCount() const { return static_cast<int>(m_images.size()); }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildHead();
    void showEpoch();
    void showImages();

    QString m_run;
    std::vector<RunReader::SampleFiles> m_samples;
    std::vector<int> m_epochs;
    std::vector<QImage> m_images; ///< label left, prediction right
    QSlider* m_slider = nullptr;
    QLabel* m_caption = nullptr;
    QLabel* m_empty = nullptr;
    QStackedWidget* m_stack = nullptr;
    QWidget* m_strip = nullptr;
    QHBoxLayout* m_row = nullptr;
    bool m_isFollowing = true;
    int m_generation = 0; ///< answers to older questions are dropped
    WorkerThread m_worker;
};

} // namespace fedefm
