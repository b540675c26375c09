// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does in the Federate mode.
#include "ui/federate/federate_mode.h"

#include "core/federate/session_checkpoints.h"
#include "core/model/checkpoint/model_files.h"
#include "ui/common/action_registry.h"
#include "ui/common/settings.h"
#include "ui/federate/draft_panel.h"
#include "ui/federate/plan_wizard.h"
#include "ui/federate/round_strip.h"
#include "ui/federate/session_curves.h"
#include "ui/federate/session_list.h"
#include "ui/federate/silo_panel.h"
#include "ui/train/config_schema.h"
#include "ui/train/run_weights.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QTabWidget>
#include <QToolButton>

namespace fedefm {

namespace {

bool isFile(const std::filesystem::path& file)
{
    std::error_code code;
    return std::filesystem::is_regular_file(file, code);
}

} // namespace

void FederateMode::connectActions()
{
    const auto on = [this](const char* id, const std::function<void()>& run) {
        if (QAction* action = m_context.actions->action(QString::fromLatin1(id)))
            connect(action, &QAction::triggered, this, [run] { run(); });
    };
    on("federate.new", [this] { newSession(); });
    on("federate.openPlan", [this] { openPlan(); });
    on("federate.savePlan", [this] { savePlan(); });
    on("federate.start", [this] { startSession(); });
    on("federate.pause", [this] { command(QStringLiteral("pause")); });
    on("federate.goOn", [this] { command(QStringLiteral("goOn")); });
    on("federate.goBack", [this] { goBack(); });
    on("federate.stop", [this] { command(QStringLiteral("stop")); });
    on("federate.admit", [this] { command(QStringLiteral("admit %1").arg(m_silos->currentSilo())); });
    on("federate.drop", [this] { command(QStringLiteral("drop %1").arg(m_silos->currentSilo())); });
    on("federate.fineTune", [this] { fineTune(); });
    on("federate.useModel", [this] { useModel(); });
    on("federate.saveModel", [this] { saveModel(); });
    on("federate.newest", [this] { showRound(-1); });
    for (const char* kind : {"csv", "png", "pdf"})
        on(qPrintable(QStringLiteral("federate.export.%1").arg(QLatin1String(kind))),
           [this, name = QString::fromLatin1(kind)] { exportCurves(name); });
    for (const char* id : {"federate.goBack", "federate.newest"})
        m_strip->addAction(m_context.actions->action(QString::fromLatin1(id)));
    const auto toggle = [this](bool CurveView::*flag) {
        CurveView view = m_curves->view();
        view.*flag = !(view.*flag);
        m_curves->setView(view);
    };
    on("federate.logX", [toggle] { toggle(&CurveView::logX); });
    on("federate.logY", [toggle] { toggle(&CurveView::logY); });
    on("federate.showAll", [this] { m_curves->resetZoom(); });
}

bool FederateMode::canPause() const
{
    const RunSummary* run = m_sessions->current();
    return run && run->state == RunState::Running;
}

bool FederateMode::canGoOn() const
{
    const RunSummary* run = m_sessions->current();
    return run && (run->state == RunState::Paused || run->state == RunState::Lost ||
                   run->state == RunState::Stopped || run->state == RunState::Failed);
}

int FederateMode::chosenRound() const
{
    const SessionSnapshotPtr session = m_monitor.snapshot();
    const SessionRound* round = session ? session->roundAt(m_round) : nullptr;
    return round ? round->round + 1 : 0;
}

bool FederateMode::canGoBack() const
{
    const RunSummary* run = m_sessions->current();
    return canGoOn() && run->state != RunState::Paused && hasCheckpoint(run->folder, chosenRound());
}

bool FederateMode::canStop() const
{
    const RunSummary* run = m_sessions->current();
    return run && (run->state == RunState::Running || run->state == RunState::Paused);
}

std::vector<RunSummary> FederateMode::shownRun() const
{
    const RunSummary* run = m_sessions->current();
    return run ? std::vector<RunSummary>{*run} : std::vector<RunSummary>();
}

std::filesystem::path FederateMode::modelFile() const
{
    const RunSummary* run = m_sessions->current();
    if (!run)
        return {};
    // The best one was chosen on the test set; until the session ends there is no other.
    for (const char* name : {"merged.safetensors", "best.safetensors"})
        if (const auto file = run->folder / "weights" / name; isFile(file))
            return file;
    return {};
}

bool FederateMode::hasModel() const
{
    return !modelFile().empty();
}

bool FederateMode::isSegmentation() const
{
    const RunSummary* run = m_sessions->current();
    return run && valueAt(run->config, "training.task") != "classification";
}

void FederateMode::updateActions()
{
    const bool isModel = hasModel();
    const bool isChosen = m_sessions->current() != nullptr;
    m_pause->setEnabled(canPause());
    m_goOn->setEnabled(canGoOn());
    m_stop->setEnabled(canStop());
    m_fineTune->setEnabled(isModel);
    m_use->setEnabled(isModel && isSegmentation());
    m_save->setEnabled(isModel);
    const std::pair<const char*, bool> states[] = {
        {"federate.new", true},
        {"federate.openPlan", true},
        {"federate.savePlan", m_draft->hasPlan()},
        {"federate.start", m_draft->isRight() && m_launcher.waitingCount() == 0},
        {"federate.pause", canPause()},
        {"federate.goOn", canGoOn()},
        {"federate.goBack", canGoBack()},
        {"federate.stop", canStop()},
        {"federate.admit", m_silos->canAdmit()},
        {"federate.drop", m_silos->canDrop()},
        {"federate.fineTune", isModel},
        {"federate.useModel", isModel && isSegmentation()},
        {"federate.saveModel", isModel},
        {"federate.newest", m_round >= 0},
        {"federate.export.csv", isChosen},
        {"federate.export.png", isChosen},
        {"federate.export.pdf", isChosen}};
    for (const auto& [id, isPossible] : states)
        if (QAction* action = m_context.actions->action(QString::fromLatin1(id)))
            action->setEnabled(m_isShown && isPossible);
}

void FederateMode::newSession()
{
    auto* wizard = new PlanWizard(this);
    wizard->setAttribute(Qt::WA_DeleteOnClose);
    wizard->setDataFolder(m_draft->folder().toStdString());
    if (const auto plan = m_draft->plan())
        wizard->setPlan(*plan);
    connect(wizard, &QDialog::accepted, this, [this, wizard] {
        m_draft->setPlan(wizard->plan());
        startSession();
    });
    wizard->open();
}

void FederateMode::openPlan()
{
    Settings settings;
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a plan"), settings.lastFolder(), tr("Plans (*.json)"));
    if (path.isEmpty())
        return;
    settings.setLastFolder(QFileInfo(path).absolutePath());
    if (const Status read = m_draft->openFile(path); !read)
        return report(read.error());
    m_side->setCurrentWidget(m_draft);
}

void FederateMode::savePlan()
{
    Settings settings;
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the plan"), QDir(settings.lastFolder()).filePath(QStringLiteral("plan.json")),
        tr("Plans (*.json)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".json");
    settings.setLastFolder(QFileInfo(path).absolutePath());
    if (const Status written = m_draft->saveFile(path); !written)
        report(written.error());
}

bool FederateMode::startSession()
{
    const auto plan = m_draft->plan();
    if (!plan) {
        m_side->setCurrentWidget(m_draft);
        return false;
    }
    if (const Status started = m_launcher.start(*plan, QStringLiteral("federate")); !started) {
        report(started.error());
        return false;
    }
    // It says that the session is starting, until there is something to see.
    m_side->setCurrentWidget(m_draft);
    m_watcher.refreshNow();
    return true;
}

void FederateMode::command(const QString& name)
{
    const RunSummary* run = m_sessions->current();
    if (!run)
        return;
    Status sent;
    if (name != QLatin1String("goOn"))
        sent = sendRunCommand(run->folder, name.toStdString());
    else if (run->state == RunState::Paused)
        sent = sendRunCommand(run->folder, "resume");
    else
        sent = m_launcher.resume(*run);
    if (!sent)
        report(sent.error());
    m_watcher.refreshNow();
    m_monitor.refreshNow();
}

void FederateMode::goBack()
{
    if (!canGoBack())
        return;
    if (const Status resumed = m_launcher.resume(*m_sessions->current(), chosenRound()); !resumed)
        report(resumed.error());
    showRound(-1);
    m_watcher.refreshNow();
    m_monitor.refreshNow();
}

void FederateMode::fineTune()
{
    const RunSummary* run = m_sessions->current();
    const std::filesystem::path file = modelFile();
    if (!file.empty())
        Q_EMIT fineTuneWanted(QString::fromStdString(file.string()), valueAt(run->config, "training"));
}

void FederateMode::useModel()
{
    const std::filesystem::path file = modelFile();
    if (file.empty())
        return;
    const std::filesystem::path target = userModelsFolder() / (m_sessions->current()->id + ".safetensors");
    if (const Status kept = copyWeights(file, target, Overwrite::Yes); !kept)
        report(kept.error());
    else
        Q_EMIT modelWanted(QString::fromStdString(target.string()));
}

void FederateMode::saveModel()
{
    const std::filesystem::path file = modelFile();
    if (file.empty())
        return;
    Settings settings;
    const QString name = QString::fromStdString(m_sessions->current()->id) + QStringLiteral(".safetensors");
    QString path = QFileDialog::getSaveFileName(this, tr("Save the merged model"),
                                                QDir(settings.lastFolder()).filePath(name),
                                                tr("Weights (*.safetensors)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".safetensors");
    settings.setLastFolder(QFileInfo(path).absolutePath());
    // The file dialog has asked about an existing file.
    if (const Status written = copyWeights(file, path.toStdString(), Overwrite::Yes); !written)
        report(written.error());
}

void FederateMode::exportCurves(const QString& kind)
{
    m_export.ask(kind, shownRun(), m_curves->page());
}

} // namespace fedefm
