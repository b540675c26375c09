// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

namespace fedefm {

/// Network, optimiser and the course of the session.
class WizardTrainingPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardTrainingPage(PlanDraft* draft, QWidget* parent = nullptr);

    PlanForm* course() const { return m_course; }
    PlanForm* training() const { return m_training; }
    /// Network, optimiser and loss of a configuration that the Train mode has too.
    void usePreset(const QString& name);

private:
    PlanForm* m_course = nullptr;
    PlanForm* m_training = nullptr;
};

} // namespace fedefm
