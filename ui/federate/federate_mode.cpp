// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/federate_mode.h"

#include "ui/common/issue_model.h"
#include "ui/federate/draft_panel.h"
#include "ui/federate/emd_panel.h"
#include "ui/federate/event_table.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_curves.h"
#include "ui/federate/session_facts.h"
#include "ui/federate/session_list.h"
#include "ui/federate/silo_panel.h"
#include "ui/federate/topology_view.h"
#include "ui/viewer/panel_parts.h"

#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fedefm {

namespace {
constexpr int kSideWidthPx = 380;
constexpr int kTopologyWidthPx = 520;
constexpr int kCurvesWidthPx = 420;
constexpr int kTopHeightPx = 520;
constexpr int kBottomHeightPx = 250;
constexpr int kListHeightPx = 170;
} // namespace

FederateMode::FederateMode(const AppContext& context, JobModel* jobs, QWidget* parent)
    : QWidget(parent), m_context(context),
      m_export(this, jobs, [this](const Error& error) { report(error); }), m_watcher(defaultRunsFolder()),
      m_launcher(defaultRunsFolder())
{
    setObjectName(QStringLiteral("federateMode"));
    m_strip = new RoundStrip(this);
    m_strip->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* columns = new QSplitter(Qt::Horizontal, this);
    columns->addWidget(buildCentre());
    columns->addWidget(buildSide());
    columns->setStretchFactor(0, 1);
    columns->setSizes({kTopologyWidthPx + kCurvesWidthPx, kSideWidthPx});
    columns->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(columns, 1);
    column->addWidget(m_strip);
    connectParts();
    connectActions();
    onCurrent();
}

FederateMode::~FederateMode() = default;

QWidget* FederateMode::buildTopology()
{
    auto* holder = new QWidget(this);
    m_topology = new TopologyView(holder);
    m_map = iconButton(QStringLiteral("map"), tr("Map or circle"),
                       tr("Places on a map, or silos on a circle"), m_topology);
    m_map->setCheckable(true);
    m_map->setChecked(true);
    // It floats over the picture's corner, where no silo stands.
    auto* over = new QVBoxLayout(m_topology);
    over->setContentsMargins(4, 4, 4, 4);
    over->addWidget(m_map, 0, Qt::AlignTop | Qt::AlignRight);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_topology);
    return holder;
}

QWidget* FederateMode::buildCentre()
{
    m_curves = new SessionCurves(this);
    m_silos = new SiloPanel(this);
    m_emd = new EmdPanel(this);
    m_events = new EventTable(this);
    auto* bottom = new QTabWidget(this);
    bottom->setDocumentMode(true);
    bottom->tabBar()->setAccessibleName(tr("Silos, EMD or events"));
    bottom->addTab(m_silos, tr("Silos"));
    bottom->addTab(m_emd, tr("EMD matrix"));
    bottom->addTab(m_events, tr("Events"));
    auto* top = new QSplitter(Qt::Horizontal, this);
    top->addWidget(buildTopology());
    top->addWidget(m_curves);
    top->setSizes({kTopologyWidthPx, kCurvesWidthPx});
    auto* centre = new QSplitter(Qt::Vertical, this);
    centre->addWidget(top);
    centre->addWidget(bottom);
    centre->setStretchFactor(0, 1);
    centre->setSizes({kTopHeightPx, kBottomHeightPx});
    for (QSplitter* splitter : {top, centre})
        splitter->setChildrenCollapsible(false);
    return centre;
}

QWidget* FederateMode::buildSide()
{
    m_sessions = new SessionList(this);
    m_facts = new SessionFacts(this);
    m_draft = new DraftPanel(this);
    m_side = new QTabWidget(this);
    m_side->setDocumentMode(true);
    m_side->tabBar()->setAccessibleName(tr("Session or plan"));
    m_side->addTab(scrollingColumn(m_facts, m_side), tr("Session"));
    m_side->addTab(m_draft, tr("Next plan"));
    auto* lower = new QWidget(this);
    auto* lowerColumn = new QVBoxLayout(lower);
    lowerColumn->setContentsMargins(0, 0, 0, 0);
    lowerColumn->setSpacing(0);
    lowerColumn->addWidget(buildControls());
    lowerColumn->addWidget(m_side, 1);
    auto* side = new QSplitter(Qt::Vertical, this);
    side->addWidget(m_sessions);
    side->addWidget(lower);
    side->setSizes({kListHeightPx, 3 * kListHeightPx});
    side->setStretchFactor(1, 1);
    side->setChildrenCollapsible(false);
    return side;
}

