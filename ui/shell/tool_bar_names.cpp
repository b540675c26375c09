// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/tool_bar_names.h"

#include <QAction>
#include <QToolBar>
#include <QToolButton>

namespace fedefm {

void nameButtons(QToolBar* bar)
{
    for (QAction* action : bar->actions()) {
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
        if (!button)
            continue;
        QString name = action->text();
        button->setAccessibleName(name.remove(QLatin1Char('&')));
        button->setFocusPolicy(Qt::TabFocus);
    }
}

} // namespace fedefm
