// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/curve_export.h"
#include "ui/train/curve_plot.h"

#include <QWidget>

#include <array>

class QStackedWidget;

namespace fedefm {

class CurveBar;

/// Four plots with one axis, one smoothing and one cross-hair; one of them can fill the place of all.
class CurveGrid : public QWidget
{
    Q_OBJECT
public:
    static constexpr int kPlots = 4;

    explicit CurveGrid(QWidget* parent = nullptr);

    void setRuns(const std::vector<ShownRun>& runs);
    const std::vector<ShownRun>& runs() const { return m_runs; }
    void setMetrics(const QStringList& metrics); ///< of all shown runs together
    /// What has to be read for the plots.
    QStringList wantedMetrics() const;
    void setView(const CurveView& view);
    const CurveView& view() const { return m_view; }
    void refresh(const CurveBook& book);
    void resetZoom();
    void maximise(int plot); ///< −1: all four; the one that is maximised: all four again
    int maximised() const { return m_maximised; }
    CurvePlot* plot(int index) const { return m_plots[static_cast<std::size_t>(index)]; }
    /// The plots on show and their runs.
    CurvePage page() const;
    void setEmptyText(const QString& text); ///< shown while there is no run

Q_SIGNALS:
    void wantedChanged();
    void exportWanted(const QString& kind); ///< "csv", "png", "pdf"

private:
    std::array<CurvePlot*, kPlots> m_plots{};
    QStackedWidget* m_stack = nullptr;
    QLabel* m_empty = nullptr;
    CurveBar* m_bar = nullptr;
    CurveView m_view;
    std::vector<ShownRun> m_runs;
    QStringList m_metrics;
    int m_maximised = -1;
    bool m_isChosen = false; ///< the user has chosen a group: it stays
};

} // namespace fedefm
