// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_plot.h"

#include "ui/train/cased_graph.h"
#include "ui/train/metric_groups.h"
#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

namespace fedefm {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kRawAlpha = 70;
constexpr double kLineWidthPx = 1.8;
constexpr double kPointPx = 5.0;
constexpr double kMarkerPx = 6.0;
constexpr double kThinLineWidthPx = 1.3; ///< of curves that markers tell apart
constexpr int kBandAlpha = 45;

/// Half a round is nothing to label.
QSharedPointer<QCPAxisTicker> wholeNumbers()
{
    auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
    ticker->setTickStep(1.0);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return ticker;
}

QCPScatterStyle::ScatterShape scatterShape(Marker marker)
{
    switch (marker) {
    case Marker::Square:
        return QCPScatterStyle::ssSquare;
    case Marker::Triangle:
        return QCPScatterStyle::ssTriangle;
    case Marker::Diamond:
        return QCPScatterStyle::ssDiamond;
    case Marker::InvertedTriangle:
        return QCPScatterStyle::ssTriangleInverted;
    case Marker::Star:
        return QCPScatterStyle::ssStar;
    case Marker::None:
    case Marker::Disc:
        break;
    }
    return QCPScatterStyle::ssDisc;
}

} // namespace

CurvePlot::CurvePlot(const QString& accessibleName, QWidget* parent)
    : QWidget(parent), m_plot(new QCustomPlot(this)), m_groupBox(new QComboBox(this)),
      m_hint(new QLabel(this)), m_readOut(new QLabel(m_plot)), m_crossHairX(kNaN)
{
    m_groupBox->setAccessibleName(tr("Metric of %1").arg(accessibleName));
    m_groupBox->setToolTip(tr("What this plot shows"));
    m_groupBox->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_groupBox->setMinimumContentsLength(14);
    makeSecondary(m_hint);
    m_maximise = iconButton(QStringLiteral("fullscreen"), tr("Maximise %1").arg(accessibleName),
                            tr("Maximise or give back (double click)"), this);
    m_plot->setAccessibleName(accessibleName);
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->setMinimumSize(160, 100);
    m_plot->setToolTip({});
    auto* head = new QHBoxLayout;
    head->setContentsMargins(4, 2, 2, 0);
    head->setSpacing(8);
    head->addWidget(m_groupBox);
    head->addWidget(m_hint, 1);
    head->addWidget(m_maximise);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head);
    column->addWidget(m_plot, 1);
    buildPlot();
    connect(m_groupBox, &QComboBox::textActivated, this, [this](const QString& name) {
        setGroup(name);
        Q_EMIT groupChosen(name);
    });
    connect(m_maximise, &QToolButton::clicked, this, &CurvePlot::maximiseWanted);
}

CurvePlot::~CurvePlot() = default;

void CurvePlot::buildPlot()
{
    m_readOut->setObjectName(QStringLiteral("curveReadOut"));
    m_readOut->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_readOut->setTextFormat(Qt::RichText);
    m_readOut->hide();
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->setNoAntialiasingOnDrag(true);
    m_plot->setPlottingHint(QCP::phFastPolylines);
    m_plot->axisRect()->setRangeZoom(Qt::Horizontal);
    m_plot->axisRect()->setRangeDrag(Qt::Horizontal | Qt::Vertical);
    m_plot->axisRect()->setupFullAxesBox();
    m_plot->axisRect()->setMinimumMargins({6, 8, 10, 4});
    for (QCPAxis* axis : {m_plot->xAxis2, m_plot->yAxis2}) {
        axis->setTicks(false);
        axis->setTickLabels(false);
    }
    m_crossHair = new QCPItemStraightLine(m_plot);
    m_crossHair->setVisible(false);
    m_plot->installEventFilter(this);
    m_plot->setMouseTracking(true);
    const auto onRange = [this] { m_isZoomed = m_isZoomed || !m_isScaling; };
    connect(m_plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, onRange);
    connect(m_plot->yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, onRange);
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { Q_EMIT maximiseWanted(); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        Q_EMIT hovered(m_plot->xAxis->pixelToCoord(event->position().x()));
    });
    applyAxes();
    changeEvent(nullptr);
}