QWidget* FederateMode::buildControls()
{
    auto* bar = new QWidget(this);
    QToolButton* add = iconButton(QStringLiteral("add"), tr("New session"),
                                  tr("New session: silos, topology, strategy, rounds"), bar);
    m_pause = iconButton(QStringLiteral("pause"), tr("Pause the session"),
                         tr("Pause before the next silo's turn; the process waits"), bar);
    m_goOn = iconButton(QStringLiteral("play"), tr("Go on with the session"),
                        tr("Go on: a paused session continues, a lost or stopped one resumes behind its last "
                           "closed round"),
                        bar);
    m_stop = iconButton(QStringLiteral("stop"), tr("Stop the session"),
                        tr("Stop; the last closed round stays and can be resumed"), bar);
    m_fineTune = iconButton(QStringLiteral("train-mode"), tr("Fine-tune from the merged model"),
                            tr("Train mode, beginning with the merged model's weights"), bar);
    m_use = iconButton(QStringLiteral("view-mode"), tr("Use the merged model in View mode"),
                       tr("Mark frames with the merged model, when it segments"), bar);
    m_save = iconButton(QStringLiteral("save"), tr("Save the merged model"),
                        tr("Save the merged model with its card as one file"), bar);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 2, 6, 2);
    for (QToolButton* button : {add, m_pause, m_goOn, m_stop})
        row->addWidget(button);
    row->addStretch();
    for (QToolButton* button : {m_fineTune, m_use, m_save})
        row->addWidget(button);
    connect(add, &QToolButton::clicked, this, &FederateMode::newSession);
    connect(m_pause, &QToolButton::clicked, this, [this] { command(QStringLiteral("pause")); });
    connect(m_goOn, &QToolButton::clicked, this, [this] { command(QStringLiteral("goOn")); });
    connect(m_stop, &QToolButton::clicked, this, [this] { command(QStringLiteral("stop")); });
    connect(m_fineTune, &QToolButton::clicked, this, &FederateMode::fineTune);
    connect(m_use, &QToolButton::clicked, this, &FederateMode::useModel);
    connect(m_save, &QToolButton::clicked, this, &FederateMode::saveModel);
    return bar;
}

void FederateMode::connectParts()
{
    connect(&m_watcher, &RunWatcher::listed, this, &FederateMode::onListed);
    connect(&m_watcher, &RunWatcher::curvesArrived, this, [this](const std::vector<CurveUpdate>& updates) {
        std::vector<CurveUpdate> own;
        for (const CurveUpdate& update : updates)
            if (update.run == m_current)
                own.push_back(update);
        m_curves->apply(own);
        // Test values may be undefined where a class has no pictures; losses may not.
        for (const CurveUpdate& update : own)
            if (update.metric.contains(QLatin1String("loss")))
                report(m_alerts.onCurve(update));
    });
    connect(&m_watcher, &RunWatcher::epochsArrived, this,
            [this](const QString& run, const nlohmann::json& epochs) {
                const SessionSnapshotPtr& session = m_monitor.snapshot();
                QStringList names;
                if (session && run == m_current)
                    for (const SiloFacts& silo : session->silos)
                        names << silo.name;
                report(m_alerts.onEpochs(run, epochs, names));
            });
    connect(&m_watcher, &RunWatcher::metricsFound, this,
            [this](const QString& run, const QStringList& metrics) {
                if (run == m_current)
                    m_curves->setMetrics(metrics);
            });
    connect(&m_monitor, &SessionMonitor::changed, this, &FederateMode::onSnapshot);
    connect(m_sessions, &SessionList::currentChanged, this, &FederateMode::onCurrent);
    connect(m_curves, &SessionCurves::wantedChanged, this, &FederateMode::watchCurves);
    connect(m_curves, &SessionCurves::exportWanted, this, &FederateMode::exportCurves);
    connect(m_strip, &RoundStrip::roundChosen, this, &FederateMode::showRound);
    connect(m_emd, &EmdPanel::roundChosen, this, &FederateMode::showRound);
    connect(m_topology, &TopologyView::currentSiloChanged, m_silos, &SiloPanel::setCurrentSilo);
    connect(m_silos, &SiloPanel::currentSiloChanged, m_topology, &TopologyView::setCurrentSilo);
    connect(m_silos, &SiloPanel::admitWanted, this,
            [this](int silo) { command(QStringLiteral("admit %1").arg(silo)); });
    connect(m_silos, &SiloPanel::dropWanted, this,
            [this](int silo) { command(QStringLiteral("drop %1").arg(silo)); });
    connect(m_map, &QToolButton::toggled, m_topology, &TopologyView::setMap);
    connect(m_draft, &DraftPanel::startWanted, this, &FederateMode::startSession);
    connect(m_draft, &DraftPanel::editWanted, this, &FederateMode::newSession);
    connect(m_draft, &DraftPanel::openWanted, this, &FederateMode::openPlan);
    connect(m_draft, &DraftPanel::saveWanted, this, &FederateMode::savePlan);
    connect(m_draft, &DraftPanel::changed, this, &FederateMode::updateActions);
    connect(&m_launcher, &RunLauncher::failed, this, qOverload<const Error&>(&FederateMode::report));
    connect(&m_launcher, &RunLauncher::appeared, this, [this](const QString& run) {
        m_sessions->choose(run);
        m_side->setCurrentIndex(0);
    });
    connect(&m_launcher, &RunLauncher::waitingChanged, this, [this](int count) {
        m_draft->setStarting(count > 0);
        updatePolling();
    });
}

