// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/curve_plot.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace fedefm {

/// What is common to several plots: their axis, logarithms, smoothing, whole curves, export.
class CurveBar : public QWidget
{
    Q_OBJECT
public:
    /// What curves are values of: a training's steps and epochs, or a session's rounds.
    enum class Counts { Steps, Rounds };

    explicit CurveBar(Counts counts, QWidget* parent = nullptr);

    void setView(const CurveView& view);
    void setExportEnabled(bool enabled);

Q_SIGNALS:
    void viewChosen(const CurveView& view);
    void wholeWanted();
    void exportWanted(const QString& kind); ///< "csv", "png", "pdf"

private:
    void addAxes();
    void addExport(const QString& valuesText);
    void choose();

    Counts m_counts;
    QComboBox* m_axis;
    QCheckBox* m_logX;
    QCheckBox* m_logY;
    QSlider* m_smoothing;
    QLabel* m_span;
    QToolButton* m_export;
};

} // namespace fedefm