void CurvePlot::changeEvent(QEvent* event)
{
    if (event)
        QWidget::changeEvent(event);
    if (event && event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange)
        return;
    const QPalette& p = palette();
    applyColors({p.color(QPalette::Base), p.color(QPalette::Text), p.color(QPalette::PlaceholderText),
                 p.color(QPalette::Mid)});
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::applyColors(const PlotColors& colors)
{
    m_plot->setBackground(colors.ground);
    QColor grid = colors.secondary;
    grid.setAlpha(60);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis, m_plot->xAxis2, m_plot->yAxis2}) {
        axis->setBasePen(QPen(grid, 1));
        axis->setTickPen(QPen(grid, 1));
        axis->setSubTickPen(QPen(Qt::NoPen));
        axis->setTickLabelColor(colors.secondary);
        axis->setLabelColor(colors.secondary);
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setPen(QPen(grid, 1, Qt::SolidLine));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_crossHair->setPen(QPen(colors.text, 1, Qt::DashLine));
    for (auto& [key, drawn] : m_drawn)
        if (drawn.line->pen().style() != Qt::NoPen)
            static_cast<CasedGraph*>(drawn.line)->setCasing(casingFor(colors.ground));
}

void CurvePlot::applyAxes()
{
    const QString labels[] = {m_stepWord.isEmpty() ? tr("step") : m_stepWord, tr("epoch"),
                              tr("wall time in minutes")};
    m_plot->xAxis->setLabel(labels[static_cast<int>(m_view.axis)]);
    const std::pair<QCPAxis*, bool> axes[] = {{m_plot->xAxis, m_view.logX}, {m_plot->yAxis, m_view.logY}};
    for (const auto& [axis, isLog] : axes) {
        axis->setScaleType(isLog ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (isLog)
            axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        else if (axis == m_plot->xAxis && !m_stepWord.isEmpty() && m_view.axis == XAxis::Step)
            axis->setTicker(wholeNumbers());
        else
            axis->setTicker(QSharedPointer<QCPAxisTicker>::create());
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(5);
    }
    fitTicks();
}

void CurvePlot::setMetrics(const QStringList& all)
{
    if (all == m_metrics)
        return;
    m_metrics = all;
    const QSignalBlocker blocker(m_groupBox);
    m_groupBox->clear();
    m_groupBox->addItems(groupsOf(all));
    m_groupBox->setCurrentIndex(m_groupBox->findText(m_group));
    clearGraphs();
}

void CurvePlot::setGroup(const QString& group)
{
    if (group == m_group)
        return;
    m_group = group;
    m_groupBox->setCurrentIndex(m_groupBox->findText(group));
    m_isZoomed = false;
    clearGraphs();
}

QStringList CurvePlot::shownMetrics() const
{
    return metricsOf(m_group, m_metrics);
}

void CurvePlot::setView(const CurveView& view)
{
    if (view == m_view)
        return;
    const bool isOtherAxis = view.axis != m_view.axis || view.logX != m_view.logX || view.logY != m_view.logY;
    m_view = view;
    if (isOtherAxis) {
        m_isZoomed = false;
        m_isScaling = true;
        applyAxes();
        m_isScaling = false;
    }
    clearGraphs();
}

void CurvePlot::setRuns(const std::vector<ShownRun>& runs)
{
    if (runs == m_runs)
        return;
    m_runs = runs;
    clearGraphs();
}

void CurvePlot::clearGraphs()
{
    m_plot->clearGraphs();
    m_drawn.clear();
    const QStringList shown = shownMetrics();
    const bool hasBoth = shown.size() > 1;
    m_hint->setText(hasBoth ? tr("points: validation") : m_hintText);
    if (m_book)
        refresh(*m_book);
}

CurvePlot::Drawn& CurvePlot::drawnFor(const ShownRun& run, const QString& metric)
{
    const auto [it, isNew] = m_drawn.try_emplace({run.id, metric});
    Drawn& drawn = it->second;
    if (!isNew)
        return drawn;
    const bool hasPoints = isPerEpoch(metric) || run.style.marker != Marker::None;
    drawn.smoothing = isPlanned(metric) ? 0 : m_view.smoothing;
    if (drawn.smoothing > 0 && run.bandTo.isEmpty()) {
        drawn.raw = m_plot->addGraph();
        QColor faint = run.style.color;
        faint.setAlpha(kRawAlpha);
        drawn.raw->setPen(QPen(faint, 1));
        drawn.raw->setAdaptiveSampling(true);
        drawn.raw->setAntialiased(false);
    }
    auto* line = new CasedGraph(m_plot->xAxis, m_plot->yAxis);
    const double width = run.style.marker == Marker::None ? kLineWidthPx : kThinLineWidthPx;
    line->setPen(QPen(run.style.color, width, run.style.line));
    if (run.bandTo.isEmpty())
        line->setCasing(casingFor(palette().color(QPalette::Base)));
    else
        line->setPen(Qt::NoPen);
    line->setAdaptiveSampling(true);
    line->setAveraging(drawn.smoothing > 0);
    if (hasPoints)
        line->setScatterStyle({scatterShape(run.style.marker), run.style.color, run.style.color,
                               run.style.marker == Marker::None ? kPointPx : kMarkerPx});
    drawn.line = line;
    drawn.generation = -1;
    return drawn;
}

bool CurvePlot::append(Drawn& drawn, const CurveBook::Curve& curve)
{
    if (drawn.generation != curve.generation) {
        drawn.generation = curve.generation;
        drawn.count = 0;
        drawn.mean = TimeWeightedMean(smoothingSpan(drawn.smoothing));
        drawn.line->data()->clear();
        if (drawn.raw)
            drawn.raw->data()->clear();
    }
    if (drawn.count == curve.points.size())
        return false;
    QVector<QCPGraphData> lines;
    QVector<QCPGraphData> raws;
    lines.reserve(static_cast<qsizetype>(curve.points.size() - drawn.count));
    for (; drawn.count < curve.points.size(); ++drawn.count) {
        const MetricPoint& point = curve.points[drawn.count];
        const double x = xOf(point, m_view.axis);
        const double mean = drawn.mean.add(static_cast<double>(point.step), point.value);
        if (!isDrawable(x, m_view.logX))
            continue;
        lines.append({x, isDrawable(mean, m_view.logY) ? mean : kNaN});
        if (drawn.raw)
            raws.append({x, isDrawable(point.value, m_view.logY) ? point.value : kNaN});
    }
    drawn.line->data()->add(lines, false);
    if (drawn.raw)
        drawn.raw->data()->add(raws, false);
    return true;
}

void CurvePlot::refresh(const CurveBook& book)
{
    m_book = &book;
    bool hasNews = m_drawn.empty();
    for (const QString& metric : shownMetrics())
        for (const ShownRun& run : m_runs)
            if (const CurveBook::Curve* curve = book.find(run.id, metric))
                hasNews = append(drawnFor(run, metric), *curve) || hasNews;
    if (!hasNews)
        return;
    fillBands();
    rescale();
    showReadOut();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

/// Both edges of a band must be there before the one can be filled up to the other.
void CurvePlot::fillBands()
{
    for (const ShownRun& run : m_runs) {
        if (run.bandTo.isEmpty() || run.bandTo == run.id)
            continue;
        for (const QString& metric : shownMetrics()) {
            const auto edge = m_drawn.find({run.id, metric});
            const auto other = m_drawn.find({run.bandTo, metric});
            if (edge == m_drawn.end() || other == m_drawn.end())
                continue;
            QColor faint = run.style.color;
            faint.setAlpha(kBandAlpha);
            edge->second.line->setBrush(faint);
            edge->second.line->setChannelFillGraph(other->second.line);
        }
    }
}

void CurvePlot::setWords(const QString& stepWord, const QString& hint)
{
    m_stepWord = stepWord;
    m_hintText = hint;
    applyAxes();
    clearGraphs();
}

/// What all curves cover, the wrong way round when there is nothing.
AxisSpan CurvePlot::drawnSpan(Qt::Orientation along, bool isLog) const
{
    const QCP::SignDomain domain = isLog ? QCP::sdPositive : QCP::sdBoth;
    AxisSpan span{1.0, 0.0};
    for (int i = 0; i < m_plot->graphCount(); ++i) {
        bool isFound = false;
        const QCPRange range = along == Qt::Horizontal ? m_plot->graph(i)->getKeyRange(isFound, domain)
                                                       : m_plot->graph(i)->getValueRange(isFound, domain);
        if (!isFound)
            continue;
        const bool isFirst = span.lower > span.upper;
        span = {isFirst ? range.lower : std::min(span.lower, range.lower),
                isFirst ? range.upper : std::max(span.upper, range.upper)};
    }
    return span;
}

void CurvePlot::rescale()
{
    if (m_isZoomed)
        return;
    m_isScaling = true;
    const AxisSpan x = drawnSpan(Qt::Horizontal, m_view.logX);
    if (x.lower > x.upper)
        m_plot->xAxis->setRange(m_view.logX ? 1 : 0, 10);
    else if (x.lower < x.upper)
        m_plot->xAxis->setRange(x.lower, x.upper);
    else
        m_plot->xAxis->setRange(x.lower - 0.5, x.upper + 0.5);
    const AxisSpan y = valueSpan(drawnSpan(Qt::Vertical, m_view.logY), m_view.logY);
    m_plot->yAxis->setRange(y.lower, y.upper);
    m_isScaling = false;
}

void CurvePlot::resetZoom()
{
    m_isZoomed = false;
    rescale();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::setMaximised(bool maximised)
{
    m_maximise->setChecked(maximised);
}

} // namespace fedefm
