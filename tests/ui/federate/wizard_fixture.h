// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/settings.h"
#include "ui/common/theme.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_wizard.h"

#include <QAbstractButton>
#include <QApplication>
#include <QTemporaryDir>
#include <QTest>

namespace fedefm::test {

/// Settings of their own, and the theme.
inline void isolate(const QTemporaryDir& folder)
{
    QApplication::setOrganizationName(QStringLiteral("FedEFM"));
    QApplication::setApplicationName(QStringLiteral("fedefm-studio-test"));
    Settings::isolateIn(folder.path());
    applyTheme(*qApp, ThemeChoice::Dark);
}

template <typename Page> Page* pageOf(PlanWizard& wizard, int id)
{
    return qobject_cast<Page*>(wizard.page(id));
}

/// Waits for topology and partition.
inline bool settle(PlanWizard& wizard)
{
    return QTest::qWaitFor([&wizard] { return !wizard.draft()->isWorking(); }, 20000);
}

inline bool isNextEnabled(PlanWizard& wizard)
{
    return wizard.button(QWizard::NextButton)->isEnabled();
}

} // namespace fedefm::test
