// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/action_registry.h"
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
                                              {"mode.train", tr("Train"), WindowMode::Train}}) {
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

void MainWindow::setMode(WindowMode mode)
{
    if (mode == m_mode)
        return;
    if (isFullScreen())
        setFullScreen(false);
    m_mode = mode;
    if (mode == WindowMode::Train && !m_train) {
        m_train = new TrainMode(m_context, m_jobs, this);
        m_modes->addWidget(m_train);
        connect(m_train, &TrainMode::issueRaised, this, &MainWindow::showIssues);
        connect(m_train, &TrainMode::modelWanted, this, [this](const QString& file) {
            m_segmentation->setModel(m_segmentation->addModelFile(file.toStdString()));
            setMode(WindowMode::View);
        });
    }
    const bool isView = mode == WindowMode::View;
    if (isView)
        showViewParts();
    else
        hideViewParts();
    m_trainBar->setVisible(!isView);
    m_modes->setCurrentIndex(isView ? 0 : m_modes->indexOf(m_train));
    if (m_train)
        m_train->setShown(mode == WindowMode::Train);
    action(isView ? "mode.view" : "mode.train")->setChecked(true);
    updateTitle();
    updateActions();
}

void MainWindow::hideViewParts()
{
    if (CineController* cine = m_grid->activeCine())
        cine->setPlaying(false);
    m_hiddenByMode.clear();
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
