// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module_loader.h"
#include "ui/common/action_registry.h"
#include "ui/common/app_context.h"
#include "ui/common/issue_model.h"
#include "ui/common/settings.h"
#include "ui/common/theme.h"
#include "ui/shell/action_definitions.h"

#include <QApplication>
#include <QTemporaryDir>

#include <memory>

namespace fedefm::test {

/// Everything that the composition root makes, with settings in a folder of its own.
struct Studio
{
    QTemporaryDir folder;
    std::unique_ptr<IssueModel> issues;
    std::unique_ptr<ActionRegistry> actions;
    AppContext context;

    Studio()
    {
        QApplication::setOrganizationName(QStringLiteral("FedEFM"));
        QApplication::setApplicationName(QStringLiteral("fedefm-studio-test"));
        Settings::isolateIn(folder.path());
        applyTheme(*qApp, ThemeChoice::Dark);
        issues = std::make_unique<IssueModel>();
        actions = std::make_unique<ActionRegistry>();
        defineActions(*actions);
        context.modules = std::make_shared<ModuleLoader>();
        context.segmenters = std::make_shared<SegmenterRegistry>(SegmenterRegistry::withBuiltIns());
        context.issues = issues.get();
        context.actions = actions.get();
    }
};

} // namespace fedefm::test
