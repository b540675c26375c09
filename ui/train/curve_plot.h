// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/curve_book.h"
#include "ui/train/curve_math.h"
#include "ui/train/run_style.h"

#include <QStringList>
#include <QWidget>

#include <map>
#include <vector>

class QComboBox;
class QCPGraph;
class QCPItemStraightLine;
class QCPPainter;
class QCustomPlot;
class QLabel;
class QToolButton;

namespace fedefm {

/// How all curves are looked at.
struct CurveView
{
    static constexpr int kFirstSmoothing = 35;
    XAxis axis = XAxis::Step;
    bool logX = false;
    bool logY = false;
    int smoothing = kFirstSmoothing; ///< slider position, see smoothingSpan()
    bool operator==(const CurveView& o) const
    {
        return axis == o.axis && logX == o.logX && logY == o.logY && smoothing == o.smoothing;
    }
};

struct ShownRun
{
    QString id;
    QString name;
    RunStyle style;
    /// No line of its own: the area up to the curve of this shown run. Its own id: the other edge.
    QString bandTo = {};
    bool operator==(const ShownRun& o) const
    {
        return id == o.id && name == o.name && style == o.style && bandTo == o.bandTo;
    }
};

/// Colours that a plot is drawn in besides those of the data.
struct PlotColors
{
    QColor ground, text, secondary, line;
};

/// One plot: a group of metrics over all shown runs. Raw values stay faint behind the smoothed line; values
/// of a validation have points. Wheel zooms along x, Ctrl+wheel along y, drag moves, double click or Enter
/// maximises, arrow keys move the cross-hair, Home shows everything.
class CurvePlot : public QWidget
{
    Q_OBJECT
public:
    explicit CurvePlot(const QString& accessibleName, QWidget* parent = nullptr);
    ~CurvePlot() override;

    void setMetrics(const QStringList& all); ///< known metrics of the shown runs
    void setGroup(const QString& group);
    QString group() const { return m_group; }
    QStringList shownMetrics() const;
    void setView(const CurveView& view);
    void setRuns(const std::vector<ShownRun>& runs);
    /// What the axis of steps is called, for runs that count something else; and the hint beside the list.
    void setWords(const QString& stepWord, const QString& hint);
    /// Draws what is new in the book.
    void refresh(const CurveBook& book);
    void resetZoom();
    /// Cross-hair at x of the axis; NaN hides it.
    void setCrossHair(double x);
    QString readOut() const;
    void setMaximised(bool maximised);
    int graphCount() const { return static_cast<int>(m_drawn.size()); }
    /// For export: the plot with its title in the given area, in the colours of paper.
    void render(QCPPainter& painter, const QRect& area);
    QCustomPlot* plot() const { return m_plot; }

Q_SIGNALS:
    void groupChosen(const QString& group);
    void hovered(double x);
    void maximiseWanted();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Drawn
    {
        QCPGraph* raw = nullptr;
        QCPGraph* line = nullptr;
        std::size_t count = 0;
        int generation = 0;
        int smoothing = 0;
        TimeWeightedMean mean{0.0};
    };
    using Key = std::pair<QString, QString>;

    void buildPlot();
    void applyColors(const PlotColors& colors);
    void applyAxes();
    void fitTicks();
    void clearGraphs();
    void fillBands();
    Drawn& drawnFor(const ShownRun& run, const QString& metric);
    bool append(Drawn& drawn, const CurveBook::Curve& curve);
    AxisSpan drawnSpan(Qt::Orientation along, bool isLog) const;
    void rescale();
    bool onKey(int key);
    void stepCrossHair(int direction);
    void showReadOut();

    QCustomPlot* m_plot;
    QComboBox* m_groupBox;
    QLabel* m_hint;
    QToolButton* m_maximise;
    QLabel* m_readOut;
    QCPItemStraightLine* m_crossHair = nullptr;
    QStringList m_metrics;
    QString m_group;
    QString m_stepWord;
    QString m_hintText;
    CurveView m_view;
    std::vector<ShownRun> m_runs;
    std::map<Key, Drawn> m_drawn;
    const CurveBook* m_book = nullptr;
    double m_crossHairX;
    bool m_isZoomed = false;
    bool m_isScaling = false;
};

} // namespace fedefm
