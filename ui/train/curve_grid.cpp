// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_grid.h"

#include "ui/common/counted.h"
#include "ui/train/metric_groups.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

namespace {
constexpr int kSliderWidthPx = 120;
constexpr int kSpacingPx = 2;
} // namespace

CurveGrid::CurveGrid(QWidget* parent) : QWidget(parent)
{
    auto* grid = new QWidget(this);
    auto* cells = new QGridLayout(grid);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(kSpacingPx);
    for (int i = 0; i < kPlots; ++i) {
        auto* plot = new CurvePlot(tr("plot %1").arg(i + 1), grid);
        m_plots[static_cast<std::size_t>(i)] = plot;
        cells->addWidget(plot, i / 2, i % 2);
        cells->setRowStretch(i / 2, 1);
        cells->setColumnStretch(i % 2, 1);
        connect(plot, &CurvePlot::groupChosen, this, [this] {
            m_isChosen = true;
            Q_EMIT wantedChanged();
        });
        connect(plot, &CurvePlot::maximiseWanted, this, [this, i] { maximise(i); });
        connect(plot, &CurvePlot::hovered, this, [this](double x) {
            for (CurvePlot* each : m_plots)
                each->setCrossHair(x);
        });
    }
    m_empty = emptyState({}, this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(grid);
    m_stack->addWidget(m_empty);
    m_stack->setCurrentIndex(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildBar());
    column->addWidget(m_stack, 1);
}

QWidget* CurveGrid::buildBar()
{
    auto* bar = new QWidget(this);
    m_axis = new QComboBox(bar);
    m_axis->addItems({tr("Step"), tr("Epoch"), tr("Wall time")});
    m_axis->setAccessibleName(tr("Axis along the curves"));
    m_axis->setToolTip(tr("What the curves are drawn over"));
    m_logX = new QCheckBox(tr("log x"), bar);
    m_logX->setAccessibleName(tr("Logarithmic x"));
    m_logY = new QCheckBox(tr("log y"), bar);
    m_logY->setAccessibleName(tr("Logarithmic y"));
    auto* caption = new QLabel(tr("Smoothing"), bar);
    m_smoothing = new QSlider(Qt::Horizontal, bar);
    m_smoothing->setRange(0, kSmoothingMax);
    m_smoothing->setPageStep(10);
    m_smoothing->setFixedWidth(kSliderWidthPx);
    m_smoothing->setMinimumHeight(24);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    m_smoothing->setToolTip(tr("Mean weighted by distance in steps; the raw values stay faint behind it"));
    m_span = new QLabel(bar);
    m_span->setMinimumWidth(72);
    makeSecondary(m_span);
    QToolButton* reset =
        iconButton(QStringLiteral("fit"), tr("Show whole curves"), tr("Show whole curves (Home)"), bar);
    m_export = iconButton(QStringLiteral("export"), tr("Export curves"), tr("Export the curves"), bar);
    m_export->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_export);
    for (const auto& [kind, text] :
         {std::pair{"csv", tr("Values of the chosen runs (CSV)…")},
          std::pair{"png", tr("Plots as a picture (PNG)…")}, std::pair{"pdf", tr("Plots as a page (PDF)…")}})
        menu->addAction(text, this, [this, name = QString::fromLatin1(kind)] { Q_EMIT exportWanted(name); });
    m_export->setMenu(menu);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 2, 4, 2);
    row->addWidget(m_axis);
    row->addWidget(m_logX);
    row->addWidget(m_logY);
    row->addSpacing(8);
    row->addWidget(caption);
    row->addWidget(m_smoothing);
    row->addWidget(m_span);
    row->addStretch();
    row->addWidget(reset);
    row->addWidget(m_export);
    connect(m_axis, &QComboBox::activated, this, &CurveGrid::changeView);
    connect(m_logX, &QCheckBox::clicked, this, &CurveGrid::changeView);
    connect(m_logY, &QCheckBox::clicked, this, &CurveGrid::changeView);
    connect(m_smoothing, &QSlider::valueChanged, this, &CurveGrid::changeView);
    connect(reset, &QToolButton::clicked, this, &CurveGrid::resetZoom);
    showView();
    return bar;
}

void CurveGrid::changeView()
{
    CurveView view;
    view.axis = static_cast<XAxis>(m_axis->currentIndex());
    view.logX = m_logX->isChecked();
    view.logY = m_logY->isChecked();
    view.smoothing = m_smoothing->value();
    setView(view);
}

void CurveGrid::setView(const CurveView& view)
{
    m_view = view;
    showView();
    for (CurvePlot* plot : m_plots)
        if (plot)
            plot->setView(view);
}

void CurveGrid::showView()
{
    m_axis->setCurrentIndex(static_cast<int>(m_view.axis));
    m_logX->setChecked(m_view.logX);
    m_logY->setChecked(m_view.logY);
    const QSignalBlocker blocker(m_smoothing);
    m_smoothing->setValue(m_view.smoothing);
    m_span->setText(m_view.smoothing == 0
                        ? tr("off")
                        : counted(qRound(smoothingSpan(m_view.smoothing)), tr("step"), tr("steps")));
}

void CurveGrid::setRuns(const std::vector<ShownRun>& runs)
{
    m_runs = runs;
    m_stack->setCurrentIndex(runs.empty() ? 1 : 0);
    m_export->setEnabled(!runs.empty());
    for (CurvePlot* plot : m_plots)
        plot->setRuns(runs);
}

void CurveGrid::setMetrics(const QStringList& metrics)
{
    if (metrics == m_metrics)
        return;
    m_metrics = metrics;
    const QStringList first = firstGroups(groupsOf(metrics), kPlots);
    for (int i = 0; i < kPlots; ++i) {
        plot(i)->setMetrics(metrics);
        if (!m_isChosen || plot(i)->shownMetrics().isEmpty())
            plot(i)->setGroup(first.value(i));
    }
    Q_EMIT wantedChanged();
}

QStringList CurveGrid::wantedMetrics() const
{
    QStringList wanted;
    for (const CurvePlot* plot : m_plots)
        wanted << plot->shownMetrics();
    wanted.removeDuplicates();
    return wanted;
}

void CurveGrid::refresh(const CurveBook& book)
{
    for (CurvePlot* plot : m_plots)
        plot->refresh(book);
}

void CurveGrid::resetZoom()
{
    for (CurvePlot* plot : m_plots)
        plot->resetZoom();
}

void CurveGrid::maximise(int plot)
{
    m_maximised = plot == m_maximised ? -1 : plot;
    for (int i = 0; i < kPlots; ++i)
        this->plot(i)->setVisible(m_maximised < 0 || i == m_maximised);
}

std::vector<CurvePlot*> CurveGrid::visiblePlots() const
{
    std::vector<CurvePlot*> plots;
    for (int i = 0; i < kPlots; ++i)
        if (m_maximised < 0 || i == m_maximised)
            plots.push_back(plot(i));
    return plots;
}

void CurveGrid::setEmptyText(const QString& text)
{
    m_empty->setText(text);
}

} // namespace fedefm
