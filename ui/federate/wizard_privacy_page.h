// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

class QButtonGroup;

namespace fedefm {

/// What may be learnt about a silo's pictures from what leaves it.
class WizardPrivacyPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardPrivacyPage(PlanDraft* draft, QWidget* parent = nullptr);

    QButtonGroup* units() const { return m_units; }
    PlanForm* form() const { return m_form; }
    QString estimate() const;

private:
    QWidget* buildUnits();
    void refresh();

    QButtonGroup* m_units = nullptr;
    PlanForm* m_form = nullptr;
    QLabel* m_unitError = nullptr;
    QLabel* m_estimate = nullptr;
};

} // namespace fedefm
