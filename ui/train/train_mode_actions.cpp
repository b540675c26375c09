// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does in the Train mode.
#include "ui/train/train_mode.h"

#include "core/model/checkpoint/model_files.h"
#include "ui/common/action_registry.h"
#include "ui/train/config_draft.h"
#include "ui/train/config_panel.h"
#include "ui/train/config_schema.h"
#include "ui/train/curve_grid.h"
#include "ui/train/dataset_browser.h"
#include "ui/train/run_weights.h"
#include "ui/train/runs_panel.h"

#include <QAction>

#include <optional>

namespace fedefm {

namespace {

/// The first path of the data that does not exist.
std::optional<std::string> missingPath(const nlohmann::json& data, const std::filesystem::path& base)
{
    if (data.is_object())
        if (const auto it = data.find("path"); it != data.end() && it->is_string()) {
            std::error_code code;
            const auto path = base / it->get<std::string>();
            if (!std::filesystem::exists(path, code))
                return path.string();
        }
    if (data.is_structured())
        for (const nlohmann::json& part : data)
            if (const auto missing = missingPath(part, base))
                return missing;
    return std::nullopt;
}

/// Whether the run's network gives masks.
bool marksFrames(const RunSummary* run)
{
    return run && run->kind != "federate" && valueAt(run->config, "task") != "classification";
}

} // namespace

void TrainMode::connectActions()
{
    const auto on = [this](const char* id, const std::function<void()>& run) {
        if (QAction* action = m_context.actions->action(QString::fromLatin1(id)))
            connect(action, &QAction::triggered, this, [run] { run(); });
    };
    on("train.start", [this] { startTraining(); });
    on("train.data", [this] { openDataBrowser(); });
    on("train.pause", [this] { command(QStringLiteral("pause")); });
    on("train.goOn", [this] { command(QStringLiteral("goOn")); });
    on("train.stop", [this] { command(QStringLiteral("stop")); });
    on("train.useModel", [this] { useModel(); });
    on("train.refresh", [this] { m_watcher.refreshNow(); });
    on("train.showAll", [this] { m_curves->resetZoom(); });
    for (const char* kind : {"csv", "png", "pdf"})
        on(qPrintable(QStringLiteral("train.export.%1").arg(QLatin1String(kind))),
           [this, name = QString::fromLatin1(kind)] { exportCurves(name); });
    const auto toggle = [this](bool CurveView::*flag) {
        CurveView view = m_curves->view();
        view.*flag = !(view.*flag);
        m_curves->setView(view);
    };
    on("train.logX", [toggle] { toggle(&CurveView::logX); });
    on("train.logY", [toggle] { toggle(&CurveView::logY); });
    for (int plot = 0; plot < CurveGrid::kPlots; ++plot)
        on(qPrintable(QStringLiteral("train.plot%1").arg(plot + 1)),
           [this, plot] { m_curves->maximise(plot); });
}

void TrainMode::updateActions()
{
    const bool hasRuns = !m_chosen.isEmpty();
    const std::pair<const char*, bool> states[] = {
        {"train.pause", m_runs->canPause()}, {"train.goOn", m_runs->canGoOn()},
        {"train.stop", m_runs->canStop()},   {"train.useModel", marksFrames(m_runs->current())},
        {"train.export.csv", hasRuns},       {"train.export.png", hasRuns},
        {"train.export.pdf", hasRuns}};
    for (const auto& [id, isPossible] : states)
        if (QAction* action = m_context.actions->action(QString::fromLatin1(id)))
            action->setEnabled(m_isShown && isPossible);
}

DatasetBrowser* TrainMode::openDataBrowser()
{
    if (!m_browser) {
        m_browser = new DatasetBrowser(m_draft, this);
        m_browser->setAttribute(Qt::WA_DeleteOnClose);
        const nlohmann::json sets = m_draft->value("data");
        if (sets.is_object() && sets.contains("form"))
            m_browser->setDescription(sets);
        else if (sets.is_object() && sets.contains("train") && sets["train"].is_object())
            m_browser->setDescription(sets["train"]);
    }
    m_browser->show();
    m_browser->raise();
    return m_browser;
}

bool TrainMode::startTraining()
{
    if (!m_config->isReady())
        return false;
    const nlohmann::json config = withAbsolutePaths(m_draft->document(), m_draft->folder().toStdString());
    if (const auto missing = missingPath(config["data"], config["data"].value("folder", std::string()))) {
        report(Error{ErrorCode::FileNotFound, *missing, {}});
        return false;
    }
    if (const Status started = m_launcher.start(config); !started) {
        report(started.error());
        return false;
    }
    m_watcher.refreshNow();
    return true;
}

void TrainMode::command(const QString& name)
{
    const RunSummary* run = m_runs->current();
    if (!run)
        return;
    const bool isGone = run->state == RunState::Lost || run->state == RunState::Stopped;
    Status sent;
    if (name == QLatin1String("goOn") && isGone)
        sent = m_launcher.resume(*run);
    else if (name == QLatin1String("goOn"))
        sent = sendRunCommand(run->folder, "resume");
    else
        sent = sendRunCommand(run->folder, name.toStdString());
    if (!sent)
        report(sent.error());
    m_watcher.refreshNow();
}

void TrainMode::beginWith(const QString& weights, const nlohmann::json& training)
{
    nlohmann::json document = m_draft->document();
    const nlohmann::json taskBefore = m_draft->value("task");
    for (const char* key : {"model", "input", "task"})
        if (training.is_object() && training.contains(key))
            document[key] = training[key];
    if (document.value("task", taskBefore) != taskBefore)
        for (const char* key : {"select_by", "loss"}) // of no use for another task
            document.erase(key);
    if (training.is_object() && training.contains("model"))
        document["name"] = "finetune-" + training["model"].value("network", std::string("model"));
    document["init"] = weights.toStdString();
    // Other data seldom have the same classes.
    document["init_partial"] = true;
    m_draft->load(document, m_draft->folder());
}

void TrainMode::useModel()
{
    const RunSummary* run = m_runs->current();
    if (!marksFrames(run))
        return;
    const std::filesystem::path weights = run->folder / "weights" / "best.safetensors";
    const std::filesystem::path target = userModelsFolder() / (run->id + ".safetensors");
    if (const Status kept = copyWeights(weights, target, Overwrite::Yes); !kept)
        report(kept.error());
    else
        Q_EMIT modelWanted(QString::fromStdString(target.string()));
}

void TrainMode::exportCurves(const QString& kind)
{
    m_export.ask(kind, m_runs->chosen(), m_curves->page());
}

void TrainMode::exportTo(const QString& kind, const QString& path)
{
    m_export.write(kind, path, m_runs->chosen(), m_curves->page());
}

} // namespace fedefm
