// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session_folder.h"
#include "ui/federate/federate_mode.h"
#include "ui/federate/session_list.h"
#include "ui/shell/main_window.h"
#include "ui_test_support.h"

#include <QAction>
#include <QTest>

#include <csignal>
#include <memory>
#include <unistd.h>

namespace fedefm::test {

inline nlohmann::json smallPlan()
{
    return {{"version", 1},
            {"name", "small"},
            {"rounds", 6},
            {"training", {{"task", "classification"}, {"model", {{"network", "timm_vit"}}}}},
            {"data", {{"pool", {{"train", {{"form", "simulated"}}}}}}},
            {"topology", {{"name", "ring"}}},
            {"strategy", {{"name", "fedefm"}}}};
}

/// The main window in its Federate mode, on a runs folder of its own. The test's own program stands in for
/// the learning program. init() and cleanup() of a test call setUp() and tearDown().
class FederateWindow : public QObject
{
protected:
    QAction* action(const char* id) { return m_studio->actions->action(id); }
    FederateMode* mode() { return m_window->federate(); }
    const RunSummary* onlySession()
    {
        const auto& runs = mode()->sessions()->model()->runs();
        return runs.size() == 1 ? &runs.front() : nullptr;
    }
    bool isInState(RunState state) { return onlySession() && onlySession()->state == state; }
    void openWindow()
    {
        m_window = std::make_unique<MainWindow>(m_studio->context);
        m_window->resize(1400, 900);
        m_window->show();
        action("mode.federate")->trigger();
    }
    std::filesystem::path runs() const { return m_folder->path().toStdString(); }
    void endProcess()
    {
        if (const RunSummary* run = mode() ? onlySession() : nullptr; run && run->pid != ::getpid())
            ::kill(static_cast<pid_t>(run->pid), SIGKILL);
    }

    void setUp()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("FEDEFM_RUNS", m_folder->path().toUtf8());
        qputenv("FEDEFM_LEARN_PROGRAM", QCoreApplication::applicationFilePath().toUtf8());
        m_studio = std::make_unique<test::Studio>();
        Settings().acceptResearchUse();
        openWindow();
    }
    void tearDown()
    {
        endProcess();
        m_window.reset();
        m_studio.reset();
    }

    std::unique_ptr<Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QTemporaryDir> m_folder;
};

} // namespace fedefm::test
