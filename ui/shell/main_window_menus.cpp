// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/action_registry.h"
#include "ui/shell/main_window.h"
#include "ui/shell/study_panel.h"
#include "ui/shell/tool_bar_names.h"
#include "ui/viewer/viewer_grid.h"

#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>

namespace fedefm {

namespace {

const QString kSeparator = QStringLiteral("-");
const QString kRecent = QStringLiteral("recent");

QStringList presetIds()
{
    QStringList ids;
    for (int number = 0; number <= 9; ++number)
        ids << QStringLiteral("window.preset%1").arg(number);
    return ids;
}

} // namespace

QAction* MainWindow::action(const char* id) const
{
    return m_context.actions->action(QString::fromLatin1(id));
}

QMenu* MainWindow::menuOf(const QString& title, const QStringList& ids)
{
    QMenu* menu = menuBar()->addMenu(title);
    menu->setToolTipsVisible(false);
    for (const QString& id : ids) {
        if (id == kSeparator) {
            menu->addSeparator();
        } else if (id == kRecent) {
            m_recentMenu = menu->addMenu(tr("Open &recent"));
            connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
        } else {
            menu->addAction(m_context.actions->action(id));
        }
    }
    return menu;
}

void MainWindow::buildMenus()
{
    menuOf(tr("&File"), {"file.open", "file.openFolder", kRecent, "file.demo", kSeparator, "file.export",
                         "file.deidentify", kSeparator, "file.close", "file.quit", "file.stopAndQuit"});
    menuOf(tr("&Edit"), {"edit.undo", "edit.redo", kSeparator, "edit.shortcuts", "edit.settings"});
    QMenu* view = menuOf(tr("&View"), {"view.fit", "view.oneToOne", "view.rotateRight", "view.rotateLeft",
                                       "view.flipHorizontal", "view.flipVertical", "view.reset", kSeparator,
                                       "view.invert"});
    QMenu* presets = view->addMenu(tr("&Window presets"));
    for (const QString& id : presetIds())
        presets->addAction(m_context.actions->action(id));
    presets->addSeparator();
    presets->addAction(action("window.addPreset"));
    view->addSeparator();
    for (const char* id : {"overlay.visible", "overlay.outline", "overlay.fainter", "overlay.stronger",
                           "overlay.text", "overlay.dicom", "overlay.shutter"})
        view->addAction(action(id));
    menuOf(tr("&Cine"), {"cine.play", "cine.previous", "cine.next", "cine.back10", "cine.forward10",
                         "cine.first", "cine.last", kSeparator, "cine.faster", "cine.slower", kSeparator,
                         "series.previous", "series.next"});
    QMenu* tools = menuOf(tr("&Tools"), {"tool.window", "tool.zoom", "tool.pan", "tool.ruler", "tool.angle",
                                         "tool.calibrate", kSeparator, "segment.live", "segment.clip",
                                         "segment.cancel", kSeparator});
    QMenu* subtraction = tools->addMenu(tr("&Subtraction"));
    for (const char* id :
         {"subtract.enabled", "subtract.thisFrame", "subtract.autoShift", "subtract.resetShift",
          "subtract.left", "subtract.right", "subtract.up", "subtract.down", "subtract.fineLeft",
          "subtract.fineRight", "subtract.fineUp", "subtract.fineDown"})
        subtraction->addAction(action(id));
    QMenu* train = menuOf(tr("T&rain"), {"train.start", "train.data", kSeparator, "train.pause", "train.goOn",
                                         "train.stop", "train.useModel", kSeparator, "train.logX",
                                         "train.logY", "train.showAll", kSeparator});
    for (const char* id : {"train.plot1", "train.plot2", "train.plot3", "train.plot4", "train.export.csv",
                           "train.export.png", "train.export.pdf", "train.refresh"})
        train->addAction(action(id));
    menuOf(tr("Fe&derate"), {"federate.new",
                             "federate.openPlan",
                             "federate.savePlan",
                             "federate.start",
                             kSeparator,
                             "federate.pause",
                             "federate.goOn",
                             "federate.goBack",
                             "federate.stop",
                             kSeparator,
                             "federate.admit",
                             "federate.drop",
                             "federate.newest",
                             kSeparator,
                             "federate.fineTune",
                             "federate.useModel",
                             "federate.saveModel",
                             kSeparator,
                             "federate.logX",
                             "federate.logY",
                             "federate.showAll",
                             "federate.export.csv",
                             "federate.export.png",
                             "federate.export.pdf"});
    QMenu* window =
        menuOf(tr("&Window"), {"mode.view", "mode.train", "mode.federate", kSeparator, "layout.1x1",
                               "layout.1x2", "layout.2x2", "layout.link", kSeparator, "window.privacy",
                               "window.theme", "window.fullScreen", kSeparator});
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        window->addAction(dock->toggleViewAction());
    menuOf(tr("&Help"), {"help.search", "help.keys", kSeparator, "help.modules", "help.about"});
}

QToolBar* MainWindow::toolBarOf(const QString& name, const QString& title, const QStringList& ids)
{
    QToolBar* bar = addToolBar(title);
    bar->setObjectName(name);
    bar->setMovable(false);
    bar->setIconSize({20, 20});
    for (const QString& id : ids) {
        if (id == kSeparator)
            bar->addSeparator();
        else
            bar->addAction(m_context.actions->action(id));
    }
    nameButtons(bar);
    m_chrome << bar;
    return bar;
}

void MainWindow::buildToolBars()
{
    auto* tools = new QActionGroup(this);
    for (const char* id :
         {"tool.window", "tool.zoom", "tool.pan", "tool.ruler", "tool.angle", "tool.calibrate"})
        tools->addAction(action(id));
    auto* layouts = new QActionGroup(this);
    for (const char* id : {"layout.1x1", "layout.1x2", "layout.2x2"})
        layouts->addAction(action(id));
    m_viewBar = toolBarOf(QStringLiteral("toolBar"), tr("Tools"),
                          {"file.open",         "file.openFolder", kSeparator,         "tool.window",
                           "tool.zoom",         "tool.pan",        "tool.ruler",       "tool.angle",
                           "tool.calibrate",    kSeparator,        "view.invert",      "view.fit",
                           "view.oneToOne",     "view.rotateLeft", "view.rotateRight", "view.flipHorizontal",
                           "view.flipVertical", kSeparator,        "subtract.enabled", "overlay.visible",
                           "overlay.outline",   "segment.clip",    kSeparator,         "layout.1x1",
                           "layout.1x2",        "layout.2x2",      "layout.link",      kSeparator,
                           "file.export"});
    m_trainBar = toolBarOf(QStringLiteral("trainBar"), tr("Training"),
                           {"train.start", "train.data", kSeparator, "train.pause", "train.goOn",
                            "train.stop", "train.useModel", kSeparator, "train.showAll", "train.refresh",
                            kSeparator, "train.export.png"});
    m_trainBar->hide();
    m_federateBar =
        toolBarOf(QStringLiteral("federateBar"), tr("Federation"),
                  {"federate.new", "federate.openPlan", "federate.start", kSeparator, "federate.pause",
                   "federate.goOn", "federate.stop", kSeparator, "federate.admit", "federate.drop",
                   kSeparator, "federate.fineTune", "federate.useModel", "federate.saveModel"});
    m_federateBar->hide();
    QToolBar* general =
        toolBarOf(QStringLiteral("generalBar"), tr("General"),
                  {"help.search", "window.privacy", "window.theme", "edit.settings", "help.keys"});
    auto* space = new QWidget(general);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    general->insertWidget(general->actions().first(), space);
}

void MainWindow::fillRecentMenu()
{
    m_recentMenu->clear();
    const QStringList recent = m_settings.recentFiles();
    for (const QString& path : recent) {
        QAction* entry = m_recentMenu->addAction(QFileInfo(path).fileName());
        connect(entry, &QAction::triggered, this, [this, path] { openPaths({path}, OpenMode{}); });
    }
    if (recent.isEmpty())
        m_recentMenu->addAction(tr("Nothing opened yet"))->setEnabled(false);
    m_recentMenu->addSeparator();
    m_recentMenu->addAction(tr("Forget these"), this, [this] { m_settings.clearRecentFiles(); });
}

void MainWindow::showContextMenu(const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const char* id : {"cine.play",
                           "-",
                           "tool.window",
                           "tool.zoom",
                           "tool.pan",
                           "tool.ruler",
                           "tool.angle",
                           "tool.calibrate",
                           "-",
                           "view.invert",
                           "view.fit",
                           "view.oneToOne",
                           "view.reset",
                           "-",
                           "overlay.visible",
                           "overlay.outline",
                           "segment.clip",
                           "-",
                           "subtract.enabled",
                           "subtract.thisFrame",
                           "-",
                           "file.export",
                           "file.close"}) {
        if (QLatin1String(id) == QLatin1String("-"))
            menu->addSeparator();
        else
            menu->addAction(action(id));
    }
    menu->popup(globalPosition);
}

} // namespace fedefm
