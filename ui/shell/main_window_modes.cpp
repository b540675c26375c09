// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/action_registry.h"
#include "ui/federate/federate_mode.h"
#include "ui/shell/main_window.h"
#include "ui/shell/tool_bar_names.h"
#include "ui/train/train_mode.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"

#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QStackedWidget>
#include <QToolBar>

namespace fedefm {

void MainWindow::buildModeBar()
{
    auto* bar = new QToolBar(tr("Modes"), this);
    bar->setObjectName(QStringLiteral("modeBar"));
    bar->setMovable(false);
    bar->setIconSize({22, 22});
    bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    addToolBar(Qt::LeftToolBarArea, bar);
    auto* group = new QActionGroup(this);
    for (const auto& [id, shortText, mode] : {std::tuple{"mode.view", tr("View"), WindowMode::View},
                                              {"mode.train", tr("Train"), WindowMode::Train},
                                              {"mode.federate", tr("Federate"), WindowMode::Federate}}) {
        QAction* entry = action(id);
        entry->setIconText(shortText);
        group->addAction(entry);
        bar->addAction(entry);
        connect(entry, &QAction::triggered, this, [this, chosen = mode] { setMode(chosen); });
    }
    action("mode.view")->setChecked(true);
    nameButtons(bar);
    m_chrome << bar;
}

void MainWindow::useModelFile(const QString& file)
{
    m_segmentation->setModel(m_segmentation->addModelFile(file.toStdString()));
    setMode(WindowMode::View);
}

void MainWindow::enterTrain()
{
    if (m_train)
        return;
    m_train = new TrainMode(m_context, m_jobs, this);
    m_modes->addWidget(m_train);
    connect(m_train, &TrainMode::issueRaised, this, &MainWindow::showIssues);
    connect(m_train, &TrainMode::modelWanted, this, &MainWindow::useModelFile);
}

void MainWindow::enterFederate()
{
    if (m_federate)
        return;
    m_federate = new FederateMode(m_context, m_jobs, this);
    m_modes->addWidget(m_federate);
    connect(m_federate, &FederateMode::issueRaised, this, &MainWindow::showIssues);
    connect(m_federate, &FederateMode::modelWanted, this, &MainWindow::useModelFile);
    connect(m_federate, &FederateMode::fineTuneWanted, this,
            [this](const QString& weights, const nlohmann::json& training) {
                setMode(WindowMode::Train);
                m_train->beginWith(weights, training);
            });
}

void MainWindow::setMode(WindowMode mode)
{
    if (mode == m_mode)
        return;
    if (isFullScreen())
        setFullScreen(false);
    m_mode = mode;
    if (mode == WindowMode::Train)
        enterTrain();
    if (mode == WindowMode::Federate)
        enterFederate();
    const bool isView = mode == WindowMode::View;
    if (!isView)
        hideViewParts();
    m_trainBar->setVisible(mode == WindowMode::Train);
    m_federateBar->setVisible(mode == WindowMode::Federate);
    showPage(isView                      ? 0
             : mode == WindowMode::Train ? m_modes->indexOf(m_train)
                                         : m_modes->indexOf(m_federate));
    if (isView)
        showViewParts();
    if (m_train)
        m_train->setShown(mode == WindowMode::Train);
    if (m_federate)
        m_federate->setShown(mode == WindowMode::Federate);
    action(isView                      ? "mode.view"
           : mode == WindowMode::Train ? "mode.train"
                                       : "mode.federate")
        ->setChecked(true);
    updateTitle();
    updateActions();
}

void MainWindow::showPage(int page)
{
    // A page that is not on show must not ask for room: the docks of the View mode would be squeezed.
    for (int at = 0; at < m_modes->count(); ++at) {
        const auto policy = at == page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        m_modes->widget(at)->setSizePolicy(policy, policy);
    }
    m_modes->setCurrentIndex(page);
}

void MainWindow::hideViewParts()
{
    if (CineController* cine = m_grid->activeCine())
        cine->setPlaying(false);
    for (QWidget* part : {static_cast<QWidget*>(m_studyDock), static_cast<QWidget*>(m_sideDock),
                          static_cast<QWidget*>(m_viewBar)})
        if (!part->isHidden()) {
            m_hiddenByMode << part;
            part->hide();
        }
}

void MainWindow::showViewParts()
{
    for (QWidget* part : m_hiddenByMode)
        part->show();
    m_hiddenByMode.clear();
}

} // namespace fedefm
