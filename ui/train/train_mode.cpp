// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/train_mode.h"

#include "ui/train/config_draft.h"
#include "ui/train/config_panel.h"
#include "ui/train/curve_grid.h"
#include "ui/train/details_panel.h"
#include "ui/train/prediction_panel.h"
#include "ui/train/runs_panel.h"

#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace fedefm {

namespace {
constexpr int kRunsWidthPx = 330;
constexpr int kConfigWidthPx = 340;
constexpr int kCurvesHeightPx = 560;
constexpr int kBottomHeightPx = 240;
} // namespace

TrainMode::TrainMode(const AppContext& context, JobModel* jobs, QWidget* parent)
    : QWidget(parent), m_context(context),
      m_export(this, jobs, [this](const Error& error) { report(error); }), m_watcher(defaultRunsFolder()),
      m_launcher(defaultRunsFolder()), m_draft(new ConfigDraft(this))
{
    setObjectName(QStringLiteral("trainMode"));
    buildLayout();
    connectParts();
    connectActions();
    onChosen();
}

TrainMode::~TrainMode() = default;

void TrainMode::buildLayout()
{
    m_runs = new RunsPanel(this);
    m_curves = new CurveGrid(this);
    m_predictions = new PredictionPanel(this);
    m_details = new DetailsPanel(this);
    m_config = new ConfigPanel(m_draft, this);
    m_curves->setEmptyText(tr("Choose runs on the left to draw their curves. Ctrl+click overlays several."));
    auto* bottom = new QTabWidget(this);
    bottom->setDocumentMode(true);
    bottom->tabBar()->setAccessibleName(tr("Predictions or details"));
    bottom->addTab(m_predictions, tr("Predictions"));
    bottom->addTab(m_details, tr("Run details"));
    auto* centre = new QSplitter(Qt::Vertical, this);
    centre->addWidget(m_curves);
    centre->addWidget(bottom);
    centre->setSizes({kCurvesHeightPx, kBottomHeightPx});
    centre->setStretchFactor(0, 1);
    auto* columns = new QSplitter(Qt::Horizontal, this);
    columns->addWidget(m_runs);
    columns->addWidget(centre);
    columns->addWidget(m_config);
    columns->setStretchFactor(1, 1);
    columns->setSizes({kRunsWidthPx, 2 * kRunsWidthPx, kConfigWidthPx});
    for (QSplitter* splitter : {centre, columns})
        splitter->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(columns);
}

void TrainMode::connectParts()
{
    connect(&m_watcher, &RunWatcher::listed, this, &TrainMode::onListed);
    connect(&m_watcher, &RunWatcher::curvesArrived, this, &TrainMode::onCurves);
    connect(&m_watcher, &RunWatcher::metricsFound, this,
            [this](const QString& run, const QStringList& metrics) {
                m_metrics[run] = metrics;
                refreshMetrics();
            });
    connect(
        &m_watcher, &RunWatcher::epochsArrived, this,
        [this](const QString& run, const nlohmann::json& epochs) { report(m_alerts.onEpochs(run, epochs)); });
    connect(&m_watcher, &RunWatcher::detailsArrived, this, [this](const RunDetails& details) {
        if (details.run != m_detailed)
            return;
        m_details->setDetails(details);
        m_predictions->setSamples(details.run, details.samples);
    });
    connect(m_runs, &RunsPanel::chosenChanged, this, &TrainMode::onChosen);
    connect(m_runs, &RunsPanel::commandWanted, this, &TrainMode::command);
    connect(m_curves, &CurveGrid::wantedChanged, this,
            [this] { m_watcher.watch(m_runs->chosen(), m_curves->wantedMetrics()); });
    connect(m_curves, &CurveGrid::exportWanted, this, &TrainMode::exportCurves);
    connect(m_config, &ConfigPanel::startWanted, this, &TrainMode::startTraining);
    connect(m_config, &ConfigPanel::dataBrowserWanted, this, [this] { openDataBrowser(); });
    connect(m_config, &ConfigPanel::failed, this, qOverload<const Error&>(&TrainMode::report));
    connect(&m_launcher, &RunLauncher::failed, this, qOverload<const Error&>(&TrainMode::report));
    connect(&m_launcher, &RunLauncher::appeared, m_runs, &RunsPanel::choose);
    connect(&m_launcher, &RunLauncher::waitingChanged, this, [this](int count) {
        m_config->setStarting(count > 0);
        updatePolling();
    });
}

void TrainMode::onListed(const std::vector<RunSummary>& runs)
{
    m_runs->setRuns(runs, QString::fromStdString(m_watcher.root().string()));
    report(m_alerts.onRuns(runs));
    m_launcher.seen(runs);
    updateActions();
    m_details->setRun(m_runs->current());
    updatePolling();
}

void TrainMode::onChosen()
{
    const std::vector<RunSummary> chosen = m_runs->chosen();
    QStringList ids;
    for (const RunSummary& run : chosen)
        ids << QString::fromStdString(run.id);
    for (const QString& old : m_chosen) {
        if (ids.contains(old))
            continue;
        m_styles.release(old);
        m_book.forget(old);
        m_metrics.remove(old);
    }
    m_chosen = ids;
    std::vector<ShownRun> shown;
    for (const RunSummary& run : chosen) {
        const QString id = QString::fromStdString(run.id);
        shown.push_back({id, QString::fromStdString(run.name), m_styles.take(id)});
    }
    m_runs->setStyles(m_styles);
    m_curves->setRuns(shown);
    refreshMetrics();
    m_watcher.watch(chosen, m_curves->wantedMetrics());
    const RunSummary* current = m_runs->current();
    const QString detailed = current ? QString::fromStdString(current->id) : QString();
    m_details->setRun(current);
    updateActions();
    if (detailed == m_detailed)
        return;
    m_detailed = detailed;
    m_predictions->clear();
    m_details->setDetails({});
    m_watcher.watchDetails(current ? *current : RunSummary{});
}

void TrainMode::refreshMetrics()
{
    QStringList all;
    for (const QString& run : m_chosen)
        all << m_metrics.value(run);
    all.sort();
    all.removeDuplicates();
    // Between two choices nothing is known for a moment; the plots keep what they show.
    if (!all.isEmpty())
        m_curves->setMetrics(all);
}

void TrainMode::onCurves(const std::vector<CurveUpdate>& updates)
{
    for (const CurveUpdate& update : updates) {
        if (!m_chosen.contains(update.run))
            continue;
        m_book.apply(update);
        report(m_alerts.onCurve(update));
    }
    m_curves->refresh(m_book);
}

void TrainMode::report(const Error& error)
{
    m_context.issues->report(error);
    Q_EMIT issueRaised();
}

void TrainMode::report(const std::vector<Issue>& issues)
{
    for (const Issue& issue : issues)
        m_context.issues->report(issue);
    if (!issues.empty())
        Q_EMIT issueRaised();
}

void TrainMode::setShown(bool shown)
{
    m_isShown = shown;
    updateActions();
    updatePolling();
}

void TrainMode::updatePolling()
{
    const std::vector<RunSummary>& runs = m_runs->model()->runs();
    const bool isGoing = std::any_of(runs.begin(), runs.end(), [](const RunSummary& run) {
        return run.state == RunState::Running || run.state == RunState::Paused;
    });
    m_watcher.setActive(m_isShown || isGoing || m_launcher.waitingCount() > 0);
}

} // namespace fedefm
