// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_grid.h"

#include "ui/train/curve_bar.h"
#include "ui/train/metric_groups.h"
#include "ui/viewer/panel_parts.h"

#include <QGridLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace fedefm {

namespace {
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
    m_bar = new CurveBar(CurveBar::Counts::Steps, this);
    connect(m_bar, &CurveBar::viewChosen, this, &CurveGrid::setView);
    connect(m_bar, &CurveBar::wholeWanted, this, &CurveGrid::resetZoom);
    connect(m_bar, &CurveBar::exportWanted, this, &CurveGrid::exportWanted);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addWidget(m_stack, 1);
}

void CurveGrid::setView(const CurveView& view)
{
    m_view = view;
    m_bar->setView(view);
    for (CurvePlot* plot : m_plots)
        plot->setView(view);
}

void CurveGrid::setRuns(const std::vector<ShownRun>& runs)
{
    m_runs = runs;
    m_stack->setCurrentIndex(runs.empty() ? 1 : 0);
    m_bar->setExportEnabled(!runs.empty());
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

CurvePage CurveGrid::page() const
{
    CurvePage page{{}, m_runs, font()};
    for (int i = 0; i < kPlots; ++i)
        if (m_maximised < 0 || i == m_maximised)
            page.plots.push_back(plot(i));
    return page;
}

void CurveGrid::setEmptyText(const QString& text)
{
    m_empty->setText(text);
}

} // namespace fedefm
