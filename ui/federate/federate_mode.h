// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/federate/session_monitor.h"
#include "ui/train/curve_export_dialog.h"
#include "ui/train/run_alerts.h"
#include "ui/train/run_launcher.h"
#include "ui/train/run_watcher.h"

#include <QWidget>

class QTabWidget;
class QToolButton;

namespace fedefm {

class DraftPanel;
class EmdPanel;
class EventTable;
class RoundStrip;
class SessionCurves;
class SessionFacts;
class SessionList;
class SiloPanel;
class TopologyView;

/// The Federate mode: topology and curves of one session, its silos and scores below, sessions and plan on
/// the right, rounds along the bottom. It only watches: every session is a process of its own, and goes on
/// when the window is closed.
class FederateMode : public QWidget
{
    Q_OBJECT
public:
    FederateMode(const AppContext& context, JobModel* jobs, QWidget* parent = nullptr);
    ~FederateMode() override;

    void updateActions();
    void setShown(bool shown); ///< hidden, it looks only for news of sessions that are going

    SessionList* sessions() const { return m_sessions; }
    SessionMonitor* monitor() { return &m_monitor; }
    TopologyView* topology() const { return m_topology; }
    SiloPanel* silos() const { return m_silos; }
    EmdPanel* emd() const { return m_emd; }
    SessionCurves* curves() const { return m_curves; }
    RoundStrip* rounds() const { return m_strip; }
    DraftPanel* draft() const { return m_draft; }
    SessionFacts* facts() const { return m_facts; }
    RunWatcher* watcher() { return &m_watcher; }

    void newSession(); ///< opens the wizard on the draft
    void openPlan();
    void savePlan();
    bool startSession(); ///< false when the plan is not right or the program is missing
    /// "pause", "resume", "stop", "goOn", "admit 3", "drop 3" for the current session.
    void command(const QString& name);
    /// Goes on behind the chosen round, from its checkpoint; what came later is done anew.
    void goBack();
    void fineTune();
    void useModel();
    void saveModel();
    /// `kind` is "csv", "png" or "pdf"; asks for the file.
    void exportCurves(const QString& kind);
    bool isStarting() const { return m_launcher.waitingCount() > 0; } ///< a session that is not in the list
    bool canPause() const;
    bool canGoOn() const;
    bool canGoBack() const; ///< the chosen round has a checkpoint, and nobody is at work
    bool canStop() const;
    bool hasModel() const;
    bool isSegmentation() const;

Q_SIGNALS:
    void modelWanted(const QString& file); ///< as the model that marks frames
    /// A training that begins with these weights; `training` is the session's, for network and task.
    void fineTuneWanted(const QString& file, const nlohmann::json& training);
    void issueRaised();

private:
    QWidget* buildCentre();
    QWidget* buildTopology();
    QWidget* buildSide();
    QWidget* buildControls();
    void connectParts();
    void connectActions();
    void onListed(const std::vector<RunSummary>& runs);
    void onCurrent();
    void onSnapshot();
    void showRound(int round);
    void watchCurves();
    void report(const Error& error);
    void report(const std::vector<Issue>& issues);
    void updatePolling();
    std::vector<RunSummary> shownRun() const; ///< none or one
    int chosenRound() const;                  ///< from 1; 0: the newest is followed
    std::filesystem::path modelFile() const;  ///< the best merged model, else the last

    AppContext m_context;
    CurveExportDialog m_export;
    RunWatcher m_watcher;
    RunLauncher m_launcher;
    SessionMonitor m_monitor;
    RunAlerts m_alerts{RunAlerts::Of::Sessions};
    TopologyView* m_topology = nullptr;
    SessionCurves* m_curves = nullptr;
    SiloPanel* m_silos = nullptr;
    EmdPanel* m_emd = nullptr;
    RoundStrip* m_strip = nullptr;
    EventTable* m_events = nullptr;
    SessionList* m_sessions = nullptr;
    SessionFacts* m_facts = nullptr;
    DraftPanel* m_draft = nullptr;
    QTabWidget* m_side = nullptr;
    QToolButton* m_map = nullptr;
    QToolButton* m_pause = nullptr;
    QToolButton* m_goOn = nullptr;
    QToolButton* m_stop = nullptr;
    QToolButton* m_fineTune = nullptr;
    QToolButton* m_use = nullptr;
    QToolButton* m_save = nullptr;
    QString m_current; ///< id of the session that is shown
    int m_round = -1;  ///< index of the chosen round; −1: follow the newest
    bool m_isShown = false;
};

} // namespace fedefm
