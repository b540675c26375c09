// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/wizard_page.h"

class QPlainTextEdit;

namespace fedefm {

/// The plan in a few lines and as it will be written.
class WizardSummaryPage : public WizardPage
{
    Q_OBJECT
public:
    explicit WizardSummaryPage(PlanDraft* draft, QWidget* parent = nullptr);

    QPlainTextEdit* json() const { return m_json; }
    QString overview() const;
    QString warnings() const;

private:
    void refresh();

    QLabel* m_overview = nullptr;
    QLabel* m_warnings = nullptr;
    QPlainTextEdit* m_json = nullptr;
};

} // namespace fedefm