void FederateMode::onListed(const std::vector<RunSummary>& runs)
{
    m_sessions->setRuns(runs, QString::fromStdString(m_watcher.root().string()));
    report(m_alerts.onRuns(runs));
    m_launcher.seen(runs);
    updateActions();
    updatePolling();
}

void FederateMode::onCurrent()
{
    const RunSummary* run = m_sessions->current();
    const QString id = run ? QString::fromStdString(run->id) : QString();
    updateActions();
    if (id == m_current && m_monitor.snapshot())
        return;
    m_current = id;
    m_round = -1;
    m_monitor.watch(run ? run->folder : std::filesystem::path());
    watchCurves();
}

void FederateMode::watchCurves()
{
    m_watcher.watch(shownRun(), m_curves->wantedMetrics());
}

void FederateMode::onSnapshot()
{
    const SessionSnapshotPtr& session = m_monitor.snapshot();
    const int rounds = session ? static_cast<int>(session->rounds.size()) : 0;
    // A resume can take rounds back.
    m_round = m_round < rounds ? m_round : -1;
    m_curves->setSession(session);
    m_facts->setSession(session);
    m_strip->setSession(session);
    m_events->setEvents(session ? session->events : std::vector<RunReader::Event>());
    m_map->setVisible(session && haveAllPlaces(session->silos));
    showRound(m_round);
}

void FederateMode::showRound(int round)
{
    m_round = round;
    const SessionSnapshotPtr& session = m_monitor.snapshot();
    m_topology->setSession(session, round);
    m_silos->setSession(session, round);
    m_emd->setSession(session, round);
    m_strip->setChosen(round);
    updateActions();
}

void FederateMode::report(const Error& error)
{
    m_context.issues->report(error);
    Q_EMIT issueRaised();
}

void FederateMode::report(const std::vector<Issue>& issues)
{
    for (const Issue& issue : issues)
        m_context.issues->report(issue);
    if (!issues.empty())
        Q_EMIT issueRaised();
}

void FederateMode::setShown(bool shown)
{
    m_isShown = shown;
    updateActions();
    updatePolling();
}

void FederateMode::updatePolling()
{
    const std::vector<RunSummary>& runs = m_sessions->model()->runs();
    const bool isGoing = std::any_of(runs.begin(), runs.end(), [](const RunSummary& run) {
        return run.state == RunState::Running || run.state == RunState::Paused;
    });
    m_watcher.setActive(m_isShown || isGoing || m_launcher.waitingCount() > 0);
    m_monitor.setActive(m_isShown);
}

} // namespace fedefm
