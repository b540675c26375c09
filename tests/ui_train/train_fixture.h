// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fake_trainer.h"
#include "ui/shell/main_window.h"
#include "ui/train/runs_panel.h"
#include "ui/train/train_mode.h"
#include "ui_test_support.h"

#include <QAction>
#include <QObject>

namespace fedefm::test {

/// A window in the Train mode with a runs folder of its own; the test's own program stands in for
/// fedefm-learn.
class TrainFixture : public QObject
{
protected:
    void open()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("FEDEFM_RUNS", m_folder->path().toUtf8());
        qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
        m_studio = std::make_unique<Studio>();
        Settings().acceptResearchUse();
        openWindow();
    }
    void openWindow()
    {
        m_window = std::make_unique<MainWindow>(m_studio->context);
        m_window->show();
        action("mode.train")->trigger();
    }
    void close()
    {
        m_window.reset();
        m_studio.reset();
    }

    TrainMode* train() { return m_window->train(); }
    QAction* action(const char* id) { return m_studio->actions->action(id); }
    const RunSummary* onlyRun()
    {
        const auto& runs = train()->runs()->model()->runs();
        return runs.size() == 1 ? &runs.front() : nullptr;
    }
    nlohmann::json config(const char* name) const
    {
        return {{"name", name},
                {"model", {{"network", "unet"}}},
                {"data", {{"form", "simulated"}}},
                {"epochs", 5}};
    }
    std::unique_ptr<RunWriter> writeRun(const char* name, int epochs,
                                        const nlohmann::json& changes = nlohmann::json::object()) const
    {
        RunWriter::Start start;
        start.name = name;
        start.seed = 7;
        start.epochsPlanned = epochs;
        start.architecture = "unet";
        start.config = config(name);
        start.config.merge_patch(changes);
        auto run = RunWriter::create(m_folder->path().toStdString(), start);
        if (!run)
            return nullptr;
        writeEpochs(**run, 0, epochs, 10);
        return std::move(*run);
    }

    std::unique_ptr<Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QTemporaryDir> m_folder;
};

} // namespace fedefm::test
