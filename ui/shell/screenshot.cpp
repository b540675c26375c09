// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/screenshot.h"

#include "ui/common/action_registry.h"
#include "ui/shell/main_window.h"
#include "ui/shell/studio_options.h"

#include <QAction>
#include <QApplication>
#include <QPainter>
#include <QTimer>

#include <cstdio>

namespace fedefm {

namespace {

constexpr int kSettleMs = 1500;

/// The window with the dialogs and menus that lie over it, whatever the window manager.
QPixmap pictureOf(const MainWindow& window)
{
    QPixmap picture = const_cast<MainWindow&>(window).grab();
    QPainter painter(&picture);
    for (QWidget* top : QApplication::topLevelWidgets())
        if (top != &window && top->isVisible() && top->isWindow() && top->windowType() != Qt::ToolTip)
            painter.drawPixmap(top->pos() - window.pos(), top->grab());
    return picture;
}

} // namespace

void scheduleScreenshot(MainWindow& window, const ActionRegistry& actions, const StudioOptions& options)
{
    QTimer::singleShot(options.screenshotAfterMs, &window, [&window, &actions, options] {
        for (const QString& id : options.triggers)
            if (QAction* action = actions.action(id))
                action->trigger();
        QTimer::singleShot(options.triggers.isEmpty() ? 0 : kSettleMs, &window, [&window, options] {
            const bool written = pictureOf(window).save(options.screenshot);
            if (!written)
                std::fprintf(stderr, "fedefm-studio: cannot write %s\n", qPrintable(options.screenshot));
            QApplication::exit(written ? 0 : 1);
        });
    });
}

} // namespace fedefm
