// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/train/curve_book.h"
#include "ui/train/curve_export_dialog.h"
#include "ui/train/run_alerts.h"
#include "ui/train/run_launcher.h"
#include "ui/train/run_style.h"
#include "ui/train/run_watcher.h"

#include <QHash>
#include <QPointer>
#include <QWidget>

class QSplitter;

namespace fedefm {

class ConfigDraft;
class ConfigPanel;
class CurveGrid;
class DatasetBrowser;
class DetailsPanel;
class JobModel;
class PredictionPanel;
class RunsPanel;

/// The Train mode: runs on the left, their curves in the middle, predictions and details below, the
/// configuration of the next run on the right. It only watches: every training is a process of its own.
class TrainMode : public QWidget
{
    Q_OBJECT
public:
    TrainMode(const AppContext& context, JobModel* jobs, QWidget* parent = nullptr);
    ~TrainMode() override;

    /// Enables what makes sense for the current run; for after the window has enabled the whole family.
    void updateActions();
    void setShown(bool shown); ///< hidden, it polls only while a run goes on

    RunsPanel* runs() const { return m_runs; }
    CurveGrid* curves() const { return m_curves; }
    ConfigDraft* draft() const { return m_draft; }
    ConfigPanel* config() const { return m_config; }
    PredictionPanel* predictions() const { return m_predictions; }
    RunWatcher* watcher() { return &m_watcher; }
    DatasetBrowser* openDataBrowser();
    bool startTraining(); ///< false when the configuration is not right or the program is missing
    /// "pause", "resume", "stop", "goOn" for the current run.
    void command(const QString& name);
    /// The draft becomes a training that begins with these weights, with network, input and task of
    /// `training`; data and the rest stay as they are, but for what only fits another task.
    void beginWith(const QString& weights, const nlohmann::json& training);
    bool isStarting() const { return m_launcher.waitingCount() > 0; } ///< a run that is not in the list yet
    /// Keeps the best weights of the current run among the user's models and asks for them in View mode.
    void useModel();
    /// `kind` is "csv", "png" or "pdf"; asks for the file.
    void exportCurves(const QString& kind);
    void exportTo(const QString& kind, const QString& path);

Q_SIGNALS:
    void modelWanted(const QString& file); ///< as the model that marks frames
    void issueRaised();                    ///< something that the user is waiting for has failed

private:
    void buildLayout();
    void connectParts();
    void connectActions();
    void onListed(const std::vector<RunSummary>& runs);
    void onChosen();
    void onCurves(const std::vector<CurveUpdate>& updates);
    void refreshMetrics();
    void report(const Error& error);
    void report(const std::vector<Issue>& issues);
    void updatePolling();

    AppContext m_context;
    CurveExportDialog m_export;
    RunWatcher m_watcher;
    RunLauncher m_launcher;
    RunAlerts m_alerts;
    CurveBook m_book;
    RunStyles m_styles;
    QHash<QString, QStringList> m_metrics; ///< of each chosen run
    QStringList m_chosen;
    QString m_detailed;
    ConfigDraft* m_draft;
    RunsPanel* m_runs = nullptr;
    CurveGrid* m_curves = nullptr;
    PredictionPanel* m_predictions = nullptr;
    DetailsPanel* m_details = nullptr;
    ConfigPanel* m_config = nullptr;
    QPointer<DatasetBrowser> m_browser;
    bool m_isShown = false;
};

} // namespace fedefm
